CREATE OR REPLACE VIEW dyads AS
WITH places AS (
    SELECT conversation_id,
        arg_max(touchpoint, (last_utterance_index - first_utterance_index, -first_utterance_index)) AS touchpoint
    FROM conversation_touchpoints
    GROUP BY conversation_id
),
sides AS (
    SELECT conversation_id,
        mode(participant_key ORDER BY utterance_index) FILTER (speaker_role = 'agent') AS participant_key,
        count(*) FILTER (speaker_role = 'agent') AS agent_turn_count,
        avg(feeling) FILTER (speaker_role = 'agent') AS agent_mean,
        arg_min(feeling, utterance_index) FILTER (speaker_role = 'agent') AS agent_start,
        arg_max(feeling, utterance_index) FILTER (speaker_role = 'agent') AS agent_end,
        any_value(feeling_source) FILTER (speaker_role = 'customer') AS feeling_source,
        count(*) FILTER (speaker_role = 'customer') AS customer_turn_count,
        avg(feeling) FILTER (speaker_role = 'customer') AS customer_mean,
        arg_min(feeling, utterance_index) FILTER (speaker_role = 'customer') AS customer_start,
        arg_max(feeling, utterance_index) FILTER (speaker_role = 'customer') AS customer_end
    FROM felt_turns
    GROUP BY conversation_id
    HAVING agent_turn_count > 0 AND customer_turn_count > 0
)
SELECT sides.conversation_id, channel, queue, touchpoint, started_date, customer_key, sides.participant_key, agent_turn_count,
    agent_mean, agent_start, agent_end, feeling_source, customer_turn_count, customer_mean, customer_start, customer_end
FROM sides
JOIN conversations USING (conversation_id)
LEFT JOIN places USING (conversation_id);
COMMENT ON VIEW dyads IS 'The two sides of each conversation, what the agent and what the customer feels: a row for each in which both have turns that count (felt_turns). Agents are looked at as teams (queue), never one by one.';
COMMENT ON COLUMN dyads.conversation_id IS 'The conversation.';
COMMENT ON COLUMN dyads.channel IS 'Its channel.';
COMMENT ON COLUMN dyads.queue IS 'Queue or department, masked: the team. NULL where the source names none.';
COMMENT ON COLUMN dyads.touchpoint IS 'Touchpoint of its longest stretch.';
COMMENT ON COLUMN dyads.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN dyads.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN dyads.participant_key IS 'Keyed hash of the agent who says most, to count the people of a team by; NULL where the source names none.';
COMMENT ON COLUMN dyads.agent_turn_count IS 'Turns of agents (n).';
COMMENT ON COLUMN dyads.agent_mean IS 'Mean feeling of the agent''s turns, from -1 to 1.';
COMMENT ON COLUMN dyads.agent_start IS 'That of the first.';
COMMENT ON COLUMN dyads.agent_end IS 'That of the last.';
COMMENT ON COLUMN dyads.feeling_source IS 'Where the customer''s feelings are from, as in customer_feelings.';
COMMENT ON COLUMN dyads.customer_turn_count IS 'Turns of the customer (n).';
COMMENT ON COLUMN dyads.customer_mean IS 'Mean feeling of the customer''s turns, from -1 to 1.';
COMMENT ON COLUMN dyads.customer_start IS 'That of the first.';
COMMENT ON COLUMN dyads.customer_end IS 'That of the last.';
