-- description: By which words do customers show each emotion?
-- grain: emotion and lemma, the twenty in most texts (utterances and open survey answers); without punctuation, masks and stop words
-- unit: share 0…1 of the texts with evidence of the emotion; mean_weight 0…1: how much less probable the emotion is without the stretch that the word stands in; example: such a stretch, the commonest
-- people: customer_count by emotion, lemma; example_customer_count for example
WITH said AS (
    SELECT label AS emotion, lower(words) AS words, weight,
        coalesce(
            answers.customer_key, conversations.customer_key, found.conversation_id, answers.conversation_id, found.response_id
        ) AS customer,
        coalesce('answer ' || found.response_id, 'turn ' || found.utterance_index || ' of ' || found.conversation_id) AS text_id,
        regexp_extract_all(lower(words), '[\pL\pM\pN]+(?:[-''’:][\pL\pM\pN]+)*|[^\s\pL\pM\pN]+') AS parts,
        unnest(coalesce(utterances.tokens, answers.tokens)) AS token
    FROM evidence AS found
    LEFT JOIN utterances USING (conversation_id, utterance_index)
    LEFT JOIN survey_responses AS answers ON answers.response_id = found.response_id
    LEFT JOIN conversations
        ON conversations.conversation_id = coalesce(found.conversation_id, answers.conversation_id)
    WHERE label NOT IN ('negative', 'neutral', 'positive') AND (found.response_id IS NOT NULL OR speaker_role = 'customer')
),
totals AS (
    SELECT emotion, count(DISTINCT text_id) AS total FROM said GROUP BY emotion
),
commonest AS (
    SELECT emotion, token.lemma AS lemma,
        count(DISTINCT customer) AS customer_count,
        count(DISTINCT text_id) AS text_count,
        count(DISTINCT text_id) / any_value(total) AS share,
        avg(weight) AS mean_weight,
        mode(words ORDER BY words) AS example
    FROM said
    JOIN totals USING (emotion)
    WHERE list_contains(parts, lower(token.token))
        AND token.upos <> 'PUNCT'
        AND token.disfluency IS NULL
        AND token.lemma NOT IN (SELECT lemma FROM stop_words)
    GROUP BY emotion, token.lemma
    QUALIFY row_number() OVER (PARTITION BY emotion ORDER BY text_count DESC, mean_weight DESC, lemma) <= 20
),
examples AS (
    SELECT emotion, words AS example, count(DISTINCT customer) AS example_customer_count FROM said GROUP BY emotion, words
)
SELECT emotion, lemma, customer_count, text_count, share, mean_weight, example_customer_count, example
FROM commonest
JOIN examples USING (emotion, example)
ORDER BY emotion, text_count DESC, mean_weight DESC, lemma;
