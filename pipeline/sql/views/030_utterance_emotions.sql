CREATE OR REPLACE VIEW utterance_emotions AS
SELECT conversation_id, utterance_index, emotion, probability,
    CASE WHEN probability >= 0.5 THEN intensity END AS intensity
FROM utterance_scores UNPIVOT INCLUDE NULLS (
    (probability, intensity) FOR emotion IN (
        (joy_probability, joy_intensity) AS joy,
        (trust_probability, trust_intensity) AS trust,
        (fear_probability, fear_intensity) AS fear,
        (surprise_probability, surprise_intensity) AS surprise,
        (sadness_probability, sadness_intensity) AS sadness,
        (disgust_probability, disgust_intensity) AS disgust,
        (anger_probability, anger_intensity) AS anger,
        (anticipation_probability, anticipation_intensity) AS anticipation
    )
);
COMMENT ON VIEW utterance_emotions IS 'A row for each of the eight emotions of each scored utterance.';
COMMENT ON COLUMN utterance_emotions.conversation_id IS 'The conversation.';
COMMENT ON COLUMN utterance_emotions.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN utterance_emotions.emotion IS 'joy, trust, fear, surprise, sadness, disgust, anger or anticipation (Plutchik).';
COMMENT ON COLUMN utterance_emotions.probability IS 'Probability that the emotion is present.';
COMMENT ON COLUMN utterance_emotions.intensity IS 'How strong it is: 1 slight, 2 clear, 3 strong. NULL where it is not present (probability below 0.5), or the model does not tell.';
