-- description: CX = 2 × EX? How well does what the agent feels tell how the customer leaves: not at all, in a line, squared, with both sides?
-- grain: model (mean: no EX at all; linear; square; both_sides: with the feeling that the customer came with)
-- unit: CX the customer's feeling at the end, EX the agent's mean feeling, both -1…1; standardised_error: squared error on agents or conversations that were left out, 1 = as far off as the mean; behind_best: how much more of it than the best model, with its standard error; slope, curvature: CX per EX and per EX², with 95 % intervals; in_context_share 0…1 of the conversations whose customers were read in context. It goes together, which is no proof of cause
-- people: customer_count, agent_count by model
-- option: seed, the whole number that the choice of folds starts from (1)
SELECT customer_end AS cx, agent_mean AS ex, customer_start AS start,
    feeling_source = 'context' AS is_in_context,
    dense_rank() OVER (ORDER BY conversation_id) AS conversation,
    dense_rank() OVER (ORDER BY coalesce(customer_key, conversation_id)) AS customer,
    CASE WHEN participant_key IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY participant_key) END AS agent
FROM dyads
WHERE customer_turn_count >= 2
ORDER BY conversation_id;
