-- One person out of the tables: what is theirs goes; where somebody else's words or a file's name hold one of their ids
-- ($pattern), the words go and the rest stays. Batches keep their counts, rejections have no key.
DELETE FROM mentions WHERE conversation_id IN (SELECT unnest($conversations)) OR response_id IN (SELECT unnest($responses));
DELETE FROM earlier_scores
WHERE conversation_id IN (SELECT unnest($conversations)) OR response_id IN (SELECT unnest($responses));
DELETE FROM earlier_readings WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM part_readings WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM utterance_readings WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM conversation_touchpoints WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM conversation_parts WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM utterance_scores WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM utterances WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM conversations WHERE conversation_id IN (SELECT unnest($conversations));
DELETE FROM verbatim_scores WHERE response_id IN (SELECT unnest($responses));
DELETE FROM survey_responses WHERE response_id IN (SELECT unnest($responses));
-- What a device of theirs reported without saying whose it is goes too.
DELETE FROM device_events
WHERE customer_key IN (SELECT unnest($keys)) OR customer_key IS NULL AND device_key IN (
    SELECT device_key FROM device_events WHERE customer_key IN (SELECT unnest($keys))
);

UPDATE utterance_scores SET evidence = NULL
FROM utterances
WHERE utterances.conversation_id = utterance_scores.conversation_id
    AND utterances.utterance_index = utterance_scores.utterance_index
    AND regexp_matches(concat_ws(chr(10), text, normalized_text, tokens), $pattern);
UPDATE conversation_touchpoints SET evidence = NULL, reason = NULL
WHERE conversation_id IN (
    SELECT conversation_id FROM utterances
    WHERE regexp_matches(concat_ws(chr(10), text, normalized_text, tokens), $pattern)
);
UPDATE utterances SET text = '', normalized_text = NULL, tokens = []
WHERE regexp_matches(concat_ws(chr(10), text, normalized_text, tokens), $pattern);
UPDATE verbatim_scores SET evidence = NULL
FROM survey_responses
WHERE survey_responses.response_id = verbatim_scores.response_id
    AND regexp_matches(concat_ws(chr(10), verbatim, normalized_verbatim, survey_responses.tokens), $pattern);
UPDATE survey_responses SET verbatim = '', normalized_verbatim = NULL, tokens = []
WHERE regexp_matches(concat_ws(chr(10), verbatim, normalized_verbatim, tokens), $pattern);
UPDATE conversations SET queue = NULL WHERE regexp_matches(queue, $pattern);
UPDATE conversations SET metadata = NULL WHERE regexp_matches(metadata::VARCHAR, $pattern);
UPDATE device_events SET message = NULL WHERE regexp_matches(message, $pattern);
UPDATE device_events SET severity = NULL WHERE regexp_matches(severity, $pattern);
UPDATE device_events SET code = '[FORGOTTEN]' WHERE regexp_matches(code, $pattern);
UPDATE source_files SET file_name = '[FORGOTTEN]' WHERE regexp_matches(file_name, $pattern);
UPDATE rejections SET file_name = '[FORGOTTEN]' WHERE regexp_matches(file_name, $pattern);
UPDATE rejections SET position = '-' WHERE regexp_matches(position, $pattern);
