-- The segments of a conversation: where, how sure, goal, ease, the arc there, and the reason in the customer's words.
SELECT first_utterance_index, last_utterance_index, coalesce(path.name, segments.touchpoint) AS touchpoint, rule, confidence,
    likeliest_goal(goal_yes_probability, goal_no_probability, goal_unclear_probability) AS goal,
    likeliest_ease(ease_easy_probability, ease_mixed_probability, ease_hard_probability) AS ease,
    start_feeling, lowest_feeling, end_feeling,
    substring(text, reason."start" + 1, reason."end" - reason."start") AS reason
FROM conversation_touchpoints AS segments
LEFT JOIN path_touchpoints AS path USING (touchpoint)
LEFT JOIN touchpoint_arcs AS arc USING (conversation_id, first_utterance_index)
LEFT JOIN utterances ON utterances.conversation_id = segments.conversation_id
    AND utterances.utterance_index = reason.utterance_index
WHERE segments.conversation_id = $conversation
ORDER BY first_utterance_index;
