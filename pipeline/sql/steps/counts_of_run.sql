-- What one run brought.
SELECT
    coalesce(sum(conversation_count), 0) AS conversations,
    coalesce(sum(utterance_count), 0) AS utterances,
    coalesce(sum(survey_response_count), 0) AS survey_answers,
    coalesce(sum(device_event_count), 0) AS device_events,
    (SELECT count(*) FROM rejections WHERE run_id = $run_id) AS rejected_rows,
    coalesce(sum(stored_count), 0) AS stored,
    coalesce(sum(unchanged_count), 0) AS unchanged,
    coalesce(sum(replaced_count), 0) AS replaced,
    coalesce(sum(merged_count), 0) AS merged,
    coalesce(sum(outdated_count), 0) AS outdated
FROM batches
WHERE run_id = $run_id;
