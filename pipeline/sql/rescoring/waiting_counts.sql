-- How much of each channel waiting.sql found: to be read again, and with words that are gone.
SELECT channel,
    count(DISTINCT conversation_id) FILTER (NOT is_gone) AS waiting_count,
    coalesce(sum(text_count) FILTER (NOT is_gone), 0)::BIGINT AS text_count,
    count(DISTINCT conversation_id) FILTER (is_gone) AS gone_count
FROM waiting_parts
GROUP BY channel
UNION ALL
SELECT 'survey', count(*) FILTER (NOT is_gone), count(*) FILTER (NOT is_gone), count(*) FILTER (is_gone)
FROM waiting_answers
HAVING count(*) > 0
ORDER BY channel;
