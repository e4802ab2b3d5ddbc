-- description: Contacts that begin while nobody serves: how many, how do customers feel, and do they change language more often?
-- grain: channel, and whether it began out of hours (weekends count as such)
-- unit: mean_sentiment -1…1 over conversations with its 95 % interval (Student's t); switch_share 0…1 of the conversations in which the customer speaks in two languages or more
-- people: none (of two opening hours next to each other the difference would be a few people)
-- parameter: opens, such as 08:00, Helsinki time
-- parameter: closes, such as 18:00, itself out of hours
WITH spoken AS (
    SELECT conversation_id, count(DISTINCT language) > 1 AS is_switched
    FROM utterances
    WHERE speaker_role = 'customer' AND asr_suspect IS NULL
    GROUP BY conversation_id
)
SELECT channel,
    is_out_of_hours(started_at, opens := $opens, closes := $closes) AS is_out_of_hours,
    count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
    count(*) AS conversation_count,
    avg(mean_sentiment) AS mean_sentiment,
    mean_low(mean_sentiment) AS sentiment_low,
    mean_high(mean_sentiment) AS sentiment_high,
    avg(is_switched::INTEGER) AS switch_share
FROM contacts
LEFT JOIN spoken USING (conversation_id)
WHERE started_at IS NOT NULL
GROUP BY channel, is_out_of_hours
ORDER BY channel, is_out_of_hours;
