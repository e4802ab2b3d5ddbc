-- description: How does the customer's feeling run at each touchpoint: start, lowest, highest, end, slope, peak-end, recovery?
-- grain: touchpoint and part of the arc
-- unit: mean: feeling -1…1 (slope: change from the first turn to the last; recovery: end minus the lowest since the first complaint, of those who complain) with its 95 % interval over conversations (Student's t); in_context_share 0…1 of them whose turns were read in context
-- people: customer_count by touchpoint, part
WITH told AS (
    UNPIVOT (
        SELECT touchpoint, coalesce(customer_key, conversation_id) AS customer, feeling_source, mean_feeling AS mean,
            start_feeling AS "start", lowest_feeling AS lowest, highest_feeling AS highest, end_feeling AS "end", slope,
            peak_end, recovery
        FROM touchpoint_dimensions
    ) ON mean, "start", lowest, highest, "end", slope, peak_end, recovery
    INTO NAME part VALUE feeling
)
SELECT touchpoint, part,
    count(DISTINCT customer) AS customer_count,
    count(*) AS conversation_count,
    avg(feeling) AS mean,
    mean_low(feeling, least := if(part IN ('slope', 'recovery'), -2, -1)) AS mean_low,
    mean_high(feeling, most := if(part IN ('slope', 'recovery'), 2, 1)) AS mean_high,
    avg((feeling_source = 'context')::INTEGER) AS in_context_share
FROM told
GROUP BY touchpoint, part
ORDER BY touchpoint,
    list_position(['mean', 'start', 'lowest', 'highest', 'end', 'slope', 'peak_end', 'recovery'], part);
