-- description: What do customers wish for at each touchpoint: the nouns of their wishes, and how they feel when they wish?
-- grain: touchpoint and lemma of a wishing sentence (wish_words; by the model's cue, so that a request to be served is no wish); how many wish at all is told by events
-- unit: counts of customers, and of utterances with such a wish; share 0…1 of the touchpoint's customers who wish (wishing_customer_count), with Wilson's 95 % interval; mean_sentiment -1…1, negative_share 0…1 of the utterances, where a wish alone is neutral; the example's place is in characters of its masked text from 0, the clearest wish first
-- people: none (each example is one person's words)
WITH words AS (
    SELECT touchpoint, lemma, conversation_id, utterance_index,
        any_value(span_start) AS span_start,
        any_value(span_end) AS span_end
    FROM wish_words
    GROUP BY touchpoint, lemma, conversation_id, utterance_index
),
wishing AS (
    SELECT touchpoint, count(DISTINCT coalesce(customer_key, conversation_id)) AS wishing_customer_count
    FROM customer_events
    JOIN conversations USING (conversation_id)
    WHERE event = 'wish'
    GROUP BY touchpoint
),
counts AS (
    SELECT touchpoint, lemma,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
        count(*) AS utterance_count,
        avg(sentiment_score) AS mean_sentiment,
        avg((sentiment = 'negative')::INTEGER) AS negative_share,
        arg_max(
            {'conversation_id': conversation_id, 'utterance_index': utterance_index, 'first': span_start, 'end': span_end,
                'words': substring(text, span_start + 1, span_end - span_start)},
            (wish_probability, conversation_id, -utterance_index)
        ) FILTER (text <> '') AS example
    FROM words
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN utterance_scores USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    GROUP BY touchpoint, lemma
)
SELECT touchpoint, lemma, customer_count, wishing_customer_count, utterance_count,
    customer_count / wishing_customer_count AS share,
    wilson_low(customer_count, wishing_customer_count) AS share_low,
    wilson_high(customer_count, wishing_customer_count) AS share_high,
    mean_sentiment, negative_share,
    example.conversation_id AS example_conversation_id,
    example.utterance_index AS example_utterance_index,
    example.first AS example_start,
    example.end AS example_end,
    example.words AS example
FROM counts
JOIN wishing USING (touchpoint)
ORDER BY touchpoint, customer_count DESC, utterance_count DESC, lemma;
