-- description: The same touchpoint in each channel: which channel lags?
-- grain: touchpoint and channel
-- unit: mean_sentiment -1…1 with the standard error of the mean over conversations; nps -100…100 with its 95 % interval
-- people: customer_count by touchpoint, channel; respondent_count for nps_count, nps, nps_low, nps_high
WITH felt AS (
    SELECT
        touchpoint,
        channel,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
        count(*) AS conversation_count,
        avg(mean_sentiment) AS mean_sentiment,
        stddev_samp(mean_sentiment) / sqrt(count(*)) AS standard_error,
        avg(negative_share) AS negative_share
    FROM touchpoint_scores
    WHERE speaker_role = 'customer'
    GROUP BY touchpoint, channel
),
answered AS (
    SELECT
        touchpoint,
        channel,
        count(DISTINCT coalesce(customer_key, conversation_id)) FILTER (nps_rating IS NOT NULL) AS respondent_count,
        count(nps_rating) AS nps_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM touchpoint_nps_by_conversation
    GROUP BY touchpoint, channel
)
SELECT touchpoint, channel, customer_count, conversation_count, mean_sentiment, standard_error, negative_share,
    coalesce(respondent_count, 0) AS respondent_count, coalesce(nps_count, 0) AS nps_count, nps, nps_low, nps_high
FROM felt
LEFT JOIN answered USING (touchpoint, channel)
ORDER BY touchpoint, channel;
