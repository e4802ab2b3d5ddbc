-- description: One touchpoint before and from a date on: did it get worse, or recover?
-- grain: period (before, after), the day itself counted as after
-- unit: mean_sentiment -1…1 with the standard error of the mean over conversations; nps -100…100 with its 95 % interval
-- people: none (of two dates next to each other the difference would be one day's customers)
-- parameter: touchpoint, such as laskutus
-- parameter: date, such as 2026-10-01
WITH felt AS (
    SELECT
        CASE WHEN started_date < $date::DATE THEN 'before' ELSE 'after' END AS period,
        count(*) AS conversation_count,
        avg(mean_sentiment) AS mean_sentiment,
        stddev_samp(mean_sentiment) / sqrt(count(*)) AS standard_error,
        avg(negative_share) AS negative_share
    FROM touchpoint_scores
    WHERE speaker_role = 'customer' AND touchpoint = $touchpoint AND started_date IS NOT NULL
    GROUP BY period
),
answered AS (
    SELECT
        CASE WHEN started_date < $date::DATE THEN 'before' ELSE 'after' END AS period,
        count(nps_rating) AS nps_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM touchpoint_nps_by_conversation
    WHERE touchpoint = $touchpoint AND started_date IS NOT NULL
    GROUP BY period
)
SELECT period, conversation_count, mean_sentiment, standard_error, negative_share,
    coalesce(nps_count, 0) AS nps_count, nps, nps_low, nps_high
FROM felt
LEFT JOIN answered USING (period)
ORDER BY period DESC;
