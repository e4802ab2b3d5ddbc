-- What a night stores. Never edited once released: a change is a new numbered file.
-- Times: `_at` is UTC, `_date` is the calendar day in the configured zone (Europe/Helsinki).

COMMENT ON TABLE schema_versions IS 'Which schema files have been applied.';
COMMENT ON COLUMN schema_versions.name IS 'The file, without its ending.';
COMMENT ON COLUMN schema_versions.sha256 IS 'Its content when it was applied: an applied file is never edited.';
COMMENT ON COLUMN schema_versions.applied_at IS 'When, UTC.';

CREATE TABLE runs (
    run_id VARCHAR PRIMARY KEY,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'published', 'failed')),
    code_version VARCHAR NOT NULL,
    config_hash VARCHAR NOT NULL,
    lemmatizer VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL
);
COMMENT ON TABLE runs IS 'One row per night or backfill that had something to do.';
COMMENT ON COLUMN runs.run_id IS 'Start time and a random part; every stored row names the run that wrote it, directly or through its batch.';
COMMENT ON COLUMN runs.started_at IS 'When the run started, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'When the run published or failed, UTC; NULL while it runs or when it was killed.';
COMMENT ON COLUMN runs.status IS 'running (also: killed), published, or failed (a check stopped it before publishing).';
COMMENT ON COLUMN runs.code_version IS 'Version of the pipeline and a hash of its files.';
COMMENT ON COLUMN runs.config_hash IS 'Hash of every setting that shapes the rows.';
COMMENT ON COLUMN runs.lemmatizer IS 'Lemmatizer of the tokens this run wrote.';
COMMENT ON COLUMN runs.model IS 'Classifier of the scores this run wrote.';
COMMENT ON COLUMN runs.model_version IS 'Version of that classifier.';

