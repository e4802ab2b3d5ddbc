-- A bare back-channel: nothing but particles that tell the other to go on (dialogipartikkelit: Hakulinen et al. 2004, Iso
-- suomen kielioppi), fillers and punctuation. NULL where the words are gone, since nothing tells then.
CREATE OR REPLACE MACRO is_back_channel(tokens) AS
    CASE WHEN len(tokens) > 0 THEN len([
        token FOR token IN tokens
        IF token.upos <> 'PUNCT' AND token.disfluency IS NULL AND NOT list_contains([
            'aa', 'aha', 'ahaa', 'ahah', 'ai', 'aijaa', 'aivan', 'jaa', 'jaaha', 'jaahas', 'jees', 'jep', 'jeps', 'jo', 'joo',
            'joo-o', 'jooh', 'juu', 'juu-u', 'just', 'justiin', 'justiinsa', 'juuri', 'kyl', 'kyllä', 'mhm', 'mhmh', 'mhy',
            'mm', 'mm-m', 'mmh', 'mmm', 'nii', 'niin', 'niinpä', 'näin', 'ok', 'oke', 'okei', 'okej', 'okey', 'selvä', 'totta',
            'vai'
        ], lower(token.token))
    ]) = 0 END;

CREATE OR REPLACE VIEW felt_turns AS
SELECT conversation_id, utterance_index, speaker_role, participant_key, feeling,
    row_number() OVER (PARTITION BY conversation_id, speaker_role ORDER BY utterance_index) AS turn_number
FROM (
    SELECT readings.conversation_id, readings.utterance_index, speaker_role, participant_key, tokens,
        CASE speaker_role WHEN 'customer' THEN readings.positive_probability - readings.negative_probability
            ELSE sentiment_score END AS feeling,
        CASE speaker_role WHEN 'customer' THEN readings.neutral_probability
            ELSE scores.neutral_probability END AS neutral_probability
    FROM utterance_readings AS readings
    JOIN utterances USING (conversation_id, utterance_index)
    LEFT JOIN utterance_scores AS scores USING (conversation_id, utterance_index)
    WHERE speaker_role IN ('customer', 'agent') AND asr_suspect IS NULL
)
WHERE feeling IS NOT NULL AND len(tokens) > 0 AND NOT (is_back_channel(tokens) AND neutral_probability >= 0.5);
COMMENT ON VIEW felt_turns IS 'The turns of customers and agents that say something, with the feeling in them: a row each. Bare back-channels (joo, mm, aivan) that show no feeling are left out, and so are conversations whose words are gone (retention), where nothing tells them apart.';
COMMENT ON COLUMN felt_turns.conversation_id IS 'The conversation.';
COMMENT ON COLUMN felt_turns.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN felt_turns.speaker_role IS 'customer or agent.';
COMMENT ON COLUMN felt_turns.participant_key IS 'Keyed hash of the speaker, to count people by; NULL where the source names none.';
COMMENT ON COLUMN felt_turns.feeling IS 'P(positive) - P(negative), from -1 to 1: of customers read in context (utterance_readings), of agents from the turn itself (utterance_scores).';
COMMENT ON COLUMN felt_turns.turn_number IS 'Place among the turns of that side here, from 1.';
