-- description: What does each move of an agent do to the customer's feeling, against replies to customers who felt the same?
-- grain: move; a reply is all that agents say between two turns of the customer
-- unit: feeling -1…1; change_with and change_without over the matched replies with and without the move; effect with its 95 % interval, the other moves held equal; _of_two: the mean of the customer's next two turns in place of the next; in_context_share 0…1 of the matched replies with feelings read in context. Told of matched replies, not a proof of cause
-- people: customer_count, agent_count by move; present_customer_count, present_agent_count for present_count, unmatched_count, change_with, change_without, effect, effect_low, effect_high, effect_of_two, effect_of_two_low, effect_of_two_high; absent_customer_count, absent_agent_count for change_with, change_without, effect, effect_low, effect_high, effect_of_two, effect_of_two_low, effect_of_two_high
WITH replies AS (
    SELECT conversation_id, reply_number,
        any_value(coalesce(customer_key, conversation_id)) AS customer,
        arg_min(participant_key, utterance_index) AS agent,
        arg_min(touchpoint, utterance_index) AS touchpoint,
        any_value(channel) AS channel,
        any_value(feeling_source) = 'context' AS is_in_context,
        any_value(feeling_before) AS before,
        coalesce(any_value(feeling_before) - any_value(feeling_earlier), 0) AS before_change,
        any_value(feeling_after) AS after,
        any_value(feeling_after_two) AS after_two,
        bool_or(is_understanding) AS understanding,
        bool_or(is_mirroring) AS mirroring,
        bool_or(is_adjusting) AS adjusting,
        bool_or(is_complaint_thanks) AS complaint_thanks,
        bool_or(is_preference_question) AS preference_question,
        bool_or(is_mandate) AS mandate,
        bool_or(is_confirmation) AS confirmation,
        bool_or(is_open_question) AS open_question,
        bool_or(is_hand_over) AS hand_over
    FROM agent_turns
    WHERE feeling_before IS NOT NULL AND feeling_after IS NOT NULL
    GROUP BY conversation_id, reply_number
)
SELECT before, before_change, after, after_two, is_in_context,
    understanding, mirroring, adjusting, complaint_thanks, preference_question, mandate, confirmation, open_question, hand_over,
    dense_rank() OVER (ORDER BY conversation_id) AS conversation,
    dense_rank() OVER (ORDER BY customer) AS customer,
    CASE WHEN agent IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY agent) END AS agent,
    dense_rank() OVER (ORDER BY
        channel,
        touchpoint,
        least(floor((before + 1) / 0.4), 4),  -- five bins of equal width
        CASE WHEN reply_number <= 2 THEN reply_number WHEN reply_number <= 4 THEN 3 ELSE 5 END
    ) - 1 AS stratum
FROM replies;
