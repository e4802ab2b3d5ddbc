-- What customers wish for: the words of a wish, by the model's cue (a request to be served is none of it).
--
-- The cue tells of an utterance. Where that has several sentences, those count that hold a conditional (voisiko, olisi,
-- lisättäisiin) or a word of wishing; all of them where none does, or where sentences were not told apart.

CREATE OR REPLACE MACRO tells_of_a_wish(word) AS
    word.lemma IN ('toivoa', 'toive', 'toivoma', 'toivomus', 'toivottavasti', 'ehdottaa', 'ehdotus', 'kaivata')
    OR word.upos IN ('AUX', 'VERB', 'X')
    AND regexp_full_match(
        lower(coalesce(word.normal, word.token)), '\pL+isi(n|t|mme|tte|vat|in)?(k[oö]s?|han|hän|pa|pä|kaan|kään)*'
    );

-- Where the signs of a text stand that are no white space: tokens are made of these (and of spaces within numbers, 20 000).
CREATE OR REPLACE MACRO is_space(sign) AS
    regexp_full_match(sign, '[\s\pZ\x0b\x1c-\x1f\x{85}]');

CREATE OR REPLACE MACRO places_of_signs(text) AS
    list_filter(
        list_transform(string_split(text, ''), lambda sign, place: CASE WHEN NOT is_space(sign) THEN place - 1 END),
        lambda place: place IS NOT NULL
    );

CREATE OR REPLACE VIEW wish_words AS
WITH wishes AS (
    SELECT conversation_id, utterance_index, places.touchpoint, tokens, places_of_signs(text) AS signs
    FROM cues
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN utterance_touchpoints AS places USING (conversation_id, utterance_index)
    WHERE cue = 'wish' AND is_present AND utterances.speaker_role = 'customer'
),
words AS (
    SELECT * EXCLUDE (tokens),
        unnest(tokens) AS word,
        generate_subscripts(tokens, 1) AS token_index
    FROM wishes
),
placed AS (
    SELECT *,
        len(places_of_signs(word.token)) AS sign_count,
        sum(sign_count) OVER so_far - sign_count + 1 AS first_sign,
        sum(sign_count) OVER so_far AS last_sign,
        tells_of_a_wish(word) AS is_of_wishing
    FROM words
    WINDOW so_far AS (PARTITION BY conversation_id, utterance_index ORDER BY token_index)
),
sentences AS (
    SELECT *,
        bool_or(is_of_wishing) OVER stretch AS is_sentence_of_wishing,
        bool_or(is_of_wishing) OVER whole AS has_such_a_sentence,
        signs[(min(first_sign) OVER stretch)::BIGINT] AS span_start,
        signs[(max(last_sign) OVER stretch)::BIGINT] + 1 AS span_end
    FROM placed
    WINDOW whole AS (PARTITION BY conversation_id, utterance_index),
        stretch AS (PARTITION BY conversation_id, utterance_index, word.sentence)
)
SELECT conversation_id, utterance_index, touchpoint, word.lemma AS lemma, word.token AS token, span_start, span_end
FROM sentences
WHERE (is_sentence_of_wishing OR NOT has_such_a_sentence)
    AND NOT is_of_wishing
    AND word.upos IN ('NOUN', 'PROPN', 'X')
    AND word.disfluency IS NULL
    AND NOT regexp_full_match(word.token, '\[[A-Z][A-Z0-9_]*\]')  -- a mask: [PERSON]
    AND word.lemma NOT IN (SELECT lemma FROM stop_words);
COMMENT ON VIEW wish_words IS 'What customers wish for: a row for each noun in the wishing sentences of each of their utterances whose cue wish is there (0.5 or more).';
COMMENT ON COLUMN wish_words.conversation_id IS 'The conversation.';
COMMENT ON COLUMN wish_words.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN wish_words.touchpoint IS 'The touchpoint of the stretch it stands in.';
COMMENT ON COLUMN wish_words.lemma IS 'The noun''s lemma (any word''s, where the lemmatizer knows no parts of speech); without stop words and masks.';
COMMENT ON COLUMN wish_words.token IS 'The noun as written.';
COMMENT ON COLUMN wish_words.span_start IS 'Where its sentence starts in the masked text: characters from 0. NULL where the words have expired.';
COMMENT ON COLUMN wish_words.span_end IS 'Where the sentence ends, exclusive.';
