-- description: What do customers tell of at each touchpoint: expectations under, met and over, wishes, complaints, thanks, leaving, recommending, warning, good and bad surprises …?
-- grain: touchpoint and event; only events that are there
-- unit: share 0…1 of the conversations at the touchpoint whose model knows cues (any model knows surprise), with Wilson's 95 % interval; kind: good, bad or neither
-- people: customer_count by touchpoint, event; present_customer_count for present_count, utterance_count, share, share_low, share_high
WITH talks AS (
    SELECT touchpoint, needs_cues,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
        count(DISTINCT conversation_id) AS conversation_count
    FROM utterance_touchpoints
    JOIN utterance_scores USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    JOIN (VALUES (true), (false)) AS needs (needs_cues) ON complaint_probability IS NOT NULL OR NOT needs_cues
    WHERE speaker_role = 'customer'
    GROUP BY touchpoint, needs_cues
),
present AS (
    SELECT touchpoint, event,
        any_value(kind) AS kind,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS present_customer_count,
        count(DISTINCT conversation_id) AS present_count,
        count(*) AS utterance_count
    FROM customer_events
    JOIN conversations USING (conversation_id)
    GROUP BY touchpoint, event
)
SELECT present.touchpoint, event, kind, customer_count, conversation_count, present_customer_count, present_count,
    utterance_count,
    present_count / conversation_count AS share,
    wilson_low(present_count, conversation_count) AS share_low,
    wilson_high(present_count, conversation_count) AS share_high
FROM present
JOIN talks ON talks.touchpoint = present.touchpoint AND needs_cues = (event NOT LIKE '%_surprise')
ORDER BY present.touchpoint, present_count DESC, event;
