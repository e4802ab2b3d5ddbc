-- The teams (queues) of which a week may be told: those of enough agents, and enough customers whom they served.
SELECT queue AS team,
    count(DISTINCT participant_key) AS agent_count,
    count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
    count(DISTINCT conversation_id) AS conversation_count
FROM conversations
JOIN utterances USING (conversation_id)
WHERE speaker_role = 'agent' AND queue IS NOT NULL AND started_date BETWEEN $first_day AND $last_day
GROUP BY queue
HAVING agent_count >= $floor AND customer_count >= $floor
ORDER BY queue;
