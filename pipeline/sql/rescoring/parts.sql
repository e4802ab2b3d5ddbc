-- The parts of $conversations that wait, each as it was delivered: its utterances in order, and the facts of its
-- conversation; decided_by: the rules that put it on the path.
WITH chosen AS (
    SELECT conversation_id, first_utterance_index AS part_index, first_utterance_index + utterance_count - 1 AS last_index
    FROM conversation_parts
    JOIN waiting_parts USING (conversation_id, first_utterance_index)
    WHERE NOT is_gone AND conversation_id IN (SELECT unnest($conversations))
),
said AS (
    SELECT conversation_id, part_index, list({
        'speaker': speaker_role, 'text': text, 'seconds': seconds, 'end_seconds': end_seconds,
        'participant_key': participant_key, 'tokens': tokens, 'normalized_text': normalized_text, 'language': language,
        'asr_suspect': asr_suspect
    } ORDER BY utterance_index) AS utterances
    FROM chosen
    JOIN utterances USING (conversation_id)
    WHERE utterance_index BETWEEN part_index AND last_index
    GROUP BY conversation_id, part_index
),
placed AS (
    SELECT conversation_id, part_index, list(DISTINCT rule) AS decided_by
    FROM chosen
    JOIN conversation_touchpoints USING (conversation_id)
    WHERE first_utterance_index BETWEEN part_index AND last_index
    GROUP BY conversation_id, part_index
)
SELECT conversation_id, part_index, channel, language, detected_language, queue, started_at, customer_key,
    metadata::VARCHAR AS metadata, decided_by, utterances
FROM said
JOIN placed USING (conversation_id, part_index)
JOIN conversations USING (conversation_id)
ORDER BY conversation_id, part_index;
