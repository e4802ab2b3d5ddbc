-- description: Is a complaint that is made good worth it? NPS of conversations with a complaint that was recovered, with one that was not, and with none.
-- grain: outcome: no_complaint, recovered (the last words 1.0 or more above the lowest), unrecovered
-- unit: nps -100…100 with its 95 % interval; above_unrecovered: NPS points above that of unrecovered, with its 95 % interval
-- people: customer_count by outcome; unrecovered_customer_count for above_unrecovered, above_low, above_high
WITH answered AS (
    SELECT nps_rating, conversation_id,
        coalesce(contacts.customer_key, answers.customer_key, conversation_id) AS customer,
        CASE
            WHEN complaint_probability < 0.5 THEN 'no_complaint'
            WHEN last_sentiment - lowest_sentiment >= 1 THEN 'recovered'
            WHEN complaint_probability >= 0.5 THEN 'unrecovered'
        END AS outcome
    FROM survey_responses AS answers
    JOIN contacts USING (conversation_id)
    WHERE nps_rating IS NOT NULL AND complaint_probability IS NOT NULL AND last_sentiment IS NOT NULL
),
outcomes AS (
    SELECT outcome,
        count(DISTINCT customer) AS customer_count,
        count(DISTINCT conversation_id) AS conversation_count,
        count(nps_rating) AS nps_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM answered
    GROUP BY outcome
),
unrecovered AS (
    SELECT customer_count AS unrecovered_customer_count, nps AS reference, nps_low AS reference_low,
        nps_high AS reference_high
    FROM outcomes
    WHERE outcome = 'unrecovered'
)
SELECT outcome, customer_count, conversation_count, nps_count, nps, nps_low, nps_high,
    coalesce(unrecovered_customer_count, 0) AS unrecovered_customer_count,
    nps - reference AS above_unrecovered,
    difference_low(nps, nps_low, reference, reference_high) AS above_low,
    difference_high(nps, nps_high, reference, reference_low) AS above_high
FROM outcomes
LEFT JOIN unrecovered ON outcome <> 'unrecovered'
ORDER BY outcome;
