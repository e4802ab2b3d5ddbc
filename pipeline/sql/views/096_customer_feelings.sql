-- What the customer feels, turn by turn, as a value of -1, 0 or 1 with the probabilities of the model: its mean is
-- P(positive) - P(negative), its variance P(positive) + P(negative) - mean².
--
-- A conversation has one source: what was read in context (utterance_readings) where that tells of every customer's turn that
-- has a sentiment, else the turns read each by itself (utterance_scores). The two are never mixed within a conversation.

CREATE OR REPLACE MACRO likeliest_sentiment(negative, neutral, positive) AS
    CASE WHEN neutral >= greatest(negative, positive) THEN 'neutral'
        WHEN negative >= positive THEN 'negative'
        WHEN positive IS NOT NULL THEN 'positive' END;

CREATE OR REPLACE VIEW customer_feelings AS
WITH said AS (
    SELECT utterances.conversation_id, utterances.utterance_index, turn_words(tokens) AS words, text,
        readings.negative_probability AS negative_in_context,
        readings.neutral_probability AS neutral_in_context,
        readings.positive_probability AS positive_in_context,
        feeling_strength,
        scores.negative_probability AS negative_alone,
        scores.neutral_probability AS neutral_alone,
        scores.positive_probability AS positive_alone,
        complaint_probability,
        surprise_probability,
        count(*) FILTER (readings.negative_probability IS NULL) OVER (PARTITION BY utterances.conversation_id) = 0
            AS is_in_context
    FROM utterances
    LEFT JOIN utterance_readings AS readings USING (conversation_id, utterance_index)
    LEFT JOIN utterance_scores AS scores USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND coalesce(readings.negative_probability, scores.negative_probability) IS NOT NULL
),
felt AS (
    SELECT conversation_id, utterance_index,
        CASE WHEN is_in_context THEN 'context' ELSE 'turn' END AS feeling_source,
        CASE WHEN is_in_context THEN negative_in_context ELSE negative_alone END AS negative_probability,
        CASE WHEN is_in_context THEN neutral_in_context ELSE neutral_alone END AS neutral_probability,
        CASE WHEN is_in_context THEN positive_in_context ELSE positive_alone END AS positive_probability,
        CASE WHEN is_in_context THEN feeling_strength END AS strength,
        CASE WHEN text <> '' THEN len(words) END AS word_count,
        NOT is_back_channel(words) AS counts,
        complaint_probability >= 0.5 AS is_complaint,
        surprise_probability >= 0.5 AS is_surprise
    FROM said
)
SELECT conversation_id, utterance_index, feeling_source,
    likeliest_sentiment(negative_probability, neutral_probability, positive_probability) AS sentiment,
    positive_probability - negative_probability AS feeling,
    greatest(0, positive_probability + negative_probability - (positive_probability - negative_probability) ** 2)
        AS variance,
    coalesce(strength, feeling) AS strength,
    negative_probability, neutral_probability, positive_probability, word_count, counts, is_complaint, is_surprise
FROM felt
WHERE negative_probability IS NOT NULL;
COMMENT ON VIEW customer_feelings IS 'What the customer feels in each turn that tells of it: what the arcs are made of.';
COMMENT ON COLUMN customer_feelings.conversation_id IS 'The conversation.';
COMMENT ON COLUMN customer_feelings.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN customer_feelings.feeling_source IS 'context: read in the light of the conversation (utterance_readings); turn: each turn by itself (utterance_scores), where not every turn was read in context. One for the whole conversation.';
COMMENT ON COLUMN customer_feelings.sentiment IS 'Most probable class: negative, neutral or positive.';
COMMENT ON COLUMN customer_feelings.feeling IS 'P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN customer_feelings.variance IS 'How unsure that is: P(positive) + P(negative) - feeling², from 0 to 1.';
COMMENT ON COLUMN customer_feelings.strength IS 'How strongly it is felt, from -1, strongly negative, to 1 (feeling_strength in utterance_readings); feeling, where turns were read by themselves.';
COMMENT ON COLUMN customer_feelings.negative_probability IS 'Probability that the customer minds; the three sum to 1.';
COMMENT ON COLUMN customer_feelings.neutral_probability IS 'Probability that no feeling shows.';
COMMENT ON COLUMN customer_feelings.positive_probability IS 'Probability that the customer is pleased.';
COMMENT ON COLUMN customer_feelings.word_count IS 'Words in the turn, without punctuation and emoji; NULL once the retention of texts has passed.';
COMMENT ON COLUMN customer_feelings.counts IS 'Whether it counts in the arcs: false where it only keeps the talk going (joo, mm, aivan, bare consent).';
COMMENT ON COLUMN customer_feelings.is_complaint IS 'Whether the customer complains in it (complaint_probability 0.5 or more); NULL: not told.';
COMMENT ON COLUMN customer_feelings.is_surprise IS 'Whether it shows surprise (surprise_probability 0.5 or more); NULL: not told.';
