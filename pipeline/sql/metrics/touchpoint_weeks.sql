-- description: How customers felt at one touchpoint, week by week, beside the NPS of those who answered about it.
-- grain: week (its Monday)
-- unit: mean_sentiment -1…1; negative_share 0…1; nps -100…100 with its 95 % interval
-- people: none (what is asked for touchpoint by touchpoint cannot be hidden together)
-- parameter: touchpoint, such as laskutus
WITH felt AS (
    SELECT
        date_trunc('week', started_date)::DATE AS week,
        count(*) AS conversation_count,
        avg(mean_sentiment) AS mean_sentiment,
        avg(negative_share) AS negative_share
    FROM touchpoint_scores
    WHERE speaker_role = 'customer' AND touchpoint = $touchpoint AND started_date IS NOT NULL
    GROUP BY week
),
answered AS (
    SELECT
        date_trunc('week', started_date)::DATE AS week,
        count(nps_rating) AS nps_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM touchpoint_nps_by_conversation
    WHERE touchpoint = $touchpoint
    GROUP BY week
)
SELECT week, conversation_count, mean_sentiment, negative_share, coalesce(nps_count, 0) AS nps_count, nps, nps_low, nps_high
FROM felt
LEFT JOIN answered USING (week)
ORDER BY week;
