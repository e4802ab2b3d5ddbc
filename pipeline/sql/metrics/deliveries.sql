-- description: What did each file bring: conversations, turns by speaker, what was ignored, and what had come before?
-- grain: file
-- unit: stored_count … rejection_count: records, when the file was read; the other counts: what is stored now; ignored: items by kind
-- people: none (names of files, for the person on duty)
SELECT format, file_name, date_trunc('second', loaded_at) AS loaded_at, stored_count, unchanged_count, replaced_count,
    merged_count, outdated_count, rejection_count, conversation_count, survey_response_count, device_event_count, utterance_count,
    customer_utterance_count, agent_utterance_count, bot_utterance_count, unknown_utterance_count,
    array_to_string([item.key || ' ' || item.value FOR item IN map_entries(ignored)], ', ') AS ignored
FROM deliveries
ORDER BY format NULLS LAST, loaded_at, file_name;
