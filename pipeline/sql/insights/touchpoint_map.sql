-- description: Which touchpoints matter most to customers, and how do they feel there: what to fix first, and what to keep up?
-- grain: touchpoint (not unknown); conversations with a feeling that was read there
-- unit: quadrant: fix_first (matters more than the mean, felt worse), keep_up (matters more, felt better), watch (matters less, felt worse), maintain (matters less, felt better), unclear (an interval reaches over the mean, or nothing can be told); mean_feeling -1…1 with its 95 % interval (Student's t over customers), beside that of all; goal_yes_share 0…1 of the conversations that are yes or no, mean_ease 0-100, both of the same conversations (intervals: dimensions); importance: points of the NPS rating (0-10) of that conversation per 1 of the feeling there, drawn towards importance_everywhere the further the less the touchpoint has to tell, with its 95 % interval; own_importance by its own answers alone. It goes together, which is no proof of cause: who feels so there may differ otherwise too
-- people: customer_count by touchpoint; goal_customer_count for goal_yes_share; ease_customer_count for mean_ease; respondent_count for quadrant, answered_count, own_importance, importance, importance_low, importance_high
WITH answered AS (
    SELECT conversation_id, avg(nps_rating) AS nps, min(customer_key) AS answering_key
    FROM survey_responses
    WHERE nps_rating IS NOT NULL
    GROUP BY conversation_id
)
SELECT touchpoint, mean_feeling AS feeling,
    CASE WHEN goal IN ('yes', 'no') THEN (goal = 'yes')::DOUBLE END AS goal,
    ease_score AS ease,
    nps,
    feeling_source = 'context' AS is_in_context,
    dense_rank() OVER (ORDER BY conversation_id) AS conversation,
    dense_rank() OVER (ORDER BY coalesce(customer_key, answering_key, conversation_id)) AS customer
FROM touchpoint_dimensions
LEFT JOIN answered USING (conversation_id)
WHERE touchpoint <> 'unknown' AND mean_feeling IS NOT NULL
ORDER BY touchpoint, conversation_id;
