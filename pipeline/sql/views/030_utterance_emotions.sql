CREATE OR REPLACE VIEW utterance_emotions AS
UNPIVOT (
    SELECT conversation_id, utterance_index,
        joy_probability AS joy,
        trust_probability AS trust,
        fear_probability AS fear,
        surprise_probability AS surprise,
        sadness_probability AS sadness,
        disgust_probability AS disgust,
        anger_probability AS anger,
        anticipation_probability AS anticipation
    FROM utterance_scores
) ON COLUMNS(* EXCLUDE (conversation_id, utterance_index)) INTO NAME emotion VALUE probability;
COMMENT ON VIEW utterance_emotions IS 'A row for each of the eight emotions of each scored utterance.';
COMMENT ON COLUMN utterance_emotions.conversation_id IS 'The conversation.';
COMMENT ON COLUMN utterance_emotions.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN utterance_emotions.emotion IS 'joy, trust, fear, surprise, sadness, disgust, anger or anticipation (Plutchik).';
COMMENT ON COLUMN utterance_emotions.probability IS 'Probability that the emotion is present.';
