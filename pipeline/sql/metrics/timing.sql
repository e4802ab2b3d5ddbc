-- description: How long do customers wait at each touchpoint and channel, how much silence is there, who talks and who interrupts, and does the feeling after a wait go with its length?
-- grain: touchpoint and channel; only where times are known
-- unit: seconds (medians over the conversations there); talk shares 0…1 and interruptions per conversation of calls whose turns have an end (call_count); wait_correlation -1…1 between ln(1 + seconds) of each conversation's longest wait there and the feeling of the customer's next turn, with its 95 % interval (Fisher's z), NULL of two, which always lie on a line; it is no cause; in_context_share 0…1 of these feelings that were read in context
-- people: customer_count, agent_count by touchpoint, channel; call_customer_count for call_count, agent_talk_share, customer_talk_share, interruptions_by_agent, interruptions_by_customer; waiting_customer_count for wait_count, wait_correlation, correlation_low, correlation_high, in_context_share
WITH stood AS (
    SELECT conversation_id, touchpoint,
        list(DISTINCT coalesce(participant_key, 'unknown')) FILTER (speaker_role = 'agent') AS agents
    FROM utterance_touchpoints
    JOIN utterances USING (conversation_id, utterance_index, speaker_role)
    GROUP BY conversation_id, touchpoint
),
times AS (
    SELECT touchpoint, channel,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
        len(list_distinct(flatten(list(agents)))) AS agent_count,
        count(*) AS conversation_count,
        median(first_response_wait_seconds) AS first_response_wait_seconds,
        median(longest_wait_seconds) AS longest_wait_seconds,
        median(longest_silence_seconds) AS longest_silence_seconds,
        median(total_silence_seconds) AS total_silence_seconds,
        count(DISTINCT coalesce(customer_key, conversation_id)) FILTER (has_ends) AS call_customer_count,
        count(*) FILTER (has_ends) AS call_count,
        avg(agent_talk_share) AS agent_talk_share,
        avg(customer_talk_share) AS customer_talk_share,
        avg(agent_interruption_count) AS interruptions_by_agent,
        avg(customer_interruption_count) AS interruptions_by_customer
    FROM stood
    JOIN timing USING (conversation_id)
    WHERE total_silence_seconds IS NOT NULL
    GROUP BY touchpoint, channel
),
waited AS (
    SELECT longest_wait_touchpoint AS touchpoint, channel,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS waiting_customer_count,
        count(*) AS wait_count,
        CASE WHEN count(*) > 2 AND stddev_pop(longest_wait_seconds) > 0 AND stddev_pop(feeling_after_wait) > 0
            THEN corr(ln(1 + longest_wait_seconds), feeling_after_wait) END AS wait_correlation,
        avg((feeling_source = 'context')::INTEGER) AS in_context_share
    FROM timing
    WHERE feeling_after_wait IS NOT NULL
    GROUP BY touchpoint, channel
)
SELECT times.*,
    coalesce(waiting_customer_count, 0) AS waiting_customer_count,
    coalesce(wait_count, 0) AS wait_count,
    wait_correlation,
    correlation_low(wait_correlation, wait_count) AS correlation_low,
    correlation_high(wait_correlation, wait_count) AS correlation_high,
    in_context_share
FROM times
LEFT JOIN waited USING (touchpoint, channel)
ORDER BY touchpoint, channel;
