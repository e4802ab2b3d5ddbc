-- description: Evidence names a sentiment or an emotion, stands within its text, and weighs between 0 and 1.
WITH found AS (
    SELECT conversation_id AS id, text, unnest(evidence) AS found
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    UNION ALL BY NAME
    SELECT response_id AS id, verbatim AS text, unnest(evidence) AS found
    FROM verbatim_scores
    JOIN survey_responses USING (response_id)
)
SELECT id
FROM found
WHERE text IS NOT NULL AND NOT coalesce(  -- a score without a text is for scores_complete
    found.label IN ('negative', 'neutral', 'positive', 'joy', 'trust', 'fear', 'surprise', 'sadness', 'disgust', 'anger',
        'anticipation')
    AND 0 <= found."start" AND found."start" < found."end" AND found."end" <= length(text)
    AND found.weight BETWEEN 0 AND 1,
    false
);
