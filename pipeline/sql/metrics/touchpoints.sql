-- description: The night's table: how customers felt at each touchpoint, beside the NPS of those who answered about it.
-- grain: touchpoint
-- unit: mean_sentiment -1…1; dominant_emotion: the one that stands out most against all touchpoints (highest z, see emotions), NULL where none does by 1.96 standard errors; nps -100…100 with its 95 % interval
-- people: customer_count by stage, touchpoint; dominant_customer_count for dominant_emotion; respondent_count for nps_count, nps, nps_low, nps_high
WITH felt AS (
    SELECT
        any_value(stage) AS stage,
        touchpoint,
        count(DISTINCT conversation_id) AS conversation_count,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
        count(*) AS utterance_count,
        avg(sentiment_score) AS mean_sentiment,
        avg((sentiment = 'negative')::INTEGER) AS negative_share
    FROM conversation_touchpoints
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id)
    JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
    GROUP BY touchpoint
),
dominant AS (
    SELECT
        touchpoint,
        arg_max(emotion, (z, share)) FILTER (z >= 1.96) AS dominant_emotion,
        arg_max(present_customer_count, (z, share)) FILTER (z >= 1.96) AS dominant_customer_count
    FROM touchpoint_emotions
    GROUP BY touchpoint
),
answered AS (
    SELECT
        touchpoint,
        count(nps_rating) AS nps_count,
        count(DISTINCT coalesce(customer_key, conversation_id)) FILTER (nps_rating IS NOT NULL) AS respondent_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM touchpoint_nps_by_conversation
    GROUP BY touchpoint
)
SELECT stage, touchpoint, customer_count, conversation_count, utterance_count, mean_sentiment, negative_share, dominant_emotion,
    coalesce(dominant_customer_count, 0) AS dominant_customer_count,
    coalesce(respondent_count, 0) AS respondent_count, coalesce(nps_count, 0) AS nps_count, nps, nps_low, nps_high
FROM felt
JOIN dominant USING (touchpoint)
LEFT JOIN answered USING (touchpoint)
ORDER BY mean_sentiment;
