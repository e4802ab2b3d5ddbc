-- description: What do customers feel at each touchpoint, and how much do they speak of price, time and outcome, with which feeling?
-- grain: touchpoint
-- unit: mean_feeling -1…1 with its 95 % interval (Student's t over customers, each of them the mean of their conversations); dominant_emotion: the one that stands out most against all touchpoints, NULL where none does by 1.96 standard errors (see emotions); price (driver edullisuus), time (nopeus), outcome (ratkaisu): _share 0…1 of the conversations in which the customer names it, NULL where the drivers in use do not hold it, _feeling -1…1 of the turns that do; goal_yes_share 0…1 of the goals that are yes or no, with Wilson's 95 % interval; in_context_share 0…1 of the turns whose feeling was read in context
-- people: customer_count by touchpoint; dominant_customer_count for dominant_emotion; price_customer_count for price_share, price_feeling; time_customer_count for time_share, time_feeling; outcome_customer_count for outcome_share, outcome_feeling; goal_customer_count for goal_yes_share, goal_yes_low, goal_yes_high
WITH felt AS (
    SELECT touchpoint, conversation_id, utterance_index, feeling, feeling_source,
        coalesce(customer_key, conversation_id) AS customer
    FROM customer_feelings
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
),
sizes AS (
    SELECT touchpoint, count(DISTINCT customer) AS customer_count, count(DISTINCT conversation_id) AS conversation_count,
        avg((feeling_source = 'context')::INTEGER) AS in_context_share
    FROM felt
    GROUP BY touchpoint
),
feelings AS (
    SELECT touchpoint, avg(feeling) AS mean_feeling, mean_low(feeling, least := -1) AS feeling_low,
        mean_high(feeling, most := 1) AS feeling_high
    FROM (
        SELECT touchpoint, avg(mean_feeling) AS feeling
        FROM touchpoint_dimensions
        GROUP BY touchpoint, coalesce(customer_key, conversation_id)
    )
    GROUP BY touchpoint
),
dominant AS (
    SELECT touchpoint,
        arg_max(emotion, (z, share)) FILTER (z >= 1.96) AS dominant_emotion,
        arg_max(present_customer_count, (z, share)) FILTER (z >= 1.96) AS dominant_customer_count
    FROM touchpoint_emotions
    GROUP BY touchpoint
),
reasons AS (
    SELECT touchpoint, driver, count(DISTINCT customer) AS customer_count, count(DISTINCT conversation_id) AS named_count,
        avg(feeling) AS feeling
    FROM felt
    JOIN (SELECT DISTINCT conversation_id, utterance_index, driver FROM driver_mentions)
        USING (conversation_id, utterance_index)
    GROUP BY touchpoint, driver
),
known AS (  -- a driver that is not looked for is no driver that nobody names
    SELECT bool_or(driver = 'edullisuus') AS has_price, bool_or(driver = 'nopeus') AS has_time,
        bool_or(driver = 'ratkaisu') AS has_outcome
    FROM (SELECT driver FROM drivers UNION SELECT driver FROM driver_mentions)
),
told AS (
    SELECT touchpoint,
        max(customer_count) FILTER (driver = 'edullisuus') AS price_customers,
        max(named_count) FILTER (driver = 'edullisuus') AS price_count,
        max(feeling) FILTER (driver = 'edullisuus') AS price_feeling,
        max(customer_count) FILTER (driver = 'nopeus') AS time_customers,
        max(named_count) FILTER (driver = 'nopeus') AS time_count,
        max(feeling) FILTER (driver = 'nopeus') AS time_feeling,
        max(customer_count) FILTER (driver = 'ratkaisu') AS outcome_customers,
        max(named_count) FILTER (driver = 'ratkaisu') AS outcome_count,
        max(feeling) FILTER (driver = 'ratkaisu') AS outcome_feeling
    FROM reasons
    GROUP BY touchpoint
),
goals AS (
    SELECT touchpoint, count(DISTINCT coalesce(customer_key, conversation_id)) AS goal_customers, count(*) AS goal_count,
        count(*) FILTER (goal = 'yes') AS goal_yes_count
    FROM touchpoint_dimensions
    WHERE goal IN ('yes', 'no')
    GROUP BY touchpoint
)
SELECT touchpoint, customer_count, conversation_count, mean_feeling, feeling_low, feeling_high, dominant_emotion,
    coalesce(dominant_customer_count, 0) AS dominant_customer_count,
    coalesce(price_customers, 0) AS price_customer_count,
    CASE WHEN has_price THEN coalesce(price_count, 0) / conversation_count END AS price_share, price_feeling,
    coalesce(time_customers, 0) AS time_customer_count,
    CASE WHEN has_time THEN coalesce(time_count, 0) / conversation_count END AS time_share, time_feeling,
    coalesce(outcome_customers, 0) AS outcome_customer_count,
    CASE WHEN has_outcome THEN coalesce(outcome_count, 0) / conversation_count END AS outcome_share, outcome_feeling,
    coalesce(goal_customers, 0) AS goal_customer_count,
    goal_yes_count / goal_count AS goal_yes_share,
    wilson_low(goal_yes_count, goal_count) AS goal_yes_low,
    wilson_high(goal_yes_count, goal_count) AS goal_yes_high,
    in_context_share
FROM sizes
JOIN feelings USING (touchpoint)
CROSS JOIN known
LEFT JOIN dominant USING (touchpoint)
LEFT JOIN told USING (touchpoint)
LEFT JOIN goals USING (touchpoint)
ORDER BY mean_feeling, touchpoint;
