-- description: Sentiment probabilities sum to 1 and give the stored class; emotion probabilities lie between 0 and 1.
WITH scores AS (
    SELECT conversation_id AS id, * EXCLUDE (conversation_id, utterance_index) FROM utterance_scores
    UNION ALL BY NAME
    SELECT response_id AS id, * EXCLUDE (response_id) FROM verbatim_scores
)
SELECT id
FROM scores
WHERE abs(negative_probability + neutral_probability + positive_probability - 1) > 1e-4
    OR least(joy_probability, trust_probability, fear_probability, surprise_probability, sadness_probability,
        disgust_probability, anger_probability, anticipation_probability, negative_probability, neutral_probability,
        positive_probability) < 0
    OR greatest(joy_probability, trust_probability, fear_probability, surprise_probability, sadness_probability,
        disgust_probability, anger_probability, anticipation_probability) > 1
    OR abs(sentiment_score - (positive_probability - negative_probability)) > 1e-6
    OR CASE sentiment WHEN 'negative' THEN negative_probability WHEN 'neutral' THEN neutral_probability
        ELSE positive_probability END
        < greatest(negative_probability, neutral_probability, positive_probability);
