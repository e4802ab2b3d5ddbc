-- description: Sentiment probabilities sum to 1 and give the stored class; all others lie between 0 and 1, intensities between 0 and 3.
WITH scores AS (
    SELECT conversation_id AS id, * EXCLUDE (conversation_id, utterance_index) FROM utterance_scores
    UNION ALL BY NAME
    SELECT response_id AS id, * EXCLUDE (response_id) FROM verbatim_scores
),
extremes AS (  -- of what the model tells: NULLs do not count
    SELECT *,
        least(*COLUMNS('_(probability|intensity)$')) AS lowest,
        greatest(*COLUMNS('_probability$')) AS highest,
        greatest(*COLUMNS('_intensity$')) AS highest_intensity
    FROM scores
)
SELECT id
FROM extremes
WHERE abs(negative_probability + neutral_probability + positive_probability - 1) > 1e-4
    OR lowest < 0
    OR highest > 1 + 1e-6  -- a sentiment may be above 1 by a rounding error
    OR highest_intensity > 3
    OR abs(sentiment_score - (positive_probability - negative_probability)) > 1e-6
    OR CASE sentiment WHEN 'negative' THEN negative_probability WHEN 'neutral' THEN neutral_probability
        ELSE positive_probability END
        < greatest(negative_probability, neutral_probability, positive_probability);
