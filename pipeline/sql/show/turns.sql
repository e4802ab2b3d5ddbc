-- The turns of a conversation, masked, with the customer's feeling and what each turn does (probability 0.5 or more).
WITH deeds AS (
    SELECT conversation_id, utterance_index, replace(name, '_probability', '') AS deed
    FROM (
        UNPIVOT (SELECT * EXCLUDE (negative_probability, neutral_probability, positive_probability) FROM utterance_readings)
        ON COLUMNS('_probability$') INTO NAME name VALUE probability
    )
    WHERE probability >= 0.5
    UNION
    SELECT conversation_id, utterance_index, cue FROM cues JOIN utterances USING (conversation_id, utterance_index)
    WHERE is_present  -- what one side does is no deed of the other ("irtisanon sen nyt"): data/gold/GUIDELINE.md
        AND NOT (speaker_role = 'customer' AND cue IN ('empathy', 'remedy'))
        AND NOT (speaker_role = 'agent' AND cue IN ('effort', 'ease', 'expectation_under', 'expectation_over', 'complaint',
            'request', 'wish', 'churn', 'advocacy', 'warning'))
)
SELECT utterances.utterance_index, utterances.speaker_role, seconds, text, asr_suspect, felt.feeling, felt.sentiment, counts,
    (
        SELECT list(deed ORDER BY deed) FROM deeds
        WHERE deeds.conversation_id = utterances.conversation_id AND deeds.utterance_index = utterances.utterance_index
    ) AS deeds
FROM utterances
LEFT JOIN customer_feelings AS felt USING (conversation_id, utterance_index)
WHERE conversation_id = $conversation
ORDER BY utterance_index;
