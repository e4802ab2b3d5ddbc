-- description: What do customers do, think and feel at each stage of the palvelupolku?
-- grain: stage (its id; name is its Finnish one, NULL where the path in use does not know it)
-- unit: do, think: the five in most conversations, each with the conversations in which it is: do (asks, complains, wishes, thanks, leaves, recommends, warns, comes again), think (drivers named, what is less, as or more than expected); feel: the emotion that stands out most against all stages (highest z); mean_feeling -1…1 with its 95 % interval (Student's t over customers, each of them the mean of their conversations); _evidence: for each of these, in the same order, an utterance (conversation#utterance, the surest); in_context_share 0…1 of the turns whose feeling was read in context
-- people: none (its evidence names single utterances)
WITH felt AS (
    SELECT stage, conversation_id, utterance_index, feeling, feeling_source, counts, coalesce(customer_key, conversation_id) AS customer,
        conversation_id || '#' || utterance_index AS place
    FROM customer_feelings
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
),
deeds AS (
    SELECT conversation_id, utterance_index, 'do' AS side, probability,
        CASE cue WHEN 'request' THEN 'asks' WHEN 'complaint' THEN 'complains' WHEN 'wish' THEN 'wishes' WHEN 'thanks' THEN 'thanks'
            WHEN 'churn' THEN 'leaves' WHEN 'advocacy' THEN 'recommends' WHEN 'warning' THEN 'warns' END AS what
    FROM cues
    WHERE is_present AND response_id IS NULL
    UNION ALL BY NAME
    SELECT conversation_id, utterance_index, 'do' AS side, repeat_contact_probability AS probability, 'comes again' AS what
    FROM utterance_readings
    WHERE repeat_contact_probability >= 0.5
),
thoughts AS (
    SELECT conversation_id, utterance_index, 'think' AS side, 1.0 AS probability, driver AS what
    FROM driver_mentions
    WHERE conversation_id IS NOT NULL
    UNION ALL BY NAME
    SELECT conversation_id, utterance_index, 'think' AS side, coalesce(probability, 1.0) AS probability,
        CASE event WHEN 'expectation_under' THEN 'less than expected' WHEN 'expectation_met' THEN 'as expected'
            WHEN 'expectation_over' THEN 'more than expected' END AS what
    FROM customer_events
),
said AS (
    SELECT stage, side, what,
        count(DISTINCT conversation_id) AS conversation_count,
        arg_max(conversation_id || '#' || utterance_index, (probability, conversation_id, -utterance_index)) AS place
    FROM (FROM deeds UNION ALL BY NAME FROM thoughts)
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    WHERE what IS NOT NULL AND speaker_role = 'customer'
    GROUP BY stage, side, what
    QUALIFY row_number() OVER (PARTITION BY stage, side ORDER BY conversation_count DESC, what) <= 5
),
told AS (
    SELECT stage,
        string_agg(what || ' ' || conversation_count, ', ' ORDER BY conversation_count DESC, what) FILTER (side = 'do') AS "do",
        string_agg(place, ', ' ORDER BY conversation_count DESC, what) FILTER (side = 'do') AS do_evidence,
        string_agg(what || ' ' || conversation_count, ', ' ORDER BY conversation_count DESC, what) FILTER (side = 'think') AS think,
        string_agg(place, ', ' ORDER BY conversation_count DESC, what) FILTER (side = 'think') AS think_evidence
    FROM said
    GROUP BY stage
),
emotions AS (
    SELECT stage, emotion, count(*) AS size,
        avg((probability >= 0.5)::INTEGER) AS share,
        sum(count(*) FILTER (probability >= 0.5)) OVER (PARTITION BY emotion) / sum(count(*)) OVER (PARTITION BY emotion)
            AS share_everywhere,
        (share - share_everywhere) / nullif(sqrt(share_everywhere * (1 - share_everywhere) / size), 0) AS z,
        arg_max(place, (probability, place)) AS place
    FROM felt
    JOIN utterance_emotions USING (conversation_id, utterance_index)
    GROUP BY stage, emotion
),
standing_out AS (
    SELECT stage,
        arg_max(emotion, (z, share)) FILTER (share > 0) AS feel,
        arg_max(place, (z, share)) FILTER (share > 0) AS feel_evidence
    FROM emotions
    GROUP BY stage
),
feelings AS (
    SELECT stage, avg(feeling) AS mean_feeling, mean_low(feeling, least := -1) AS feeling_low,
        mean_high(feeling, most := 1) AS feeling_high
    FROM (
        SELECT stage, customer, avg(feeling) AS feeling
        FROM (
            SELECT stage, customer, avg(feeling) AS feeling FROM felt WHERE counts GROUP BY stage, customer, conversation_id
        )
        GROUP BY stage, customer
    )
    GROUP BY stage
),
sizes AS (
    SELECT stage, count(DISTINCT customer) AS customer_count, count(DISTINCT conversation_id) AS conversation_count,
        avg((feeling_source = 'context')::INTEGER) AS in_context_share
    FROM felt
    GROUP BY stage
)
SELECT stage, name, customer_count, conversation_count, "do", do_evidence, think, think_evidence, feel, feel_evidence,
    mean_feeling, feeling_low, feeling_high, in_context_share
FROM sizes
LEFT JOIN feelings USING (stage)
LEFT JOIN told USING (stage)
LEFT JOIN standing_out USING (stage)
LEFT JOIN path_stages USING (stage)
ORDER BY position, stage;
