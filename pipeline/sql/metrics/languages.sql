-- description: Which languages are spoken in which channel, and how much of it by customers?
-- grain: channel and language
-- unit: shares 0…1 of the channel's utterances and of its customers' utterances; conversation_count: conversations mainly in it
WITH main AS (
    SELECT channel, detected_language AS language, count(*) AS conversation_count
    FROM conversations
    GROUP BY channel, detected_language
),
spoken AS (
    SELECT channel, utterances.language, count(*) AS utterance_count,
        count(*) FILTER (speaker_role = 'customer') AS customer_utterance_count
    FROM utterances
    JOIN conversations USING (conversation_id)
    WHERE asr_suspect IS NULL
    GROUP BY channel, utterances.language
)
SELECT channel, language,
    coalesce(conversation_count, 0) AS conversation_count,
    coalesce(utterance_count, 0) AS utterance_count,
    coalesce(utterance_count, 0) / sum(utterance_count) OVER channels AS utterance_share,
    coalesce(customer_utterance_count, 0) AS customer_utterance_count,
    coalesce(customer_utterance_count, 0) / nullif(sum(customer_utterance_count) OVER channels, 0) AS customer_utterance_share
FROM spoken
FULL JOIN main USING (channel, language)
WINDOW channels AS (PARTITION BY channel)
ORDER BY channel, utterance_count DESC, language;
