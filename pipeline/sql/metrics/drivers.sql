-- description: Which drivers (ease, a low price, speed …) do customers name at which touchpoint, how often, and with which feeling?
-- grain: touchpoint and driver
-- unit: utterance_count: customers' utterances that name it; share 0…1 of their scored utterances at the touchpoint; mean_sentiment -1…1, negative_share 0…1; emotion: the one that stands out most against all that customers say (highest z), emotion_share 0…1 of the utterances that name the driver
-- people: customer_count by touchpoint, driver; emotion_customer_count for emotion, emotion_share
WITH said AS (
    SELECT touchpoint, conversation_id, utterance_index, sentiment, sentiment_score,
        coalesce(customer_key, conversation_id) AS customer
    FROM conversation_touchpoints
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id)
    JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
),
totals AS (
    SELECT touchpoint, count(*) AS total FROM said GROUP BY touchpoint
),
naming AS (
    SELECT driver, said.*
    FROM (SELECT DISTINCT conversation_id, utterance_index, driver FROM driver_mentions) AS mentioned
    JOIN said USING (conversation_id, utterance_index)
),
everywhere AS (
    SELECT emotion, avg((probability >= 0.5)::INTEGER) AS share_everywhere
    FROM said
    JOIN utterance_emotions USING (conversation_id, utterance_index)
    GROUP BY emotion
),
emotions AS (
    SELECT touchpoint, driver, emotion,
        count(DISTINCT customer) FILTER (probability >= 0.5) AS emotion_customer_count,
        avg((probability >= 0.5)::INTEGER) AS emotion_share,
        coalesce(
            (emotion_share - any_value(share_everywhere))
            / nullif(sqrt(any_value(share_everywhere * (1 - share_everywhere)) / count(*)), 0),
            0
        ) AS z
    FROM naming
    JOIN utterance_emotions USING (conversation_id, utterance_index)
    JOIN everywhere USING (emotion)
    GROUP BY touchpoint, driver, emotion
    HAVING emotion_share > 0
    QUALIFY row_number() OVER (PARTITION BY touchpoint, driver ORDER BY z DESC, emotion_share DESC, emotion) = 1
),
felt AS (
    SELECT touchpoint, driver,
        count(DISTINCT customer) AS customer_count,
        count(*) AS utterance_count,
        count(*) / any_value(total) AS share,
        avg(sentiment_score) AS mean_sentiment,
        avg((sentiment = 'negative')::INTEGER) AS negative_share
    FROM naming
    JOIN totals USING (touchpoint)
    GROUP BY touchpoint, driver
)
SELECT touchpoint, driver, customer_count, utterance_count, share, mean_sentiment, negative_share, emotion,
    coalesce(emotion_customer_count, 0) AS emotion_customer_count, emotion_share
FROM felt
LEFT JOIN emotions USING (touchpoint, driver)
ORDER BY touchpoint, utterance_count DESC, driver;
