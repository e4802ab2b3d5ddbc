-- The one place that says which reading of a customer's turn counts in contacts, journeys and between channels.
CREATE OR REPLACE VIEW customer_feelings AS
SELECT conversation_id, utterance_index, positive_probability - negative_probability AS sentiment, true AS is_in_context
FROM utterance_readings
JOIN utterances USING (conversation_id, utterance_index)
WHERE speaker_role = 'customer' AND negative_probability IS NOT NULL
UNION ALL
SELECT conversation_id, utterance_index, sentiment_score AS sentiment, false AS is_in_context
FROM utterance_scores
JOIN utterances USING (conversation_id, utterance_index)
ANTI JOIN utterance_readings USING (conversation_id)
WHERE speaker_role = 'customer';
COMMENT ON VIEW customer_feelings IS 'What customers feel turn by turn: read in the light of the whole conversation or, where it has not been read as a whole, in the turn by itself.';
COMMENT ON COLUMN customer_feelings.conversation_id IS 'The conversation.';
COMMENT ON COLUMN customer_feelings.utterance_index IS 'The customer''s utterance in it.';
COMMENT ON COLUMN customer_feelings.sentiment IS 'P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN customer_feelings.is_in_context IS 'Whether the whole conversation was read (utterance_readings); else the turn alone (utterance_scores).';
