-- description: Which contact points of the palvelupolku are named at which touchpoint, and how customers feel when they name them.
-- grain: touchpoint and contact point (kind, side and provider are its own; empty: the path in use does not know it)
-- unit: utterance_count: customers' utterances that name it; mean_sentiment -1…1 and negative_share 0…1 of those; agent_utterance_count: agents' utterances that name it
-- people: customer_count by touchpoint, kind, side, provider, contact_point; naming_customer_count for utterance_count, mean_sentiment, negative_share; agent_count for agent_utterance_count
WITH naming AS (
    SELECT DISTINCT touchpoint, kind, side, provider, contact_point, conversation_id, utterance_index
    FROM contact_point_mentions
    WHERE conversation_id IS NOT NULL
),
felt AS (
    SELECT naming.*, speaker_role, sentiment, sentiment_score,
        coalesce(customer_key, conversation_id) AS customer,
        CASE WHEN speaker_role = 'agent' THEN coalesce(participant_key, 'unknown') END AS agent
    FROM naming
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id, utterance_index)
    LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
)
SELECT touchpoint, kind, side, provider, contact_point,
    count(DISTINCT customer) AS customer_count,
    count(DISTINCT conversation_id) AS conversation_count,
    count(DISTINCT customer) FILTER (speaker_role = 'customer') AS naming_customer_count,
    count(*) FILTER (speaker_role = 'customer') AS utterance_count,
    avg(sentiment_score) FILTER (speaker_role = 'customer') AS mean_sentiment,
    avg((sentiment = 'negative')::INTEGER) FILTER (speaker_role = 'customer') AS negative_share,
    count(DISTINCT agent) AS agent_count,
    count(*) FILTER (speaker_role = 'agent') AS agent_utterance_count
FROM felt
GROUP BY touchpoint, kind, side, provider, contact_point
ORDER BY touchpoint, utterance_count DESC, agent_utterance_count DESC, contact_point;
