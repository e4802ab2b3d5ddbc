-- What one run brought.
SELECT
    coalesce(sum(conversation_count), 0) AS conversations,
    coalesce(sum(utterance_count), 0) AS utterances,
    coalesce(sum(survey_response_count), 0) AS survey_answers,
    (SELECT count(*) FROM rejections WHERE run_id = $run_id) AS rejected_rows
FROM batches
WHERE run_id = $run_id;
