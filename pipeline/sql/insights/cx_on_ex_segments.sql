-- description: How much does the customer's feeling at the end go with the agent's, at each touchpoint and in each team?
-- grain: segment_kind (touchpoint, queue) and segment
-- unit: slope: CX per EX (see cx_on_ex), by the segment's own conversations; pooled_slope: drawn towards that of all, the further the less it has to tell, with its 95 % interval; slope_everywhere, slope_spread: mean and standard deviation of slopes of segments; in_context_share 0…1 of the conversations whose customers were read in context. It goes together, which is no proof of cause
-- people: customer_count, agent_count by segment_kind, segment
SELECT customer_end AS cx, agent_mean AS ex, segment_kind, segment,
    feeling_source = 'context' AS is_in_context,
    dense_rank() OVER (ORDER BY conversation_id) AS conversation,
    dense_rank() OVER (ORDER BY coalesce(customer_key, conversation_id)) AS customer,
    CASE WHEN participant_key IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY participant_key) END AS agent
FROM (
    SELECT *, 'touchpoint' AS segment_kind, coalesce(touchpoint, 'unknown') AS segment FROM dyads
    UNION ALL
    SELECT *, 'queue', coalesce(queue, 'unknown') FROM dyads
)
WHERE customer_turn_count >= 2
ORDER BY segment_kind, segment, conversation_id;
