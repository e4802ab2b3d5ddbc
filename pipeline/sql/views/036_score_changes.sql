CREATE OR REPLACE VIEW score_changes AS
WITH pairs AS (
    SELECT conversation_id, utterance_index, earlier.model AS earlier_model, earlier.model_version AS earlier_model_version,
        present.model, present.model_version, earlier.sentiment AS earlier_sentiment, present.sentiment,
        earlier.sentiment_score AS earlier_sentiment_score, present.sentiment_score
    FROM earlier_scores AS earlier
    JOIN utterance_scores AS present USING (conversation_id, utterance_index)
    UNION ALL BY NAME
    SELECT response_id, earlier.model AS earlier_model, earlier.model_version AS earlier_model_version,
        present.model, present.model_version, earlier.sentiment AS earlier_sentiment, present.sentiment,
        earlier.sentiment_score AS earlier_sentiment_score, present.sentiment_score
    FROM earlier_scores AS earlier
    JOIN verbatim_scores AS present USING (response_id)
)
SELECT conversation_id, utterance_index, response_id, earlier_model, earlier_model_version, model, model_version,
    earlier_sentiment, sentiment,
    sentiment <> earlier_sentiment AS is_changed,
    earlier_sentiment_score, sentiment_score,
    sentiment_score - earlier_sentiment_score AS sentiment_difference
FROM pairs;
COMMENT ON VIEW score_changes IS 'The present sentiment beside each earlier one: a row for each utterance and open survey answer that has been read again, and each earlier model or version. The other probabilities stand in earlier_scores and utterance_scores, verbatim_scores.';
COMMENT ON COLUMN score_changes.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN score_changes.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN score_changes.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN score_changes.earlier_model IS 'Name of the earlier classifier.';
COMMENT ON COLUMN score_changes.earlier_model_version IS 'Its version.';
COMMENT ON COLUMN score_changes.model IS 'Name of the present one.';
COMMENT ON COLUMN score_changes.model_version IS 'Its version.';
COMMENT ON COLUMN score_changes.earlier_sentiment IS 'What the earlier one read: negative, neutral or positive.';
COMMENT ON COLUMN score_changes.sentiment IS 'What the present one reads.';
COMMENT ON COLUMN score_changes.is_changed IS 'Whether that is another sentiment.';
COMMENT ON COLUMN score_changes.earlier_sentiment_score IS 'P(positive) - P(negative) by the earlier one, from -1 to 1.';
COMMENT ON COLUMN score_changes.sentiment_score IS 'The same by the present one.';
COMMENT ON COLUMN score_changes.sentiment_difference IS 'The present less the earlier, from -2 to 2: above 0, the present one reads it as more positive.';

CREATE OR REPLACE VIEW reading_changes AS
SELECT conversation_id, first_utterance_index,
    earlier.model AS earlier_model,
    earlier.model_version AS earlier_model_version,
    present.model,
    present.model_version,
    earlier.touchpoints AS earlier_touchpoints,
    placed.touchpoints,
    present.goal_yes_probability - earlier.goal_yes_probability AS goal_yes_difference,
    present.goal_no_probability - earlier.goal_no_probability AS goal_no_difference,
    present.ease_easy_probability - earlier.ease_easy_probability AS ease_easy_difference,
    present.ease_hard_probability - earlier.ease_hard_probability AS ease_hard_difference,
    present.complaint_probability - earlier.complaint_probability AS complaint_difference,
    present.repeat_contact_probability - earlier.repeat_contact_probability AS repeat_contact_difference,
    present.churn_probability - earlier.churn_probability AS churn_difference,
    present.hand_over_probability - earlier.hand_over_probability AS hand_over_difference
FROM earlier_readings AS earlier
JOIN (
    SELECT conversation_id, parts.first_utterance_index, list({
        'first_utterance': placed.first_utterance_index - parts.first_utterance_index,
        'last_utterance': last_utterance_index - parts.first_utterance_index, 'touchpoint': touchpoint
    } ORDER BY placed.first_utterance_index) AS touchpoints
    FROM conversation_parts AS parts
    JOIN conversation_touchpoints AS placed USING (conversation_id)
    WHERE placed.first_utterance_index BETWEEN parts.first_utterance_index
        AND parts.first_utterance_index + utterance_count - 1
    GROUP BY conversation_id, parts.first_utterance_index
) AS placed USING (conversation_id, first_utterance_index)
LEFT JOIN part_readings AS present USING (conversation_id, first_utterance_index);
COMMENT ON VIEW reading_changes IS 'What is read in whole conversations now beside what was read earlier: a row for each part of a conversation that has been read again, and each earlier model or version.';
COMMENT ON COLUMN reading_changes.conversation_id IS 'The conversation.';
COMMENT ON COLUMN reading_changes.first_utterance_index IS 'The first utterance of the part (conversation_parts).';
COMMENT ON COLUMN reading_changes.earlier_model IS 'Name of the earlier model. NULL: the source''s fields and lemmas alone.';
COMMENT ON COLUMN reading_changes.earlier_model_version IS 'Its version.';
COMMENT ON COLUMN reading_changes.model IS 'Name of the present one. NULL: the source''s fields and lemmas alone.';
COMMENT ON COLUMN reading_changes.model_version IS 'Its version.';
COMMENT ON COLUMN reading_changes.earlier_touchpoints IS 'The earlier stretches and their touchpoints, in order: first and last utterance counted from the first of the part.';
COMMENT ON COLUMN reading_changes.touchpoints IS 'The present ones.';
COMMENT ON COLUMN reading_changes.goal_yes_difference IS 'The present probability that the goal was reached less the earlier, from -1 to 1. NULL in this and all below: one of the two did not read it.';
COMMENT ON COLUMN reading_changes.goal_no_difference IS 'The same of a goal that was not.';
COMMENT ON COLUMN reading_changes.ease_easy_difference IS 'The same of ease.';
COMMENT ON COLUMN reading_changes.ease_hard_difference IS 'The same of trouble.';
COMMENT ON COLUMN reading_changes.complaint_difference IS 'The same of a complaint.';
COMMENT ON COLUMN reading_changes.repeat_contact_difference IS 'The same of a contact that is not the first about the matter.';
COMMENT ON COLUMN reading_changes.churn_difference IS 'The same of leaving, or of the thought of it.';
COMMENT ON COLUMN reading_changes.hand_over_difference IS 'The same of being handed over.';
