-- description: Which words have customers begun to use: what surfaces that nobody has thought of?
-- grain: lemma of customers' Finnish turns, with a false discovery rate of 10 % or less; topic: those that come in the same conversations, named by the surest
-- unit: recent_share, earlier_share 0…1 of the conversations of the last days and of those before; times: how many times as common, with its 95 % interval; false_discovery_rate: at most this share of the rows so far up is chance; known_share 0…1 of the turns with it that name a contact point or a driver: near 0 neither knows it
-- people: none (the words of a week may be those of one customer)
-- option: days, how many are recent, up to the last one stored (7)
-- option: before, how many before those they are compared with (56)
WITH talks AS (
    SELECT conversation_id, started_date > last_day - $days::INTEGER AS is_recent
    FROM conversations, (SELECT max(started_date) AS last_day FROM conversations)
    WHERE started_date > last_day - $days::INTEGER - $before::INTEGER
),
said AS (
    SELECT DISTINCT conversation_id, utterance_index, lemma, is_recent
    FROM tokens
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN talks USING (conversation_id)
    WHERE speaker_role = 'customer' AND utterances.language = 'fi'
        AND disfluency IS NULL AND asr_suspect IS NULL
        AND upos IN ('NOUN', 'PROPN', 'VERB', 'ADJ', 'X')
        AND NOT regexp_full_match(token, '\[[A-Z][A-Z0-9_]*\]')
        AND lemma NOT IN (SELECT lemma FROM stop_words)
),
named AS (
    SELECT DISTINCT conversation_id, utterance_index, true AS is_named
    FROM mentions
    WHERE kind IN ('contact_point', 'driver')
),
sizes AS (
    SELECT count(DISTINCT conversation_id) FILTER (is_recent) AS recent_size,
        count(DISTINCT conversation_id) FILTER (NOT is_recent) AS earlier_size
    FROM said
)
SELECT lemma,
    count(DISTINCT said.conversation_id) FILTER (is_recent) AS recent_count,
    count(DISTINCT said.conversation_id) FILTER (NOT is_recent) AS earlier_count,
    recent_size, earlier_size,
    avg(coalesce(is_named, false)::INTEGER) FILTER (is_recent) AS known_share,
    list(DISTINCT said.conversation_id ORDER BY said.conversation_id) FILTER (is_recent) AS recent
FROM said
LEFT JOIN named USING (conversation_id, utterance_index)
CROSS JOIN sizes
GROUP BY lemma, recent_size, earlier_size
HAVING recent_count + earlier_count >= 3
ORDER BY lemma;
