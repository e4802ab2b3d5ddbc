-- description: The same customers at the same touchpoint in two channels: where do they feel worse, and reach their goal less often?
-- grain: touchpoint and pair of channels; customers who were there in both
-- unit: sentiment -1…1 and gap (channel less other_channel), means over customers of their conversations, the gap with its 95 % interval (paired, Student's t over customers); goal 0…1: mean probability that the goal was reached, of the customers whose contacts were read in both
-- people: paired_customer_count by touchpoint, channel, other_channel; paired_goal_customer_count for goal, other_goal, goal_gap, goal_gap_low, goal_gap_high
-- They are not all customers of a channel, so that their column is not called customer_count: its groups are no parts of theirs.
WITH visits AS (
    SELECT conversation_id, touchpoint,
        avg(feeling) AS sentiment,
        arg_max(goal_yes_probability, first_utterance_index) AS goal
    FROM conversation_touchpoints
    JOIN customer_feelings USING (conversation_id)
    WHERE touchpoint <> 'unknown' AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
    GROUP BY conversation_id, touchpoint
),
customers AS (
    SELECT customer_key, touchpoint, channel, avg(sentiment) AS sentiment, avg(goal) AS goal
    FROM visits
    JOIN conversations USING (conversation_id)
    WHERE customer_key IS NOT NULL
    GROUP BY customer_key, touchpoint, channel
),
pairs AS (
    SELECT touchpoint, here.channel AS channel, there.channel AS other_channel,
        here.sentiment AS sentiment, there.sentiment AS other_sentiment,
        here.sentiment - there.sentiment AS gap,
        CASE WHEN there.goal IS NOT NULL THEN here.goal END AS goal,
        CASE WHEN here.goal IS NOT NULL THEN there.goal END AS other_goal,
        here.goal - there.goal AS goal_gap
    FROM customers AS here
    JOIN customers AS there USING (customer_key, touchpoint)
    WHERE here.channel < there.channel
)
SELECT touchpoint, channel, other_channel,
    count(*) AS paired_customer_count,
    avg(pairs.sentiment) AS sentiment,
    avg(pairs.other_sentiment) AS other_sentiment,
    avg(pairs.gap) AS gap,
    mean_low(pairs.gap) AS gap_low,
    mean_high(pairs.gap) AS gap_high,
    count(pairs.goal_gap) AS paired_goal_customer_count,
    avg(pairs.goal) AS goal,
    avg(pairs.other_goal) AS other_goal,
    avg(pairs.goal_gap) AS goal_gap,
    mean_low(pairs.goal_gap) AS goal_gap_low,
    mean_high(pairs.goal_gap) AS goal_gap_high
FROM pairs
GROUP BY touchpoint, channel, other_channel
ORDER BY touchpoint, channel, other_channel;
