-- description: What happens to the customer's feeling when they are handed over from one agent to another, and do they tell their story again?
-- grain: touchpoint before and after the hand-over (hand-overs within a conversation)
-- unit: feeling -1…1, mean of the hand-overs with turns of the customer that count on both sides (compared_count); mean_change -2…2 with its 95 % interval (Student's t); in_context_share 0…1 of them whose turns were read in context; repeat_share 0…1 of those after which the customer speaks and cues or words are known (told_count), with Wilson's 95 % interval
-- people: customer_count by from_touchpoint, to_touchpoint; compared_customer_count for compared_count, mean_before, mean_after, mean_change, change_low, change_high, in_context_share; told_customer_count for told_count, repeat_share, repeat_low, repeat_high
WITH counts AS (
    SELECT from_touchpoint, to_touchpoint,
        count(DISTINCT customer) AS customer_count,
        count(DISTINCT conversation_id) AS conversation_count,
        count(*) AS hand_off_count,
        count(DISTINCT customer) FILTER (change IS NOT NULL) AS compared_customer_count,
        count(change) AS compared_count,
        avg(mean_before) FILTER (change IS NOT NULL) AS mean_before,
        avg(mean_after) FILTER (change IS NOT NULL) AS mean_after,
        avg(change) AS mean_change,
        mean_low(change, least := -2) AS change_low,
        mean_high(change, most := 2) AS change_high,
        avg((feeling_source = 'context')::INTEGER) FILTER (change IS NOT NULL) AS in_context_share,
        count(DISTINCT customer) FILTER (repeats_story IS NOT NULL) AS told_customer_count,
        count(repeats_story) AS told_count,
        count(*) FILTER (repeats_story) AS repeat_count
    FROM (SELECT *, coalesce(customer_key, conversation_id) AS customer FROM hand_offs)
    GROUP BY from_touchpoint, to_touchpoint
)
SELECT * EXCLUDE (repeat_count),
    repeat_count / nullif(told_count, 0) AS repeat_share,
    wilson_low(repeat_count, told_count) AS repeat_low,
    wilson_high(repeat_count, told_count) AS repeat_high
FROM counts
ORDER BY from_touchpoint, to_touchpoint;
