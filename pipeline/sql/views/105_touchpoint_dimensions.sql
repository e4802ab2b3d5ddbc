-- Goal, ease and feeling at a touchpoint, each by itself: no one is filled from another, and what is not told is NULL.
--
-- Where a conversation comes back to a touchpoint, goal and ease are those of the last segment there that was read; the
-- feelings of all its segments there make one arc.

CREATE OR REPLACE MACRO likeliest_goal(yes, no, unclear) AS
    CASE WHEN unclear >= greatest(yes, no) THEN 'unclear' WHEN no >= yes THEN 'no' WHEN yes IS NOT NULL THEN 'yes' END;

-- Of several parts of a conversation the last that tells: a later one that leaves it open takes nothing back.
CREATE OR REPLACE MACRO goal_of_parts(goal, place) AS
    coalesce(arg_max(goal, place) FILTER (goal <> 'unclear'), any_value(goal));

-- What the three lack of 1 is the probability that nothing tells of ease: then there is none, not a middling one.
CREATE OR REPLACE MACRO likeliest_ease(easy, mixed, hard) AS
    CASE WHEN 1 - easy - mixed - hard >= greatest(easy, mixed, hard) THEN NULL
        WHEN hard >= greatest(easy, mixed) THEN 'hard'
        WHEN mixed >= easy THEN 'mixed'
        WHEN easy IS NOT NULL THEN 'easy' END;

CREATE OR REPLACE VIEW touchpoint_dimensions AS
WITH stood AS (
    SELECT conversation_id, touchpoint,
        any_value(stage) AS stage,
        min(first_utterance_index) AS first_utterance_index,
        max(segment) FILTER (segment.yes IS NOT NULL) AS read
    FROM (
        SELECT *, {'first_utterance_index': first_utterance_index,
            'yes': goal_yes_probability, 'no': goal_no_probability, 'unclear': goal_unclear_probability,
            'easy': ease_easy_probability, 'mixed': ease_mixed_probability, 'hard': ease_hard_probability
        } AS segment
        FROM conversation_touchpoints
    )
    GROUP BY conversation_id, touchpoint
),
told AS (
    SELECT conversation_id, touchpoint, stage, first_utterance_index,
        read.yes AS yes, read."no" AS no, read.unclear AS unclear,
        read.easy AS easy, read.mixed AS mixed, read.hard AS hard,
        read.easy + read.mixed + read.hard AS ease_told_probability,
        likeliest_goal(yes, no, unclear) AS goal,
        likeliest_ease(easy, mixed, hard) AS ease
    FROM stood
),
words AS (
    SELECT conversation_id, touchpoint, cue AS label, utterance_index, probability AS weight, 0 AS "start",
        length(text) AS "end"
    FROM cues
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN utterance_touchpoints USING (conversation_id, utterance_index, speaker_role)
    WHERE is_present AND (cue IN ('goal_reached', 'goal_missed') OR speaker_role = 'customer' AND cue IN ('effort', 'ease'))
    UNION ALL BY NAME
    SELECT conversation_id, touchpoint, label, utterance_index, weight, span_start AS "start", span_end AS "end"
    FROM evidence
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND label IN ('negative', 'positive')
),
shown AS (
    SELECT conversation_id, touchpoint,
        list(word ORDER BY utterance_index, "start") FILTER (label LIKE 'goal_%') AS goal_evidence,
        list(word ORDER BY utterance_index, "start") FILTER (label IN ('effort', 'ease')) AS ease_evidence,
        list(word ORDER BY utterance_index, "start") FILTER (label IN ('negative', 'positive')) AS emotion_evidence
    FROM (
        SELECT *, {'label': label, 'utterance_index': utterance_index, 'start': "start", 'end': "end",
            'weight': weight} AS word
        FROM words
    )
    GROUP BY conversation_id, touchpoint
)
SELECT conversation_id, touchpoint, stage, first_utterance_index, channel, started_date, customer_key,
    goal,
    CASE goal WHEN 'yes' THEN yes WHEN 'no' THEN no ELSE unclear END AS goal_probability,
    coalesce(goal_evidence, []) AS goal_evidence,
    ease,
    CASE ease WHEN 'easy' THEN easy WHEN 'mixed' THEN mixed WHEN 'hard' THEN hard END AS ease_probability,
    ease_told_probability,
    CASE WHEN ease IS NOT NULL THEN (100 * easy + 50 * mixed) / ease_told_probability END AS ease_score,
    CASE WHEN ease IS NOT NULL THEN sqrt(greatest(0,
        (10000 * easy + 2500 * mixed) / ease_told_probability - ((100 * easy + 50 * mixed) / ease_told_probability) ** 2
    )) END AS ease_standard_error,
    coalesce(ease_evidence, []) AS ease_evidence,
    feeling_source, turn_count, mean_feeling, mean_feeling_standard_error, start_feeling, start_index, lowest_feeling,
    lowest_negative_probability, lowest_index, highest_feeling, highest_index, end_feeling, end_index, slope,
    slope_standard_error, peak_end, peak_end_standard_error, recovery, recovery_standard_error,
    coalesce(emotion_evidence, []) AS emotion_evidence
