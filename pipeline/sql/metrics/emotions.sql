-- description: Each emotion at each touchpoint, and how far its share lies from its share at all touchpoints together.
-- grain: touchpoint and emotion
-- unit: share 0…1 of the customers' utterances in which it is present; z: standard errors above the share everywhere
-- people: customer_count by touchpoint, emotion; present_customer_count for share, z; everywhere_customer_count for share_everywhere, z
WITH everywhere AS (
    SELECT emotion,
        count(DISTINCT coalesce(customer_key, conversation_id)) FILTER (probability >= 0.5) AS everywhere_customer_count
    FROM conversation_touchpoints
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id)
    JOIN utterance_emotions USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
    GROUP BY emotion
)
SELECT touchpoint, emotion, customer_count, utterance_count, present_customer_count, share, everywhere_customer_count,
    share_everywhere, z
FROM touchpoint_emotions
JOIN everywhere USING (emotion)
ORDER BY touchpoint, z DESC, share DESC, emotion;
