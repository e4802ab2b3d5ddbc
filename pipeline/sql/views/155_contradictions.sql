-- FROM contradictions: the second contact within 14 days of the first; FROM contradictions(days := 30): another window.

CREATE OR REPLACE MACRO contradictions(days := 14) AS TABLE
WITH stretches AS (
    SELECT conversation_id, touchpoint, first_utterance_index, last_utterance_index, customer_key, channel, started_at,
        likeliest_goal(goal_yes_probability, goal_no_probability, goal_unclear_probability) AS goal
    FROM conversation_touchpoints
    JOIN conversations USING (conversation_id)
    WHERE touchpoint <> 'unknown' AND customer_key IS NOT NULL AND started_at IS NOT NULL
),
said AS (
    SELECT conversation_id, touchpoint, utterance_index, text,
        CASE
            WHEN greatest(goal_reached_probability, goal_missed_probability) < 0.5 THEN NULL
            WHEN goal_reached_probability > goal_missed_probability THEN 'yes'
            WHEN goal_missed_probability > goal_reached_probability THEN 'no'
        END AS told
    FROM stretches
    JOIN utterances USING (conversation_id)
    LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE speaker_role = 'agent' AND asr_suspect IS NULL
        AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
),
answers AS (  -- the agents' last word on it; where none tells of the goal, their last words
    SELECT conversation_id, touchpoint,
        arg_max(told, utterance_index) AS agent_goal,
        arg_max({'utterance_index': utterance_index, 'text': text}, (told IS NOT NULL, utterance_index)) AS answer
    FROM said
    GROUP BY conversation_id, touchpoint
),
sides AS (
    SELECT conversation_id, touchpoint, any_value(customer_key) AS customer_key, any_value(channel) AS channel,
        any_value(started_at) AS started_at,
        coalesce(arg_max(goal, first_utterance_index) FILTER (goal <> 'unclear'), any_value(goal)) AS goal
    FROM stretches
    GROUP BY conversation_id, touchpoint
),
told AS (
    FROM sides LEFT JOIN answers USING (conversation_id, touchpoint)
)
SELECT
    touchpoint, customer_key,
    (one.goal, other.goal) IN (('yes', 'no'), ('no', 'yes')) IS TRUE AS is_of_goals,
    (one.agent_goal, other.agent_goal) IN (('yes', 'no'), ('no', 'yes')) IS TRUE AS is_of_agents,
    date_diff('second', one.started_at, other.started_at) / 3600 AS hours_between,
    one.conversation_id AS first_conversation_id,
    one.channel AS first_channel,
    one.started_at AS first_started_at,
    one.goal AS first_goal,
    one.agent_goal AS first_agent_goal,
    one.answer.utterance_index AS first_utterance_index,
    nullif(one.answer.text, '') AS first_text,
    other.conversation_id AS second_conversation_id,
    other.channel AS second_channel,
    other.started_at AS second_started_at,
    other.goal AS second_goal,
    other.agent_goal AS second_agent_goal,
    other.answer.utterance_index AS second_utterance_index,
    nullif(other.answer.text, '') AS second_text
FROM told AS one
JOIN told AS other USING (customer_key, touchpoint)
WHERE one.channel <> other.channel
    AND (one.started_at, one.conversation_id) < (other.started_at, other.conversation_id)
    AND other.started_at <= one.started_at + to_days(days)
    AND (is_of_goals OR is_of_agents);

CREATE OR REPLACE VIEW contradictions AS
FROM contradictions(days := 14);
COMMENT ON VIEW contradictions IS 'One customer, one touchpoint, two channels, two answers: pairs of contacts within 14 days, contradictions(days := 30) for another window, of which one reached the goal and the other missed it, or in which the agents said so. First missed and then reached may also be a matter that got settled.';
COMMENT ON COLUMN contradictions.touchpoint IS 'The touchpoint.';
COMMENT ON COLUMN contradictions.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN contradictions.is_of_goals IS 'Whether the goals that were read contradict each other.';
COMMENT ON COLUMN contradictions.is_of_agents IS 'Whether what the agents said of the goal does (cues goal_reached and goal_missed).';
COMMENT ON COLUMN contradictions.hours_between IS 'Hours from the start of the first contact to the start of the second.';
COMMENT ON COLUMN contradictions.first_conversation_id IS 'The first contact.';
COMMENT ON COLUMN contradictions.first_channel IS 'Its channel.';
COMMENT ON COLUMN contradictions.first_started_at IS 'When it began, UTC.';
COMMENT ON COLUMN contradictions.first_goal IS 'Was the goal reached at the touchpoint: yes, no, unclear. NULL: not read.';
COMMENT ON COLUMN contradictions.first_agent_goal IS 'What an agent last said of it there: yes, no. NULL: nothing.';
COMMENT ON COLUMN contradictions.first_utterance_index IS 'The agent''s utterance that said so, else the last one there.';
COMMENT ON COLUMN contradictions.first_text IS 'Its masked text; NULL where the words are gone, or no agent spoke.';
COMMENT ON COLUMN contradictions.second_conversation_id IS 'The second contact; its columns are as those of the first.';
COMMENT ON COLUMN contradictions.second_channel IS 'Its channel.';
COMMENT ON COLUMN contradictions.second_started_at IS 'When it began, UTC.';
COMMENT ON COLUMN contradictions.second_goal IS 'Was the goal reached at the touchpoint.';
COMMENT ON COLUMN contradictions.second_agent_goal IS 'What an agent last said of it there.';
COMMENT ON COLUMN contradictions.second_utterance_index IS 'The agent''s utterance that said so, else the last one there.';
COMMENT ON COLUMN contradictions.second_text IS 'Its masked text.';
