-- description: Which languages are spoken in which channel, and how much of it by customers?
-- grain: channel and language
-- unit: shares 0…1 of the channel's utterances and of its customers' utterances; conversation_count: conversations mainly in it
-- people: customer_count, agent_count by channel, language; main_customer_count for conversation_count; speaking_customer_count for customer_utterance_count, customer_utterance_share
WITH main AS (
    SELECT channel, detected_language AS language,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS main_customer_count,
        count(*) AS conversation_count
    FROM conversations
    GROUP BY channel, detected_language
),
turns AS (
    SELECT channel, utterances.language, speaker_role,
        coalesce(customer_key, conversation_id) AS customer,
        CASE WHEN speaker_role = 'agent' THEN coalesce(participant_key, 'unknown') END AS agent
    FROM utterances
    JOIN conversations USING (conversation_id)
    WHERE asr_suspect IS NULL
),
spoken AS (
    SELECT channel, language,
        count(DISTINCT customer) AS customer_count,
        count(DISTINCT agent) AS agent_count,
        count(DISTINCT customer) FILTER (speaker_role = 'customer') AS speaking_customer_count,
        count(*) AS utterance_count,
        count(*) FILTER (speaker_role = 'customer') AS customer_utterance_count
    FROM turns
    GROUP BY channel, language
)
SELECT channel, language,
    coalesce(main_customer_count, 0) AS main_customer_count,
    coalesce(conversation_count, 0) AS conversation_count,
    coalesce(customer_count, 0) AS customer_count,
    coalesce(agent_count, 0) AS agent_count,
    coalesce(utterance_count, 0) AS utterance_count,
    coalesce(utterance_count, 0) / sum(utterance_count) OVER channels AS utterance_share,
    coalesce(speaking_customer_count, 0) AS speaking_customer_count,
    coalesce(customer_utterance_count, 0) AS customer_utterance_count,
    coalesce(customer_utterance_count, 0) / nullif(sum(customer_utterance_count) OVER channels, 0) AS customer_utterance_share
FROM spoken
FULL JOIN main USING (channel, language)
WINDOW channels AS (PARTITION BY channel)
ORDER BY channel, utterance_count DESC, language;
