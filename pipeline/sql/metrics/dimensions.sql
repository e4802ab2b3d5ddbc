-- description: Did customers reach their goal at each touchpoint, how easily, and with what feeling, and of how many is each known?
-- grain: touchpoint
-- unit: goal_yes_share 0…1 of those that are yes or no, with Wilson's 95 % interval; ease 0-100 (100 easy), beside it the CES of the survey on the same scale ((ces - 1) / 6 * 100); feeling -1…1; 95 % intervals of means by Student's t; coverage 0…1 of the conversations; in_context_share of the feelings that were read in context. No one is filled from another.
-- people: customer_count by touchpoint; goal_customer_count for goal_count, goal_yes_count, goal_yes_share, goal_yes_low, goal_yes_high, goal_coverage; ease_customer_count for ease_count, mean_ease, ease_low, ease_high, ease_coverage; respondent_count for ces_count, mean_ces, ces_low, ces_high, ces_coverage; felt_customer_count for feeling_count, mean_feeling, feeling_low, feeling_high, feeling_coverage, in_context_share
WITH answered AS (
    SELECT conversation_id, avg((ces_rating - 1) / 6 * 100) AS ces
    FROM survey_responses
    GROUP BY conversation_id
),
known AS (
    SELECT *, coalesce(customer_key, conversation_id) AS customer, goal IN ('yes', 'no') AS is_goal_known
    FROM touchpoint_dimensions
    LEFT JOIN answered USING (conversation_id)
),
counts AS (
    SELECT touchpoint,
        count(DISTINCT customer) AS customer_count,
        count(*) AS conversation_count,
        count(DISTINCT customer) FILTER (is_goal_known) AS goal_customer_count,
        count(*) FILTER (is_goal_known) AS goal_count,
        count(*) FILTER (goal = 'yes') AS goal_yes_count,
        count(*) FILTER (goal = 'unclear') AS goal_unclear_count,
        count(DISTINCT customer) FILTER (ease IS NOT NULL) AS ease_customer_count,
        count(ease_score) AS ease_count,
        avg(ease_score) AS mean_ease,
        mean_low(ease_score, least := 0) AS ease_low,
        mean_high(ease_score, most := 100) AS ease_high,
        count(DISTINCT customer) FILTER (ces IS NOT NULL) AS respondent_count,
        count(ces) AS ces_count,
        avg(ces) AS mean_ces,
        mean_low(ces, least := 0) AS ces_low,
        mean_high(ces, most := 100) AS ces_high,
        count(DISTINCT customer) FILTER (mean_feeling IS NOT NULL) AS felt_customer_count,
        count(mean_feeling) AS feeling_count,
        avg(mean_feeling) AS mean_feeling,
        mean_low(mean_feeling, least := -1) AS feeling_low,
        mean_high(mean_feeling, most := 1) AS feeling_high,
        avg((feeling_source = 'context')::INTEGER) AS in_context_share
    FROM known
    GROUP BY touchpoint
)
SELECT touchpoint, customer_count, conversation_count,
    goal_customer_count, goal_count, goal_yes_count, goal_unclear_count,
    goal_yes_count / nullif(goal_count, 0) AS goal_yes_share,
    wilson_low(goal_yes_count, goal_count) AS goal_yes_low,
    wilson_high(goal_yes_count, goal_count) AS goal_yes_high,
    goal_count / conversation_count AS goal_coverage,
    ease_customer_count, ease_count, mean_ease, ease_low, ease_high, ease_count / conversation_count AS ease_coverage,
    respondent_count, ces_count, mean_ces, ces_low, ces_high, ces_count / conversation_count AS ces_coverage,
    felt_customer_count, feeling_count, mean_feeling, feeling_low, feeling_high,
    feeling_count / conversation_count AS feeling_coverage, in_context_share
FROM counts
ORDER BY touchpoint;
