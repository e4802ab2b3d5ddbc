-- description: How many good things do customers tell of for each bad one at each touchpoint, and is that above or below a reference ratio?
-- grain: touchpoint; only where anything good or bad is told
-- unit: counts of kinds of good and bad events (customer_events) in each conversation, each kind once; ratio: good per bad with its 95 % interval (Wilson's of the share of good, for as many independent events as their spread over conversations is worth); NULL and no upper end without a bad one; against: above, below or unclear
-- people: none (it takes a parameter; events tells the same kind by kind)
-- parameter: reference, good per bad, such as 10 (a claim that is often repeated, not a finding)
WITH talks AS (
    SELECT touchpoint, conversation_id,
        any_value(coalesce(customer_key, conversation_id)) AS customer,
        count(DISTINCT event) FILTER (kind = 'good') AS good,
        count(DISTINCT event) AS events
    FROM customer_events
    JOIN conversations USING (conversation_id)
    WHERE kind IS NOT NULL
    GROUP BY touchpoint, conversation_id
),
sums AS (
    SELECT touchpoint,
        count(DISTINCT customer) AS customer_count,
        count(*) AS conversation_count,
        sum(good) AS good_count,
        sum(events) AS event_count,
        sum(good) / sum(events) AS share,
        (sum(good ** 2) - 2 * share * sum(good * events) + share ** 2 * sum(events ** 2))
            / sum(events) ** 2 * count(*) / nullif(count(*) - 1, 0) AS variance
    FROM talks
    GROUP BY touchpoint
),
weighed AS (
    SELECT *,
        CASE WHEN share IN (0, 1) OR variance IS NULL THEN conversation_count
            ELSE least(event_count, share * (1 - share) / nullif(greatest(variance, 0), 0)) END AS worth
    FROM sums
),
ratios AS (
    SELECT touchpoint, customer_count, conversation_count, good_count,
        event_count - good_count AS bad_count,
        good_count / nullif(event_count - good_count, 0) AS ratio,
        wilson_low(share * worth, worth) / nullif(1 - wilson_low(share * worth, worth), 0) AS ratio_low,
        CASE WHEN share < 1 THEN wilson_high(share * worth, worth) / (1 - wilson_high(share * worth, worth)) END
            AS ratio_high
    FROM weighed
)
SELECT *, $reference::DOUBLE AS reference,
    CASE WHEN ratio_low > reference THEN 'above' WHEN ratio_high < reference THEN 'below' ELSE 'unclear' END AS against
FROM ratios
ORDER BY ratio NULLS LAST, touchpoint;
