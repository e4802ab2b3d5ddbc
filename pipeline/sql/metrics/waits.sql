-- description: The wait between two contacts of a journey, and how the customer feels after it.
-- grain: wait, from the end of one contact to the start of the next within 14 days (journeys)
-- unit: sentiment -1…1 at the end of the contact before and at the start of the next, means over customers; mean_change with its 95 % interval (Student's t over customers); correlation: rank correlation of the wait with the sentiment after it at the same sentiment before, over all waits, with its 95 % interval
-- people: customer_count by wait; all_customer_count for correlation, correlation_low, correlation_high
WITH waits AS (
    SELECT customer_key, wait_hours, previous_last_sentiment AS before, first_sentiment AS after,
        CASE
            WHEN wait_hours < 1 THEN '0-1 h'
            WHEN wait_hours < 24 THEN '1-24 h'
            WHEN wait_hours < 72 THEN '1-3 days'
            WHEN wait_hours < 168 THEN '3-7 days'
            ELSE '7-14 days'
        END AS wait
    FROM journeys
    WHERE contact_number > 1 AND previous_last_sentiment IS NOT NULL AND first_sentiment IS NOT NULL
),
ranks AS (
    SELECT customer_key, mean_rank(wait_hours) AS wait_rank, mean_rank(before) AS before_rank,
        mean_rank(after) AS after_rank
    FROM waits
),
related AS (  -- as many independent pairs as there are customers: several waits of one are no more
    SELECT count(DISTINCT customer_key) AS all_customer_count,
        partial_correlation(corr(wait_rank, after_rank), corr(wait_rank, before_rank), corr(before_rank, after_rank))
            AS correlation
    FROM ranks
),
customers AS (
    SELECT wait, customer_key, count(*) AS wait_count, avg(before) AS before, avg(after) AS after
    FROM waits
    GROUP BY wait, customer_key
)
SELECT wait,
    count(*) AS customer_count,
    sum(wait_count)::BIGINT AS wait_count,
    avg(before) AS mean_before,
    avg(after) AS mean_after,
    avg(after - before) AS mean_change,
    mean_low(after - before) AS change_low,
    mean_high(after - before) AS change_high,
    any_value(all_customer_count) AS all_customer_count,
    any_value(correlation) AS correlation,
    rank_correlation_low(any_value(correlation), any_value(all_customer_count), 1) AS correlation_low,
    rank_correlation_high(any_value(correlation), any_value(all_customer_count), 1) AS correlation_high
FROM customers, related
GROUP BY wait
ORDER BY wait;
