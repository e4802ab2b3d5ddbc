-- Contacts and answers of each channel, with the first and the last day.
SELECT channel, count(*) AS contact_count, count(DISTINCT customer_key) AS customer_count, min(day) AS first_day, max(day) AS last_day
FROM (
    SELECT channel, customer_key, started_date AS day FROM conversations
    UNION ALL
    SELECT 'survey', customer_key, responded_date FROM survey_responses
)
GROUP BY channel
ORDER BY channel;
