-- What is read in a text besides its lemmas: each word in standard spelling, disfluencies, the language, and whether a
-- transcript is to be believed. Rows stored before were all read as Finnish, and say so; a backfill reads them again.
-- The whole type of tokens changes because ADD COLUMN tokens.element.normal crashes DuckDB 1.5.6 on some thousand rows.

ALTER TABLE utterances ALTER COLUMN
    tokens SET DATA TYPE STRUCT(
        token VARCHAR, lemma VARCHAR, upos VARCHAR, normal VARCHAR, rule VARCHAR, disfluency VARCHAR, sentence INTEGER
    )[];
ALTER TABLE utterances ADD COLUMN normalized_text VARCHAR;
ALTER TABLE utterances ADD COLUMN language VARCHAR DEFAULT 'fi';
ALTER TABLE utterances ALTER COLUMN language SET NOT NULL;
ALTER TABLE utterances ADD COLUMN asr_suspect VARCHAR;
COMMENT ON COLUMN utterances.tokens IS 'Tokens with lemma, universal part of speech (UPOS), standard spelling, disfluency and sentence; the view tokens has a row for each.';
COMMENT ON COLUMN utterances.normalized_text IS 'The text with each colloquial word in standard spelling, masked again; NULL where that is the text itself.';
COMMENT ON COLUMN utterances.language IS 'Language it was read as: fi, sv, en, et, ru or other, told from its words and from the turns around it. Only fi is lemmatized and scored.';
COMMENT ON COLUMN utterances.asr_suspect IS 'Why a call''s turn is taken for an invention of the speech recognizer: the rule''s id. Such turns are kept, and never scored. NULL: no suspicion.';

ALTER TABLE survey_responses ALTER COLUMN
    tokens SET DATA TYPE STRUCT(
        token VARCHAR, lemma VARCHAR, upos VARCHAR, normal VARCHAR, rule VARCHAR, disfluency VARCHAR, sentence INTEGER
    )[];
ALTER TABLE survey_responses ADD COLUMN normalized_verbatim VARCHAR;
ALTER TABLE survey_responses ADD COLUMN language VARCHAR;
UPDATE survey_responses SET language = 'fi' WHERE verbatim IS NOT NULL;
COMMENT ON COLUMN survey_responses.tokens IS 'Tokens of the open answer, as in utterances.';
COMMENT ON COLUMN survey_responses.normalized_verbatim IS 'The open answer with each colloquial word in standard spelling, masked again; NULL where that is the answer itself.';
COMMENT ON COLUMN survey_responses.language IS 'Language the open answer was read as, as in utterances; only fi is scored. NULL without an open answer.';

ALTER TABLE conversations ADD COLUMN detected_language VARCHAR DEFAULT 'fi';
ALTER TABLE conversations ALTER COLUMN detected_language SET NOT NULL;
COMMENT ON COLUMN conversations.detected_language IS 'Language that most of it is in: fi, sv, en, et, ru or other, told from its words; language is what the source says.';

CREATE TABLE stop_words (lemma VARCHAR NOT NULL);
COMMENT ON TABLE stop_words IS 'Lemmas that lemma_counts leaves out because they say nothing of their own. Negations are none.';
COMMENT ON COLUMN stop_words.lemma IS 'The lemma.';
