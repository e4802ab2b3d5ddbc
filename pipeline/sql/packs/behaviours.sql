-- In how many of their conversations a team's agents do what they should in a week, and in the weeks before. What fewer
-- agents do than may be told of, or with fewer customers, has no figures (is_hidden).
WITH told AS (
    SELECT behaviour, agent_count, customer_count, conversation_count,
        least(present_agent_count, present_customer_count) BETWEEN 1 AND $floor - 1 AS is_hidden,
        CASE WHEN NOT is_hidden THEN turn_share END AS turn_share,
        CASE WHEN NOT is_hidden THEN conversation_share END AS share,
        CASE WHEN NOT is_hidden THEN conversation_share_low END AS low,
        CASE WHEN NOT is_hidden THEN conversation_share_high END AS high
    FROM team_behaviour($first_day, $last_day)
    WHERE queue = $team AND agent_count >= $floor AND customer_count >= $floor
),
earlier AS (
    SELECT behaviour, conversation_share AS share, conversation_share_low AS low, conversation_share_high AS high
    FROM team_behaviour($before, $first_day - 1)
    WHERE queue = $team AND agent_count >= $floor AND customer_count >= $floor
        AND NOT least(present_agent_count, present_customer_count) BETWEEN 1 AND $floor - 1
)
SELECT told.*,
    earlier.share AS earlier_share,
    told.share - earlier.share AS change,
    difference_low(told.share, told.low, earlier.share, earlier.high) AS change_low,
    difference_high(told.share, told.high, earlier.share, earlier.low) AS change_high
FROM told
LEFT JOIN earlier USING (behaviour)
ORDER BY behaviour <> 'open_question', behaviour;
