-- "As promised", "as I expected": the cues know less and more than expected, and no "met". So only these phrases tell of it,
-- and not where a cue speaks of under or over or the customer minds ("ei soitettu, niin kuin luvattiin", irony).
-- In data/gold/feelings_develop.jsonl they are in 16 such texts of customers: 14 say that it was so, two that it will be.

CREATE OR REPLACE MACRO tells_of_as_expected(text) AS
    regexp_matches(
        lower(text),
        '(kuten|niin kuin|niinku|niinkun|niin ku) (oli )?(luvat|luvas|lupas|sovit|odot)'
        || '|sitä mitä (luvat|odot|tilas)|odotusten mukai|vastas\pL* (\pL+ )?odotu|odotetusti|sovitusti|luvatusti'
    );

CREATE OR REPLACE VIEW expectation_gap AS
SELECT conversation_id, utterance_index, stage, touchpoint,
    CASE WHEN greatest(under, over) < 0.5 THEN 'met' WHEN under >= over THEN 'under' ELSE 'over' END AS expectation,
    under AS under_probability,
    over AS over_probability
FROM (
    SELECT conversation_id, utterance_index, stage, touchpoint,
        expectation_under_probability AS under,
        expectation_over_probability AS over,
        tells_of_as_expected(coalesce(normalized_text, text)) AND felt.sentiment <> 'negative' AS is_as_expected
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    JOIN customer_feelings AS felt USING (conversation_id, utterance_index)
    WHERE expectation_under_probability IS NOT NULL AND utterances.speaker_role = 'customer'
)
WHERE greatest(under, over) >= 0.5 OR is_as_expected;
COMMENT ON VIEW expectation_gap IS 'Where customers got less than they expected, what they expected, or more: a row for each of their utterances that tells of it.';
COMMENT ON COLUMN expectation_gap.conversation_id IS 'The conversation.';
COMMENT ON COLUMN expectation_gap.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN expectation_gap.stage IS 'Stage of the service path.';
COMMENT ON COLUMN expectation_gap.touchpoint IS 'The touchpoint; unknown where nothing tells.';
COMMENT ON COLUMN expectation_gap.expectation IS 'under, over (the more probable of the two cues, 0.5 or more) or met: neither, and the words say so (kuten luvattiin, odotusten mukainen, sovitusti …).';
COMMENT ON COLUMN expectation_gap.under_probability IS 'Probability that the customer got less than promised or expected.';
COMMENT ON COLUMN expectation_gap.over_probability IS 'Probability that it was better than expected.';

CREATE OR REPLACE MACRO event_kind(event) AS
    CASE WHEN event IN ('goal_reached', 'ease', 'expectation_over', 'advocacy', 'positive_surprise') THEN 'good'
        WHEN event IN (
            'goal_missed', 'effort', 'expectation_under', 'complaint', 'churn', 'warning', 'negative_surprise'
        ) THEN 'bad' END;

CREATE OR REPLACE VIEW customer_events AS
WITH found AS (
    SELECT conversation_id, utterance_index, cue AS event, probability
    FROM cues
    WHERE is_present AND response_id IS NULL AND cue NOT IN ('request', 'apology', 'empathy', 'remedy', 'irony')
    UNION ALL BY NAME
    SELECT conversation_id, utterance_index, felt.sentiment || '_surprise' AS event, surprise_probability AS probability
    FROM customer_feelings AS felt
    JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE is_surprise AND felt.sentiment <> 'neutral'
    UNION ALL BY NAME
    SELECT conversation_id, utterance_index, 'expectation_met' AS event
    FROM expectation_gap
    WHERE expectation = 'met'
)
SELECT conversation_id, utterance_index, stage, touchpoint, event, event_kind(event) AS kind, probability
FROM found
JOIN utterance_touchpoints USING (conversation_id, utterance_index)
WHERE speaker_role = 'customer';
COMMENT ON VIEW customer_events IS 'What customers tell of, good and bad: a row for each event in each of their utterances.';
COMMENT ON COLUMN customer_events.conversation_id IS 'The conversation.';
COMMENT ON COLUMN customer_events.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN customer_events.stage IS 'Stage of the service path.';
COMMENT ON COLUMN customer_events.touchpoint IS 'The touchpoint; unknown where nothing tells.';
COMMENT ON COLUMN customer_events.event IS 'A cue (effort, ease, goal_reached, goal_missed, expectation_under, expectation_over, complaint, wish, thanks, churn, advocacy, warning), expectation_met (see expectation_gap), or positive_surprise and negative_surprise: surprise in a turn that is positive or negative.';
COMMENT ON COLUMN customer_events.kind IS 'good or bad; NULL for wish, thanks (politeness closes bad contacts too) and expectation_met.';
COMMENT ON COLUMN customer_events.probability IS 'Its probability, 0.5 or more; NULL for expectation_met, which words tell.';
