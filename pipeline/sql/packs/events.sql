-- What a team's customers thanked for (in a turn that is positive: politeness closes bad contacts too) and complained of in
-- a week: where, and what they named then. Only what enough customers tell of; `subject` is all, touchpoint or driver.
WITH told AS (
    SELECT event, conversation_id, utterance_index, touchpoint, coalesce(customer_key, conversation_id) AS customer
    FROM customer_events
    JOIN conversations USING (conversation_id)
    LEFT JOIN customer_feelings AS felt USING (conversation_id, utterance_index)
    WHERE queue = $team AND started_date BETWEEN $first_day AND $last_day
        AND (event = 'complaint' OR event = 'thanks' AND felt.sentiment = 'positive')
),
named AS (
    SELECT event, 'all' AS subject, NULL AS name, customer FROM told
    UNION ALL
    SELECT event, 'touchpoint', coalesce(path.name, touchpoint), customer
    FROM told LEFT JOIN path_touchpoints AS path USING (touchpoint)
    WHERE touchpoint <> 'unknown'
    UNION ALL
    SELECT event, 'driver', coalesce(name, driver), customer
    FROM told JOIN driver_mentions USING (conversation_id, utterance_index)
)
SELECT event, subject, name, count(DISTINCT customer) AS customer_count
FROM named
GROUP BY event, subject, name
HAVING customer_count >= $floor
ORDER BY event, subject, customer_count DESC, name;
