-- description: Who showed a strong feeling and was not heard by a survey (kysymättä jäi)? The latest first.
-- grain: conversation in which a customer's turn shows an emotion with a probability of 0.8 or more, without a survey answer about it, or by the same customer in the 30 days after
-- unit: emotion: the most probable one; lowest_sentiment -1…1
-- people: none (each row is one conversation)
WITH felt AS (
    SELECT conversation_id,
        arg_max(emotion, probability) AS emotion,
        max(probability) AS probability,
        count(DISTINCT utterance_index) AS turn_count
    FROM utterance_emotions
    JOIN utterances USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND probability >= 0.8
    GROUP BY conversation_id
),
places AS (
    SELECT conversation_id, arg_max(touchpoint, utterance_count) AS touchpoint, min(lowest_sentiment) AS lowest_sentiment
    FROM touchpoint_scores
    WHERE speaker_role = 'customer'
    GROUP BY conversation_id
)
SELECT conversation_id, started_date, channel, queue, touchpoint, emotion, probability, turn_count, lowest_sentiment
FROM felt
JOIN conversations USING (conversation_id)
JOIN places USING (conversation_id)
ANTI JOIN survey_responses AS about USING (conversation_id)
WHERE NOT EXISTS (
    FROM survey_responses
    WHERE survey_responses.customer_key = conversations.customer_key
        AND responded_at BETWEEN started_at AND started_at + INTERVAL 30 DAY
)
ORDER BY started_date DESC NULLS LAST, lowest_sentiment, conversation_id;
