-- description: Conversations in which the customer changes language: from what to what, at which turn, and did the agent follow?
-- grain: change of language between two successive utterances of the customer
-- unit: utterance_index from 0; agent_followed: an agent's utterance before the next change is in the new language, NULL where none is there
-- people: none (each row is one conversation)
WITH turns AS (
    SELECT conversation_id, utterance_index, speaker_role, language
    FROM utterances
    WHERE asr_suspect IS NULL
),
switches AS (
    SELECT conversation_id, utterance_index,
        lag(language) OVER turn AS from_language,
        language AS to_language
    FROM turns
    WHERE speaker_role = 'customer'
    WINDOW turn AS (PARTITION BY conversation_id ORDER BY utterance_index)
    QUALIFY from_language <> to_language
),
stretches AS (
    SELECT *, lead(utterance_index) OVER (PARTITION BY conversation_id ORDER BY utterance_index) AS next_index
    FROM switches
)
SELECT conversation_id, any_value(channel) AS channel, any_value(started_date) AS started_date,
    stretches.utterance_index, from_language, to_language,
    bool_or(replies.language = to_language) AS agent_followed
FROM stretches
JOIN conversations USING (conversation_id)
LEFT JOIN turns AS replies
    ON replies.conversation_id = stretches.conversation_id AND replies.speaker_role = 'agent'
    AND replies.utterance_index > stretches.utterance_index
    AND replies.utterance_index < coalesce(next_index, replies.utterance_index + 1)
GROUP BY conversation_id, stretches.utterance_index, from_language, to_language
ORDER BY started_date, conversation_id, stretches.utterance_index;
