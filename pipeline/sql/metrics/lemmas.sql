-- description: The words of one touchpoint: in how many of its conversations customers use a lemma, and in how many elsewhere.
-- grain: lemma, the hundred in most conversations; Finnish only, without stop words, fillers and repeats
-- unit: share 0…1 of the touchpoint's conversations, share_everywhere 0…1 of all; token_count: times said
-- people: none (of two periods a day apart the difference would be one day's words)
-- parameter: touchpoint, such as laskutus
-- parameter: from, such as 2026-09-01
-- parameter: to, such as 2026-09-30, inclusive
WITH said AS (
    SELECT *
    FROM lemma_counts
    WHERE speaker_role = 'customer' AND language = 'fi' AND started_date BETWEEN $from::DATE AND $to::DATE
),
totals AS (
    SELECT
        count(DISTINCT conversation_id) FILTER (touchpoint = $touchpoint) AS here,
        count(DISTINCT conversation_id) AS everywhere
    FROM said
)
SELECT
    lemma,
    count(DISTINCT conversation_id) FILTER (touchpoint = $touchpoint) AS conversation_count,
    sum(token_count) FILTER (touchpoint = $touchpoint)::INTEGER AS token_count,
    conversation_count / any_value(here) AS share,
    count(DISTINCT conversation_id) / any_value(everywhere) AS share_everywhere
FROM said, totals
GROUP BY lemma
HAVING conversation_count > 0
ORDER BY conversation_count DESC, token_count DESC, lemma
LIMIT 100;
