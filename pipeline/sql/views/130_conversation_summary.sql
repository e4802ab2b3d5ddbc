CREATE OR REPLACE VIEW conversation_summary AS
WITH path AS (
    SELECT conversation_id,
        list(touchpoint ORDER BY first_index) FILTER (touchpoint <> 'unknown') AS touchpoints
    FROM (
        SELECT conversation_id, touchpoint, min(first_utterance_index) AS first_index
        FROM conversation_touchpoints
        GROUP BY conversation_id, touchpoint
    )
    GROUP BY conversation_id
),
parts AS (
    SELECT conversation_id,
        max(complaint_probability) >= 0.5 AS complaint,
        max(repeat_contact_probability) >= 0.5 AS repeat_contact,
        max(churn_probability) >= 0.5 AS churn_risk,
        max(hand_over_probability) >= 0.5 AS transferred,
        goal_of_parts(goal, first_utterance_index) AS goal_reached,
        coalesce(arg_max(ease, first_utterance_index), 'unclear') AS ease
    FROM (
        SELECT *,
            likeliest_goal(goal_yes_probability, goal_no_probability, goal_unclear_probability) AS goal,
            likeliest_ease(ease_easy_probability, ease_mixed_probability, ease_hard_probability) AS ease
        FROM part_readings
    )
    GROUP BY conversation_id
),
lowest AS (
    SELECT conversation_id, arg_min(utterance_index, (strength, utterance_index)) AS lowest_turn
    FROM customer_feelings
    WHERE counts AND sentiment = 'negative'
    GROUP BY conversation_id
),
empathy AS (
    SELECT conversation_id, list(utterance_index ORDER BY utterance_index) AS agent_empathy_turns
    FROM utterance_readings
    JOIN utterances USING (conversation_id, utterance_index)
    WHERE speaker_role = 'agent' AND greatest(understanding_probability, mirroring_probability) >= 0.5
    GROUP BY conversation_id
),
saddest AS (
    SELECT conversation_id, first_utterance_index, min(strength) AS lowest_strength
    FROM customer_feelings
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    WHERE counts AND sentiment = 'negative'
    GROUP BY conversation_id, first_utterance_index
),
reasons AS (
    SELECT conversation_id, arg_min(reason, (coalesce(lowest_strength, 2), first_utterance_index)) AS reason
    FROM conversation_touchpoints
    LEFT JOIN saddest USING (conversation_id, first_utterance_index)
    WHERE reason IS NOT NULL
    GROUP BY conversation_id
)
SELECT conversation_id, channel, started_date, customer_key,
    coalesce(touchpoints, ['unknown']) AS touchpoints,
    goal_reached, ease, feeling_source, start_sentiment, end_sentiment, lowest_turn, complaint, repeat_contact,
    churn_risk, transferred,
    CASE WHEN goal_reached IS NOT NULL THEN coalesce(agent_empathy_turns, []) END AS agent_empathy_turns,
    nullif(substring(text, reason."start" + 1, reason."end" - reason."start"), '') AS reason,
    reason AS reason_place
FROM conversations
LEFT JOIN path USING (conversation_id)
LEFT JOIN parts USING (conversation_id)
LEFT JOIN arcs('conversation') AS arc USING (conversation_id)
LEFT JOIN lowest USING (conversation_id)
LEFT JOIN empathy USING (conversation_id)
LEFT JOIN reasons USING (conversation_id)
LEFT JOIN utterances ON utterances.conversation_id = conversations.conversation_id
    AND utterances.utterance_index = reason.utterance_index;
COMMENT ON VIEW conversation_summary IS 'What a conversation comes to: a row for each. NULL: not read.';
COMMENT ON COLUMN conversation_summary.conversation_id IS 'The conversation.';
COMMENT ON COLUMN conversation_summary.channel IS 'chat, call, email, in_person or social.';
COMMENT ON COLUMN conversation_summary.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN conversation_summary.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN conversation_summary.touchpoints IS 'The touchpoints in the order in which they are first talked of; unknown where there is no other.';
COMMENT ON COLUMN conversation_summary.goal_reached IS 'Whether the customer reached what they came for: yes, no or unclear, the most probable in the last part (part_readings) that does not leave it open.';
COMMENT ON COLUMN conversation_summary.ease IS 'easy, mixed or hard, the most probable in the last part that tells of it; unclear where none does.';
COMMENT ON COLUMN conversation_summary.feeling_source IS 'context or turn: what the feelings were read by, as in customer_feelings.';
COMMENT ON COLUMN conversation_summary.start_sentiment IS 'negative, neutral or positive: how the customer''s feeling starts (emotion_arcs).';
COMMENT ON COLUMN conversation_summary.end_sentiment IS 'How it ends.';
COMMENT ON COLUMN conversation_summary.lowest_turn IS 'The customer''s utterance with the most strongly negative feeling (strength in customer_feelings) of those that are most probably negative. NULL: none is.';
COMMENT ON COLUMN conversation_summary.complaint IS 'Whether the customer complains: as probable as 0.5 or more in any part, as the three that follow.';
COMMENT ON COLUMN conversation_summary.repeat_contact IS 'Whether it is not their first contact about the matter.';
COMMENT ON COLUMN conversation_summary.churn_risk IS 'Whether they leave, cancel, or threaten or think of it.';
COMMENT ON COLUMN conversation_summary.transferred IS 'Whether they are handed over to somebody else.';
COMMENT ON COLUMN conversation_summary.agent_empathy_turns IS 'The agent''s utterances that name or accept the customer''s feeling, or answer it (understanding or mirroring, 0.5 or more).';
COMMENT ON COLUMN conversation_summary.reason IS 'The customer''s own words for why they feel so: of the segment with the most negative turn, else of the first that has any. NULL: none, or no longer stored.';
COMMENT ON COLUMN conversation_summary.reason_place IS 'Where they stand: utterance and characters of its masked text from 0, end exclusive.';