CREATE TABLE source_files (
    file_sha256 VARCHAR PRIMARY KEY,
    file_name VARCHAR NOT NULL,
    format VARCHAR,
    run_id VARCHAR NOT NULL REFERENCES runs (run_id),
    loaded_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE source_files IS 'The files that have been read to their end; a file with the same bytes is never read twice.';
COMMENT ON COLUMN source_files.file_sha256 IS 'SHA-256 of the content: the identity of a file, whatever it is called.';
COMMENT ON COLUMN source_files.file_name IS 'Name at the time of reading, without its folder.';
COMMENT ON COLUMN source_files.format IS 'Recognised format; NULL where the file could not be read as a whole.';
COMMENT ON COLUMN source_files.run_id IS 'The run that read it.';
COMMENT ON COLUMN source_files.loaded_at IS 'When its last batch was loaded, UTC.';

CREATE TABLE batches (
    batch_id VARCHAR PRIMARY KEY,
    file_sha256 VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL REFERENCES runs (run_id),
    loaded_at TIMESTAMP NOT NULL,
    conversation_count INTEGER NOT NULL,
    utterance_count INTEGER NOT NULL,
    survey_response_count INTEGER NOT NULL,
    rejection_count INTEGER NOT NULL,
    is_backfill BOOLEAN NOT NULL
);
COMMENT ON TABLE batches IS 'One transaction each: a slice of a source file.';
COMMENT ON COLUMN batches.batch_id IS 'Hash of the file''s content and the number of the slice.';
COMMENT ON COLUMN batches.file_sha256 IS 'The file it is a slice of.';
COMMENT ON COLUMN batches.run_id IS 'The run that loaded it.';
COMMENT ON COLUMN batches.loaded_at IS 'When it was loaded, UTC.';
COMMENT ON COLUMN batches.conversation_count IS 'Conversations stored from it.';
COMMENT ON COLUMN batches.utterance_count IS 'Utterances stored from it.';
COMMENT ON COLUMN batches.survey_response_count IS 'Survey answers stored from it.';
COMMENT ON COLUMN batches.rejection_count IS 'Records left out of it, duplicates included.';
COMMENT ON COLUMN batches.is_backfill IS 'Whether a backfill loaded it: then it holds only the days of the backfill.';

CREATE TABLE conversations (
    conversation_id VARCHAR PRIMARY KEY,
    channel VARCHAR NOT NULL CHECK (channel IN ('chat', 'call', 'email', 'survey')),
    language VARCHAR NOT NULL,
    queue VARCHAR,
    started_at TIMESTAMP,
    started_date DATE,
    customer_key VARCHAR,
    batch_id VARCHAR NOT NULL
);
COMMENT ON TABLE conversations IS 'One contact between a customer and the company.';
COMMENT ON COLUMN conversations.conversation_id IS 'The source system''s own id.';
COMMENT ON COLUMN conversations.channel IS 'chat, call or email.';
COMMENT ON COLUMN conversations.language IS 'ISO 639-1 code from the source; fi where it names none.';
COMMENT ON COLUMN conversations.queue IS 'Queue or department, masked.';
COMMENT ON COLUMN conversations.started_at IS 'Start, UTC; NULL where the source has no clock.';
COMMENT ON COLUMN conversations.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN conversations.customer_key IS 'Keyed hash (HMAC-SHA256) of the customer''s id: the same person, the same key, no way back without the secret.';
COMMENT ON COLUMN conversations.batch_id IS 'The batch that wrote the row.';

CREATE TABLE utterances (
    conversation_id VARCHAR NOT NULL,
    utterance_index INTEGER NOT NULL,
    speaker_role VARCHAR NOT NULL CHECK (speaker_role IN ('customer', 'agent', 'bot', 'unknown')),
    participant_key VARCHAR,
    seconds DOUBLE,
    end_seconds DOUBLE,
    text VARCHAR NOT NULL,
    tokens STRUCT(token VARCHAR, lemma VARCHAR, upos VARCHAR)[] NOT NULL,
    PRIMARY KEY (conversation_id, utterance_index)
);
COMMENT ON TABLE utterances IS 'One turn, masked. Masking is pseudonymisation: treat the text as personal data.';
COMMENT ON COLUMN utterances.conversation_id IS 'The conversation it belongs to.';
COMMENT ON COLUMN utterances.utterance_index IS 'Place in the conversation, from 0.';
COMMENT ON COLUMN utterances.speaker_role IS 'customer, agent, bot or unknown; bot and unknown turns are never scored.';
COMMENT ON COLUMN utterances.participant_key IS 'Keyed hash of the speaker''s id, where the source has one.';
COMMENT ON COLUMN utterances.seconds IS 'Seconds from the start of the conversation to the start of the turn.';
COMMENT ON COLUMN utterances.end_seconds IS 'Seconds from the start of the conversation to the end of the turn.';
COMMENT ON COLUMN utterances.text IS 'Masked text: [PERSON], [PHONE] … stand for what was personal.';
COMMENT ON COLUMN utterances.tokens IS 'Tokens with lemma and universal part of speech (UPOS); the view tokens has a row for each.';

CREATE TABLE utterance_scores (
    conversation_id VARCHAR NOT NULL,
    utterance_index INTEGER NOT NULL,
    sentiment VARCHAR NOT NULL CHECK (sentiment IN ('negative', 'neutral', 'positive')),
    sentiment_score DOUBLE NOT NULL,
    negative_probability DOUBLE NOT NULL,
    neutral_probability DOUBLE NOT NULL,
    positive_probability DOUBLE NOT NULL,
    joy_probability DOUBLE NOT NULL,
    trust_probability DOUBLE NOT NULL,
    fear_probability DOUBLE NOT NULL,
    surprise_probability DOUBLE NOT NULL,
    sadness_probability DOUBLE NOT NULL,
    disgust_probability DOUBLE NOT NULL,
    anger_probability DOUBLE NOT NULL,
    anticipation_probability DOUBLE NOT NULL,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (conversation_id, utterance_index)
);
COMMENT ON TABLE utterance_scores IS 'What the classifier read in each customer and agent utterance.';
COMMENT ON COLUMN utterance_scores.conversation_id IS 'The conversation of the utterance.';
COMMENT ON COLUMN utterance_scores.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN utterance_scores.sentiment IS 'Most probable class: negative, neutral or positive.';
COMMENT ON COLUMN utterance_scores.sentiment_score IS 'P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN utterance_scores.negative_probability IS 'Probability of negative sentiment; the three sum to 1.';
COMMENT ON COLUMN utterance_scores.neutral_probability IS 'Probability of neutral sentiment; the three sum to 1.';
COMMENT ON COLUMN utterance_scores.positive_probability IS 'Probability of positive sentiment; the three sum to 1.';
COMMENT ON COLUMN utterance_scores.joy_probability IS 'Probability that joy (ilo) is present; emotions are independent of each other.';
COMMENT ON COLUMN utterance_scores.trust_probability IS 'Probability that trust (luottamus) is present.';
COMMENT ON COLUMN utterance_scores.fear_probability IS 'Probability that fear (pelko) is present.';
COMMENT ON COLUMN utterance_scores.surprise_probability IS 'Probability that surprise (yllätys) is present.';
COMMENT ON COLUMN utterance_scores.sadness_probability IS 'Probability that sadness (suru) is present.';
COMMENT ON COLUMN utterance_scores.disgust_probability IS 'Probability that disgust (inho) is present.';
COMMENT ON COLUMN utterance_scores.anger_probability IS 'Probability that anger (viha) is present.';
COMMENT ON COLUMN utterance_scores.anticipation_probability IS 'Probability that anticipation (odotus) is present.';
COMMENT ON COLUMN utterance_scores.model IS 'Name of the classifier.';
COMMENT ON COLUMN utterance_scores.model_version IS 'Version of the classifier.';
COMMENT ON COLUMN utterance_scores.run_id IS 'The run that scored it.';

CREATE TABLE conversation_touchpoints (
    conversation_id VARCHAR NOT NULL,
    first_utterance_index INTEGER NOT NULL,
    last_utterance_index INTEGER NOT NULL,
    stage VARCHAR NOT NULL,
    touchpoint VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    PRIMARY KEY (conversation_id, first_utterance_index)
);
COMMENT ON TABLE conversation_touchpoints IS 'Which touchpoint of the palvelupolku (service path) a stretch of a conversation belongs to.';
COMMENT ON COLUMN conversation_touchpoints.conversation_id IS 'The conversation.';
COMMENT ON COLUMN conversation_touchpoints.first_utterance_index IS 'First utterance of the stretch.';
COMMENT ON COLUMN conversation_touchpoints.last_utterance_index IS 'Last utterance of the stretch, inclusive.';
COMMENT ON COLUMN conversation_touchpoints.stage IS 'Stage of the service path; unknown where no rule fits.';
COMMENT ON COLUMN conversation_touchpoints.touchpoint IS 'Touchpoint of the service path; unknown where no rule fits.';
COMMENT ON COLUMN conversation_touchpoints.rule IS 'The rule in palvelupolku.toml that decided, or none.';

CREATE TABLE survey_responses (
    response_id VARCHAR PRIMARY KEY,
    responded_at TIMESTAMP NOT NULL,
    responded_date DATE NOT NULL,
    nps_rating TINYINT CHECK (nps_rating BETWEEN 0 AND 10),
    ces_rating TINYINT CHECK (ces_rating BETWEEN 1 AND 7),
    csat_rating TINYINT CHECK (csat_rating BETWEEN 1 AND 5),
    first_contact_resolution BOOLEAN,
    verbatim VARCHAR,
    tokens STRUCT(token VARCHAR, lemma VARCHAR, upos VARCHAR)[] NOT NULL,
    conversation_id VARCHAR,
    customer_key VARCHAR,
    batch_id VARCHAR NOT NULL
);
COMMENT ON TABLE survey_responses IS 'One answer to a survey.';
COMMENT ON COLUMN survey_responses.response_id IS 'The survey system''s id, else a hash of the row.';
COMMENT ON COLUMN survey_responses.responded_at IS 'When the customer answered, UTC.';
COMMENT ON COLUMN survey_responses.responded_date IS 'Day of the answer in the configured zone.';
COMMENT ON COLUMN survey_responses.nps_rating IS 'How likely to recommend, 0-10. The NPS itself is an aggregate: see the macro nps.';
COMMENT ON COLUMN survey_responses.ces_rating IS 'Customer effort score, 1-7, 7 = very easy.';
COMMENT ON COLUMN survey_responses.csat_rating IS 'Satisfaction, 1-5.';
COMMENT ON COLUMN survey_responses.first_contact_resolution IS 'Settled at the first contact, in the customer''s opinion.';
COMMENT ON COLUMN survey_responses.verbatim IS 'Open answer, masked.';
COMMENT ON COLUMN survey_responses.tokens IS 'Tokens of the open answer with lemma and UPOS.';
COMMENT ON COLUMN survey_responses.conversation_id IS 'The conversation the survey was sent after, where known; it may not be stored here.';
COMMENT ON COLUMN survey_responses.customer_key IS 'Keyed hash of the customer''s id: joins conversations.customer_key.';
COMMENT ON COLUMN survey_responses.batch_id IS 'The batch that wrote the row.';

CREATE TABLE verbatim_scores (
    response_id VARCHAR PRIMARY KEY,
    sentiment VARCHAR NOT NULL CHECK (sentiment IN ('negative', 'neutral', 'positive')),
    sentiment_score DOUBLE NOT NULL,
    negative_probability DOUBLE NOT NULL,
    neutral_probability DOUBLE NOT NULL,
    positive_probability DOUBLE NOT NULL,
    joy_probability DOUBLE NOT NULL,
    trust_probability DOUBLE NOT NULL,
    fear_probability DOUBLE NOT NULL,
    surprise_probability DOUBLE NOT NULL,
    sadness_probability DOUBLE NOT NULL,
    disgust_probability DOUBLE NOT NULL,
    anger_probability DOUBLE NOT NULL,
    anticipation_probability DOUBLE NOT NULL,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE verbatim_scores IS 'What the classifier read in each open survey answer; columns as in utterance_scores.';
COMMENT ON COLUMN verbatim_scores.response_id IS 'The survey answer.';
COMMENT ON COLUMN verbatim_scores.sentiment IS 'Most probable class: negative, neutral or positive.';
COMMENT ON COLUMN verbatim_scores.sentiment_score IS 'P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN verbatim_scores.negative_probability IS 'Probability of negative sentiment; the three sum to 1.';
COMMENT ON COLUMN verbatim_scores.neutral_probability IS 'Probability of neutral sentiment; the three sum to 1.';
COMMENT ON COLUMN verbatim_scores.positive_probability IS 'Probability of positive sentiment; the three sum to 1.';
COMMENT ON COLUMN verbatim_scores.joy_probability IS 'Probability that joy (ilo) is present; emotions are independent of each other.';
COMMENT ON COLUMN verbatim_scores.trust_probability IS 'Probability that trust (luottamus) is present.';
COMMENT ON COLUMN verbatim_scores.fear_probability IS 'Probability that fear (pelko) is present.';
COMMENT ON COLUMN verbatim_scores.surprise_probability IS 'Probability that surprise (yllätys) is present.';
COMMENT ON COLUMN verbatim_scores.sadness_probability IS 'Probability that sadness (suru) is present.';
COMMENT ON COLUMN verbatim_scores.disgust_probability IS 'Probability that disgust (inho) is present.';
COMMENT ON COLUMN verbatim_scores.anger_probability IS 'Probability that anger (viha) is present.';
COMMENT ON COLUMN verbatim_scores.anticipation_probability IS 'Probability that anticipation (odotus) is present.';
COMMENT ON COLUMN verbatim_scores.model IS 'Name of the classifier.';
COMMENT ON COLUMN verbatim_scores.model_version IS 'Version of the classifier.';
COMMENT ON COLUMN verbatim_scores.run_id IS 'The run that scored it.';

CREATE TABLE rejections (
    file_name VARCHAR NOT NULL,
    file_sha256 VARCHAR,
    position VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    batch_id VARCHAR,
    run_id VARCHAR NOT NULL,
    rejected_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE rejections IS 'Every record that was left out, with where and why; never its text.';
COMMENT ON COLUMN rejections.file_name IS 'The file, without its folder.';
COMMENT ON COLUMN rejections.file_sha256 IS 'Its content; NULL where it could not be opened.';
COMMENT ON COLUMN rejections.position IS 'Where in the file: a line, a row, a conversation, or the file itself.';
COMMENT ON COLUMN rejections.code IS 'Why: the codes are explained in README, "When something is rejected".';
COMMENT ON COLUMN rejections.batch_id IS 'The batch it was left out of; NULL for a whole file.';
COMMENT ON COLUMN rejections.run_id IS 'The run that read it.';
COMMENT ON COLUMN rejections.rejected_at IS 'When, UTC.';
