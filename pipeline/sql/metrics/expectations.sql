-- description: At which touchpoints do customers get less than they expect, and where more?
-- grain: touchpoint; only where anybody tells of it
-- unit: counts of conversations that tell of it (told_count; one may tell of several); over_share 0…1 of those that tell of under or over (gap_count, by the last utterance that does), with Wilson's 95 % interval
-- people: customer_count by touchpoint; gap_customer_count for gap_count, over_share, over_low, over_high
WITH told AS (
    SELECT touchpoint, conversation_id,
        any_value(coalesce(customer_key, conversation_id)) AS customer,
        bool_or(expectation = 'under') AS is_under,
        bool_or(expectation = 'met') AS is_met,
        bool_or(expectation = 'over') AS is_over,
        arg_max(expectation, utterance_index) FILTER (expectation <> 'met') AS last_gap
    FROM expectation_gap
    JOIN conversations USING (conversation_id)
    GROUP BY touchpoint, conversation_id
),
counts AS (
    SELECT touchpoint,
        count(DISTINCT customer) AS customer_count,
        count(*) AS told_count,
        count(*) FILTER (is_under) AS under_count,
        count(*) FILTER (is_met) AS met_count,
        count(*) FILTER (is_over) AS over_count,
        count(DISTINCT customer) FILTER (last_gap IS NOT NULL) AS gap_customer_count,
        count(last_gap) AS gap_count,
        count(*) FILTER (last_gap = 'over') AS last_over_count
    FROM told
    GROUP BY touchpoint
)
SELECT * EXCLUDE (last_over_count),
    last_over_count / nullif(gap_count, 0) AS over_share,
    wilson_low(last_over_count, gap_count) AS over_low,
    wilson_high(last_over_count, gap_count) AS over_high
FROM counts
ORDER BY over_share, touchpoint;
