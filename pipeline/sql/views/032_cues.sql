CREATE OR REPLACE VIEW cues AS
SELECT conversation_id, utterance_index, response_id, replace(name, '_probability', '') AS cue, probability,
    probability >= 0.5 AS is_present
FROM (
    UNPIVOT (
        SELECT conversation_id, utterance_index, NULL AS response_id, COLUMNS('_probability$') FROM utterance_scores
        UNION ALL BY NAME
        SELECT response_id, COLUMNS('_probability$') FROM verbatim_scores
    ) ON effort_probability, ease_probability, goal_reached_probability, goal_missed_probability,
        expectation_under_probability, expectation_over_probability, complaint_probability, request_probability,
        wish_probability, thanks_probability, churn_probability, advocacy_probability, warning_probability,
        apology_probability, empathy_probability, remedy_probability, irony_probability
    INTO NAME name VALUE probability
);
COMMENT ON VIEW cues IS 'What utterances and open survey answers do in their conversation: a row for each cue of each text whose model knows cues. data/gold/GUIDELINE.md defines them.';
COMMENT ON COLUMN cues.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN cues.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN cues.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN cues.cue IS 'effort, ease, goal_reached, goal_missed, expectation_under, expectation_over, complaint, request, wish, thanks, churn, advocacy, warning, apology, empathy, remedy or irony.';
COMMENT ON COLUMN cues.probability IS 'Probability that the cue is present.';
COMMENT ON COLUMN cues.is_present IS 'Whether that is 0.5 or more.';
