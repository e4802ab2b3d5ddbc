-- description: What do customers feel after a wait, by how long it was?
-- grain: touchpoint (where the wait was), channel and wait: each conversation's longest wait for the agent's answer
-- unit: mean_feeling -1…1 of the customer's next turn, with its 95 % interval (Student's t); in_context_share 0…1 of them that were read in context
-- people: customer_count, agent_count by touchpoint, channel, wait
WITH waited AS (
    SELECT longest_wait_touchpoint AS touchpoint, channel, feeling_after_wait, feeling_source,
        coalesce(participant_key, 'unknown') AS agent, coalesce(customer_key, timing.conversation_id) AS customer,
        CASE WHEN longest_wait_seconds < 10 THEN '0-10 s' WHEN longest_wait_seconds < 60 THEN '10-60 s'
            WHEN longest_wait_seconds < 300 THEN '1-5 min' WHEN longest_wait_seconds < 3600 THEN '5-60 min'
            WHEN longest_wait_seconds < 86400 THEN '1-24 h' ELSE '24 h +' END AS wait
    FROM timing
    JOIN utterances ON utterances.conversation_id = timing.conversation_id AND utterance_index = longest_wait_index
    WHERE feeling_after_wait IS NOT NULL
)
SELECT touchpoint, channel, wait,
    count(DISTINCT customer) AS customer_count,
    count(DISTINCT agent) AS agent_count,
    count(*) AS wait_count,
    avg(feeling_after_wait) AS mean_feeling,
    mean_low(feeling_after_wait, least := -1) AS feeling_low,
    mean_high(feeling_after_wait, most := 1) AS feeling_high,
    avg((feeling_source = 'context')::INTEGER) AS in_context_share
FROM waited
GROUP BY touchpoint, channel, wait
ORDER BY touchpoint, channel, list_position(['0-10 s', '10-60 s', '1-5 min', '5-60 min', '1-24 h', '24 h +'], wait);
