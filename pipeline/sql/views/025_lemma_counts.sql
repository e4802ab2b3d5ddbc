CREATE OR REPLACE VIEW lemma_counts AS
SELECT
    conversation_id,
    touchpoint,
    any_value(channel) AS channel,
    any_value(started_date) AS started_date,
    speaker_role,
    utterances.language,
    lemma,
    count(*) AS token_count
FROM tokens
JOIN utterances USING (conversation_id, utterance_index)
JOIN conversations USING (conversation_id)
JOIN conversation_touchpoints USING (conversation_id)
WHERE utterance_index BETWEEN first_utterance_index AND last_utterance_index
    AND disfluency IS NULL
    AND asr_suspect IS NULL
    AND upos NOT IN ('PUNCT', 'SYM')
    AND NOT regexp_full_match(token, '\[[A-Z][A-Z0-9_]*\]')  -- a mask: [PERSON]
    AND lemma NOT IN (SELECT lemma FROM stop_words)
GROUP BY conversation_id, touchpoint, speaker_role, utterances.language, lemma;
COMMENT ON VIEW lemma_counts IS 'How often each speaker role used each lemma in each conversation: a row per conversation, touchpoint, speaker role, language and lemma. Without punctuation, masks, stop words, fillers, repeats and turns that the speech recognizer seems to have invented; negations stay.';
COMMENT ON COLUMN lemma_counts.conversation_id IS 'The conversation.';
COMMENT ON COLUMN lemma_counts.touchpoint IS 'The touchpoint; unknown where no rule fits.';
COMMENT ON COLUMN lemma_counts.channel IS 'Channel of the conversation.';
COMMENT ON COLUMN lemma_counts.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN lemma_counts.speaker_role IS 'customer, agent, bot or unknown: who said it.';
COMMENT ON COLUMN lemma_counts.language IS 'Language of the utterances; the lemma is a dictionary form where it is fi.';
COMMENT ON COLUMN lemma_counts.lemma IS 'The lemma.';
COMMENT ON COLUMN lemma_counts.token_count IS 'How often it was said.';
