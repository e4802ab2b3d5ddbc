-- What people said in the conversations of the $days days up to the last one stored, turn by turn: at most $most conversations,
-- drawn by their ids so that the same are drawn again. is_told: words of the customer in Finnish that do more than keep the talk
-- going, which topics are made of; is_known: it names a contact point or a driver, so that a taxonomy knows of it.
WITH drawn AS (
    SELECT conversation_id
    FROM conversations, (SELECT max(started_date) AS last_day FROM conversations)
    WHERE started_date > last_day - $days::INTEGER
    ORDER BY md5(conversation_id)
    LIMIT $most
),
passed AS (
    SELECT list(lemma) AS stop_lemmas
    FROM stop_words
),
named AS (
    SELECT DISTINCT conversation_id, utterance_index, true AS is_named
    FROM mentions
    WHERE kind IN ('contact_point', 'driver')
)
SELECT said.conversation_id, utterance_index, said.speaker_role, participant_key, first_utterance_index, touchpoint,
    CASE WHEN asr_suspect IS NULL THEN text ELSE '' END AS text,
    said.speaker_role = 'customer' AND said.language = 'fi' AND asr_suspect IS NULL
        AND NOT is_back_channel(turn_words(tokens)) AS is_told,
    coalesce(is_named, false) AS is_known,
    feeling,
    list_distinct([
        word.lemma FOR word IN tokens
        IF word.upos IN ('NOUN', 'PROPN', 'VERB', 'ADJ', 'X') AND word.disfluency IS NULL
        AND NOT regexp_full_match(word.token, '\[[A-Z][A-Z0-9_]*\]')
        AND NOT list_contains(stop_lemmas, word.lemma)
    ]) AS lemmas
FROM drawn
CROSS JOIN passed
JOIN utterances AS said USING (conversation_id)
JOIN utterance_touchpoints USING (conversation_id, utterance_index)
LEFT JOIN named USING (conversation_id, utterance_index)
LEFT JOIN customer_feelings USING (conversation_id, utterance_index)
ORDER BY said.conversation_id, utterance_index;