FROM told
JOIN conversations USING (conversation_id)
LEFT JOIN shown USING (conversation_id, touchpoint)
LEFT JOIN (SELECT * EXCLUDE (first_utterance_index) FROM arcs('touchpoint')) USING (conversation_id, touchpoint);
COMMENT ON VIEW touchpoint_dimensions IS 'The three dimensions of an experience, goal, ease and feeling, of one conversation at one touchpoint: a row for each. No one is filled from another; what is not told is NULL.';
COMMENT ON COLUMN touchpoint_dimensions.conversation_id IS 'The conversation.';
COMMENT ON COLUMN touchpoint_dimensions.touchpoint IS 'The touchpoint; unknown where nothing tells.';
COMMENT ON COLUMN touchpoint_dimensions.stage IS 'Stage of the service path.';
COMMENT ON COLUMN touchpoint_dimensions.first_utterance_index IS 'First utterance of its first segment there.';
COMMENT ON COLUMN touchpoint_dimensions.channel IS 'chat, call, email, in_person or social.';
COMMENT ON COLUMN touchpoint_dimensions.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN touchpoint_dimensions.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN touchpoint_dimensions.goal IS 'Whether the customer reached their goal, by the most probable: yes, no or unclear (left open). NULL: not read.';
COMMENT ON COLUMN touchpoint_dimensions.goal_probability IS 'Its probability.';
COMMENT ON COLUMN touchpoint_dimensions.goal_evidence IS 'Turns of anybody with the cue goal_reached or goal_missed (label): utterance, its characters from 0 (end exclusive), and the probability of the cue as weight.';
COMMENT ON COLUMN touchpoint_dimensions.ease IS 'easy, mixed or hard, by the most probable. NULL: most probably nothing tells of it, or not read.';
COMMENT ON COLUMN touchpoint_dimensions.ease_probability IS 'Its probability.';
COMMENT ON COLUMN touchpoint_dimensions.ease_told_probability IS 'Probability that anything tells of ease; also where ease is NULL. NULL: not read.';
COMMENT ON COLUMN touchpoint_dimensions.ease_score IS 'Ease from 0 (hard) to 100 (easy): 100 easy + 50 mixed + 0 hard over the sum of their probabilities. NULL where ease is.';
COMMENT ON COLUMN touchpoint_dimensions.ease_standard_error IS 'How unsure that is, from the same probabilities.';
COMMENT ON COLUMN touchpoint_dimensions.ease_evidence IS 'Turns of the customer with the cue effort or ease, as goal_evidence.';
COMMENT ON COLUMN touchpoint_dimensions.feeling_source IS 'context or turn: what the feelings were read by, as in customer_feelings. NULL, as all that follow: no turn of the customer tells of a feeling.';
COMMENT ON COLUMN touchpoint_dimensions.turn_count IS 'Customer''s turns that count (n).';
COMMENT ON COLUMN touchpoint_dimensions.mean_feeling IS 'Their mean, from -1 to 1; this and what follows as in emotion_arcs, over the turns at this touchpoint.';
COMMENT ON COLUMN touchpoint_dimensions.mean_feeling_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_dimensions.start_feeling IS 'Feeling at the start.';
COMMENT ON COLUMN touchpoint_dimensions.start_index IS 'The utterance.';
COMMENT ON COLUMN touchpoint_dimensions.lowest_feeling IS 'Feeling of the lowest turn.';
COMMENT ON COLUMN touchpoint_dimensions.lowest_negative_probability IS 'Probability that the customer minds in it.';
COMMENT ON COLUMN touchpoint_dimensions.lowest_index IS 'The utterance.';
COMMENT ON COLUMN touchpoint_dimensions.highest_feeling IS 'Feeling of the highest turn.';
COMMENT ON COLUMN touchpoint_dimensions.highest_index IS 'The utterance.';
COMMENT ON COLUMN touchpoint_dimensions.end_feeling IS 'Feeling at the end.';
COMMENT ON COLUMN touchpoint_dimensions.end_index IS 'The utterance.';
COMMENT ON COLUMN touchpoint_dimensions.slope IS 'Change of feeling from the first turn to the last along a straight line. NULL for a single turn.';
COMMENT ON COLUMN touchpoint_dimensions.slope_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_dimensions.peak_end IS 'Mean of the most extreme turn and the end.';
COMMENT ON COLUMN touchpoint_dimensions.peak_end_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_dimensions.recovery IS 'Feeling at the end minus the lowest since the first complaint.';
COMMENT ON COLUMN touchpoint_dimensions.recovery_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_dimensions.emotion_evidence IS 'The customer''s words that carry a negative or positive sentiment (label), as the view evidence has them.';
