-- description: What customers and agents do at each touchpoint: how often they tell of effort, complain, wish, thank, threaten to leave …
-- grain: touchpoint, speaker role and cue; only cues that are there
-- unit: share 0…1 of the speaker role's utterances at the touchpoint whose model knows cues (utterance_count); share_everywhere: the same at all touchpoints
-- people: customer_count, agent_count by touchpoint, speaker_role, cue; present_customer_count, present_agent_count for present_count, conversation_count, share, share_everywhere
WITH said AS (
    SELECT touchpoint, speaker_role, cue, is_present, conversation_id,
        coalesce(customer_key, conversation_id) AS customer,
        CASE WHEN speaker_role = 'agent' THEN coalesce(participant_key, 'unknown') END AS agent
    FROM conversation_touchpoints
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id)
    JOIN cues USING (conversation_id, utterance_index)
    WHERE speaker_role IN ('customer', 'agent') AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
),
counts AS (
    SELECT touchpoint, speaker_role, cue,
        count(DISTINCT customer) AS customer_count,
        count(DISTINCT agent) AS agent_count,
        count(*) AS utterance_count,
        count(DISTINCT customer) FILTER (is_present) AS present_customer_count,
        count(DISTINCT agent) FILTER (is_present) AS present_agent_count,
        count(*) FILTER (is_present) AS present_count,
        count(DISTINCT conversation_id) FILTER (is_present) AS conversation_count
    FROM said
    GROUP BY touchpoint, speaker_role, cue
)
SELECT touchpoint, speaker_role, cue, customer_count, agent_count, utterance_count, present_customer_count,
    present_agent_count, present_count, conversation_count,
    present_count / utterance_count AS share,
    sum(present_count) OVER everywhere / sum(utterance_count) OVER everywhere AS share_everywhere
FROM counts
WINDOW everywhere AS (PARTITION BY speaker_role, cue)
QUALIFY present_count > 0
ORDER BY touchpoint, speaker_role DESC, present_count DESC, cue;
