-- What staff wrote of a visit was not said to the customer: of notes (in_person) only the customer's words count.
CREATE OR REPLACE VIEW felt_turns AS
SELECT *, row_number() OVER (PARTITION BY conversation_id, speaker_role ORDER BY utterance_index) AS turn_number
FROM (
    SELECT conversation_id, utterance_index, speaker_role, participant_key, feeling, feeling_source
    FROM customer_feelings
    JOIN utterances USING (conversation_id, utterance_index)
    WHERE counts
    UNION ALL
    SELECT conversation_id, utterance_index, speaker_role, participant_key, sentiment_score, 'turn'
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    WHERE channel <> 'in_person' AND speaker_role = 'agent' AND NOT is_back_channel(turn_words(tokens))
);
COMMENT ON VIEW felt_turns IS 'Both sides of the talk: the turns of customers and agents that count, with the feeling in them. Those that only keep the talk going (joo, mm, aivan) do not count.';
COMMENT ON COLUMN felt_turns.conversation_id IS 'The conversation.';
COMMENT ON COLUMN felt_turns.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN felt_turns.speaker_role IS 'customer or agent.';
COMMENT ON COLUMN felt_turns.participant_key IS 'Keyed hash of the speaker, to count people by; NULL where the source names none.';
COMMENT ON COLUMN felt_turns.feeling IS 'P(positive) - P(negative), from -1 to 1: of customers as in customer_feelings, of agents from the turn itself (utterance_scores).';
COMMENT ON COLUMN felt_turns.feeling_source IS 'context or turn, as in customer_feelings; of agents always turn.';
COMMENT ON COLUMN felt_turns.turn_number IS 'Place among the turns of that side here, from 1.';
