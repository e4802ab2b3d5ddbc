-- The conversations and answers of the customers whose keyed hashes are $keys, each with its system and its id there;
-- is_shared: another system's record that stays has the same id there.
-- A conversation is theirs by its own key, by the key of who spoke, or, where it has no key of its own, because they
-- answered a survey about it (it may not be stored yet). An answer is theirs by its key or its conversation.
WITH keys AS (
    SELECT unnest($keys) AS customer_key
),
found_conversations AS (
    SELECT conversation_id FROM conversations SEMI JOIN keys USING (customer_key)
    UNION
    SELECT conversation_id
    FROM utterances SEMI JOIN keys ON keys.customer_key = participant_key
    WHERE speaker_role = 'customer'
    UNION
    SELECT conversation_id
    FROM survey_responses SEMI JOIN keys USING (customer_key)
    LEFT JOIN conversations USING (conversation_id)
    WHERE conversation_id IS NOT NULL AND conversations.customer_key IS NULL
)
SELECT 'conversation' AS kind, conversation_id AS id, source, coalesce(source_id, conversation_id) AS source_id,
    conversation_id IN (
        SELECT source_id FROM conversations WHERE conversation_id NOT IN (FROM found_conversations)
    ) AS is_shared
FROM found_conversations
LEFT JOIN conversations USING (conversation_id)
UNION
SELECT 'response', response_id, source, source_id, response_id IN (
    SELECT others.source_id FROM survey_responses AS others WHERE others.response_id <> answers.response_id
)
FROM survey_responses AS answers
WHERE customer_key IN (FROM keys) OR conversation_id IN (FROM found_conversations)
ORDER BY ALL;
