-- First contact resolution (FCR), from three sources side by side. None is filled from another.
--
-- survey     what the customer answered about this conversation (of several answers the latest).
-- behaviour  false: the same customer came again within so many days at the same touchpoint; true: they did not, or at other
--            touchpoints only. NULL: the customer or the time is not known, the days have not passed in the data (they end
--            with the last start of a conversation), or whether it was the same touchpoint is not known (unknown).
-- text       false: the customer lets know that it is not the first contact; true: they do not, and most probably reached
--            their goal. Otherwise NULL: what is left open or not reached today may yet be settled without a new contact.
--
-- `FROM fcr_evidence_within(days := 14)` asks for another number of days than the view's 7.

CREATE OR REPLACE MACRO fcr_evidence_within(days := 7) AS TABLE
WITH contacts AS (
    SELECT conversation_id, customer_key, started_at, started_at + days * INTERVAL 1 DAY AS until,
        list_filter(list(DISTINCT touchpoint), name -> name <> 'unknown') AS touchpoints
    FROM conversations
    LEFT JOIN conversation_touchpoints USING (conversation_id)
    GROUP BY ALL
),
again AS (
    SELECT contacts.conversation_id,
        coalesce(list_has_any(contacts.touchpoints, later.touchpoints), false) AS is_same,
        len(contacts.touchpoints) = 0 OR len(later.touchpoints) = 0 AS is_unknown,
        later.conversation_id AS later_id,
        later.started_at AS later_at
    FROM contacts
    JOIN contacts AS later USING (customer_key)
    WHERE later.started_at > contacts.started_at AND later.started_at <= contacts.until
),
behaviour AS (
    SELECT conversation_id,
        CASE WHEN bool_or(is_same) THEN false
            WHEN customer_key IS NULL OR started_at IS NULL OR bool_or(is_unknown) THEN NULL
            WHEN until <= (SELECT max(started_at) FROM conversations) THEN true END AS value,
        arg_min(later_id, later_at) FILTER (is_same) AS later_conversation_id
    FROM contacts
    LEFT JOIN again USING (conversation_id)
    GROUP BY conversation_id, customer_key, started_at, until
),
answered AS (
    SELECT conversation_id, arg_max(first_contact_resolution, responded_at) AS value,
        arg_max(response_id, responded_at) AS response_id
    FROM survey_responses
    WHERE first_contact_resolution IS NOT NULL
    GROUP BY conversation_id
),
parts AS (
    SELECT conversation_id, bool_or(repeat_contact_probability >= 0.5) AS is_repeated,
        goal_of_parts(goal, first_utterance_index) AS goal
    FROM (
        SELECT *, likeliest_goal(goal_yes_probability, goal_no_probability, goal_unclear_probability) AS goal
        FROM part_readings
    )
    GROUP BY conversation_id
),
turns AS (
    SELECT conversation_id,
        list(utterance_index ORDER BY utterance_index) FILTER (repeat_contact_probability >= 0.5) AS repeats,
        list(utterance_index ORDER BY utterance_index) FILTER (goal_reached_probability >= 0.5) AS reached
    FROM utterance_readings
    JOIN utterances USING (conversation_id, utterance_index)
    LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer'
    GROUP BY conversation_id
),
said AS (
    SELECT conversation_id,
        CASE WHEN is_repeated OR repeats IS NOT NULL THEN false WHEN goal = 'yes' THEN true END AS value,
        CASE value WHEN false THEN repeats WHEN true THEN reached END AS indices
    FROM parts
    FULL JOIN turns USING (conversation_id)
)
SELECT conversation_id, 'survey' AS source, value, response_id, NULL AS later_conversation_id,
    []::INTEGER[] AS utterance_indices
FROM conversations
LEFT JOIN answered USING (conversation_id)
UNION ALL BY NAME
SELECT conversation_id, 'behaviour' AS source, value, later_conversation_id, [] AS utterance_indices
FROM behaviour
UNION ALL BY NAME
SELECT conversation_id, 'text' AS source, value, coalesce(indices, []) AS utterance_indices
FROM conversations
LEFT JOIN said USING (conversation_id);

CREATE OR REPLACE VIEW fcr_evidence AS
SELECT conversation_id, source, value, response_id, later_conversation_id, utterance_indices
FROM fcr_evidence_within();
COMMENT ON VIEW fcr_evidence IS 'Was the matter settled at the first contact (FCR)? What the survey, the customer''s behaviour in the next 7 days and the words say: a row per conversation and source. fcr_evidence_within(days := 14) asks for other days.';
COMMENT ON COLUMN fcr_evidence.conversation_id IS 'The conversation.';
COMMENT ON COLUMN fcr_evidence.source IS 'survey: the answer about it; behaviour: whether the same customer came again at the same touchpoint; text: whether they say that they have been in contact before or, if not, most probably reached their goal.';
COMMENT ON COLUMN fcr_evidence.value IS 'Whether it was. NULL: this source does not tell (no answer; customer, time or touchpoint unknown, or the days have not passed in the data; nothing said of it).';
COMMENT ON COLUMN fcr_evidence.response_id IS 'The survey answer.';
COMMENT ON COLUMN fcr_evidence.later_conversation_id IS 'The first contact that followed.';
COMMENT ON COLUMN fcr_evidence.utterance_indices IS 'The customer''s utterances that say so: of an earlier contact, or of the goal reached.';
