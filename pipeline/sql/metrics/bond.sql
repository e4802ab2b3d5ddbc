-- description: Does a good past forgive? NPS after a complaint and without one, by how the customer felt in earlier contacts.
-- grain: earlier_feeling in all contacts that had ended before: warm (mean 0 or more), cold, none (there were none); and whether the conversation is a complaint
-- unit: nps -100…100 with its 95 % interval; forgiveness: NPS points by which a complaint costs less after a warm past than after a cold one, with its 95 % interval; NULL unless all four groups answered
-- people: customer_count by earlier_feeling, is_complaint; least_customer_count for forgiveness, forgiveness_low, forgiveness_high
WITH answered AS (
    SELECT nps_rating,
        any_value(coalesce(met.customer_key, met.conversation_id)) AS customer,
        any_value(met.complaint_probability) >= 0.5 AS is_complaint,
        avg(earlier.mean_sentiment) AS earlier_sentiment
    FROM survey_responses AS answers
    JOIN contacts AS met USING (conversation_id)
    LEFT JOIN contacts AS earlier
        ON earlier.customer_key = met.customer_key AND earlier.ended_at < met.started_at
    WHERE nps_rating IS NOT NULL AND met.complaint_probability IS NOT NULL
    GROUP BY response_id, nps_rating
),
felt AS (
    SELECT
        CASE WHEN earlier_sentiment >= 0 THEN 'warm' WHEN earlier_sentiment < 0 THEN 'cold' ELSE 'none' END
            AS earlier_feeling,
        is_complaint,
        count(DISTINCT customer) AS customer_count,
        count(nps_rating) AS nps_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM answered
    GROUP BY ALL
),
signed AS (  -- (warm complaint - warm none) - (cold complaint - cold none)
    SELECT *, CASE WHEN (earlier_feeling = 'warm') = is_complaint THEN 1 ELSE -1 END AS side
    FROM felt
    WHERE earlier_feeling <> 'none'
),
bonds AS (  -- the interval from those of the four, as difference_low does of two
    SELECT min(customer_count) AS least_customer_count,
        sum(side * nps) AS forgiveness,
        sqrt(sum(CASE WHEN side > 0 THEN nps - nps_low ELSE nps_high - nps END ** 2)) AS down,
        sqrt(sum(CASE WHEN side > 0 THEN nps_high - nps ELSE nps - nps_low END ** 2)) AS up
    FROM signed
    HAVING count(*) = 4
)
SELECT earlier_feeling, is_complaint, customer_count, nps_count, nps, nps_low, nps_high,
    coalesce(least_customer_count, 0) AS least_customer_count,
    forgiveness, forgiveness - down AS forgiveness_low, forgiveness + up AS forgiveness_high
FROM felt
LEFT JOIN bonds ON true
ORDER BY earlier_feeling DESC, is_complaint;
