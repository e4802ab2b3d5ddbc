-- description: Promoters (9-10) who complained in their conversation, and not in passing: what a good NPS hides.
-- grain: survey answer
-- unit: sentiment -1…1; negative_share 0…1; ces 1-7 (7 = very easy), csat 1-5; complaint_count turns, 0 where only the whole conversation reads as a complaint
-- people: none (each row is one answer)
WITH turns AS (  -- where the model knows no cues, a negative turn counts as a complaint
    SELECT conversation_id,
        count(*) FILTER (coalesce(complaint_probability, negative_probability) >= 0.5) AS complaint_count
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer'
    GROUP BY conversation_id
),
complaints AS (  -- a conversation that has been read as a whole complains if that reading says so
    SELECT conversation_id, complaint_count
    FROM turns
    JOIN contacts USING (conversation_id)
    WHERE coalesce(complaint_probability >= 0.5, complaint_count > 0)
)
SELECT conversation_id, started_date, touchpoint, channel, nps_rating, ces_rating, csat_rating, mean_sentiment,
    lowest_sentiment, negative_share, complaint_count
FROM touchpoint_nps_by_conversation
JOIN complaints USING (conversation_id)
WHERE nps_rating >= 9 AND mean_sentiment < 0
ORDER BY mean_sentiment, conversation_id;
