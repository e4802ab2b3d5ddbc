-- Without notes of visits (in_person): what staff wrote there was not said to the customer.
CREATE OR REPLACE VIEW agent_turns AS
WITH customers AS (
    SELECT conversation_id, utterance_index, turn_number, feeling, feeling_source,
        avg(feeling) OVER (turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS feeling_earlier,
        avg(feeling) OVER (turn ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS mean_of_two
    FROM felt_turns
    WHERE speaker_role = 'customer'
    WINDOW turn AS (PARTITION BY conversation_id ORDER BY utterance_index)
),
agents AS (
    SELECT readings.*, utterances.participant_key, sentiment_score AS feeling
    FROM utterance_readings AS readings
    JOIN utterances USING (conversation_id, utterance_index)
    LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE speaker_role = 'agent'
)
SELECT agents.conversation_id, agents.utterance_index, channel, queue, touchpoint, started_date, customer_key, agents.participant_key,
    coalesce(before.turn_number, 0) AS reply_number,
    understanding_probability >= 0.5 AS is_understanding,
    mirroring_probability >= 0.5 AS is_mirroring,
    adjusting_probability >= 0.5 AS is_adjusting,
    complaint_thanks_probability >= 0.5 AS is_complaint_thanks,
    preference_question_probability >= 0.5 AS is_preference_question,
    mandate_probability >= 0.5 AS is_mandate,
    confirmation_probability >= 0.5 AS is_confirmation,
    open_question_probability >= 0.5 AS is_open_question,
    hand_over_probability >= 0.5 AS is_hand_over,
    agents.feeling,
    coalesce(before.feeling_source, after.feeling_source) AS feeling_source,
    before.feeling AS feeling_before,
    before.feeling_earlier,
    after.feeling AS feeling_after,
    after.mean_of_two AS feeling_after_two,
    after.feeling - before.feeling AS change,
    after.mean_of_two - before.feeling AS change_two
FROM agents
JOIN conversations USING (conversation_id)
LEFT JOIN utterance_touchpoints AS places
    ON places.conversation_id = agents.conversation_id AND places.utterance_index = agents.utterance_index
ASOF LEFT JOIN customers AS before
    ON before.conversation_id = agents.conversation_id AND before.utterance_index < agents.utterance_index
LEFT JOIN customers AS after
    ON after.conversation_id = agents.conversation_id AND after.turn_number = coalesce(before.turn_number, 0) + 1
WHERE channel <> 'in_person';
COMMENT ON VIEW agent_turns IS 'What each turn of an agent does, and what the customer feels before and after: a row for each turn that has been read. Turns of the customer that only keep the talk going (joo, mm, aivan) are passed over (felt_turns). Agents are looked at as teams (queue), never one by one.';
COMMENT ON COLUMN agent_turns.conversation_id IS 'The conversation.';
COMMENT ON COLUMN agent_turns.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN agent_turns.channel IS 'Channel of the conversation.';
COMMENT ON COLUMN agent_turns.queue IS 'Queue or department, masked: the team. NULL where the source names none.';
COMMENT ON COLUMN agent_turns.touchpoint IS 'The touchpoint of the stretch the turn stands in.';
COMMENT ON COLUMN agent_turns.started_date IS 'Day of the conversation''s start in the configured zone.';
COMMENT ON COLUMN agent_turns.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN agent_turns.participant_key IS 'Keyed hash of the agent, to count the people of a team by; NULL where the source names none.';
COMMENT ON COLUMN agent_turns.reply_number IS 'How many turns of the customer stand before it: turns of the same number are one reply, with the same feeling before and after.';
COMMENT ON COLUMN agent_turns.is_understanding IS 'Names or accepts the customer''s feeling or trouble (käsittää). This and the eight below: whether the probability in utterance_readings is 0.5 or more.';
COMMENT ON COLUMN agent_turns.is_mirroring IS 'Answers the feeling: puts the situation in own words, shares the joy, asks how it is (heijastaa).';
COMMENT ON COLUMN agent_turns.is_adjusting IS 'Changes something to make it good (säätää).';
COMMENT ON COLUMN agent_turns.is_complaint_thanks IS 'Thanks for the complaint or the feedback.';
COMMENT ON COLUMN agent_turns.is_preference_question IS 'Asks what the customer would prefer.';
COMMENT ON COLUMN agent_turns.is_mandate IS 'Decides on the spot.';
COMMENT ON COLUMN agent_turns.is_confirmation IS 'Makes sure at the end that all is well, or sums up what was agreed.';
COMMENT ON COLUMN agent_turns.is_open_question IS 'Asks an open question.';
COMMENT ON COLUMN agent_turns.is_hand_over IS 'Hands over to somebody else, or takes over.';
COMMENT ON COLUMN agent_turns.feeling IS 'Sentiment of the turn itself, P(positive) - P(negative), from -1 to 1; NULL where it is not scored.';
COMMENT ON COLUMN agent_turns.feeling_source IS 'Where the customer''s feelings are from, as in customer_feelings; NULL where the customer says nothing that counts.';
COMMENT ON COLUMN agent_turns.feeling_before IS 'The customer''s feeling in their last turn before, from -1 to 1; NULL where there is none.';
COMMENT ON COLUMN agent_turns.feeling_earlier IS 'Mean of their turns before that one.';
COMMENT ON COLUMN agent_turns.feeling_after IS 'The customer''s feeling in their next turn; NULL where there is none.';
COMMENT ON COLUMN agent_turns.feeling_after_two IS 'Mean of their next two turns; that of the next where it is the last.';
COMMENT ON COLUMN agent_turns.change IS 'feeling_after - feeling_before. A low feeling rises and a high one falls by themselves: compare like with like (the metric empathy_effects).';
COMMENT ON COLUMN agent_turns.change_two IS 'feeling_after_two - feeling_before.';
