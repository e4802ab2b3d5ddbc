-- A staged batch ($path) into temporary tables, for the scripts that follow in the same transaction.
-- Records of the same id take their turns: each round holds one of them, so that the second meets the first as stored. What
-- more than 20 records of a batch share is no id: those after are left out as duplicates.

CREATE OR REPLACE TEMP TABLE staged AS
SELECT * FROM read_json(
    $path,
    maximum_object_size = 1073741824,
    compression = 'gzip',
    columns = {
        conversations: 'STRUCT(
            ordinal INTEGER, position VARCHAR, conversation_id VARCHAR, qualified_id VARCHAR, source VARCHAR,
            content_key VARCHAR, changed_at TIMESTAMP, has_own_id BOOLEAN, role_confidence DOUBLE,
            role_warnings VARCHAR[], ignored MAP(VARCHAR, INTEGER), channel VARCHAR, language VARCHAR, detected_language VARCHAR, queue VARCHAR, started_at TIMESTAMP, started_date DATE,
            customer_key VARCHAR, special_categories VARCHAR[],
            metadata JSON,
            touchpoints STRUCT(first_utterance_index INTEGER, last_utterance_index INTEGER, stage VARCHAR,
                touchpoint VARCHAR, rule VARCHAR, confidence DOUBLE,
                evidence STRUCT(utterance_index INTEGER, "start" INTEGER, "end" INTEGER)[],
                goal_yes_probability DOUBLE, goal_no_probability DOUBLE, goal_unclear_probability DOUBLE,
                ease_easy_probability DOUBLE, ease_mixed_probability DOUBLE, ease_hard_probability DOUBLE,
                reason STRUCT(utterance_index INTEGER, "start" INTEGER, "end" INTEGER))[],
            reading STRUCT(goal_yes_probability DOUBLE, goal_no_probability DOUBLE, goal_unclear_probability DOUBLE,
                ease_easy_probability DOUBLE, ease_mixed_probability DOUBLE, ease_hard_probability DOUBLE,
                complaint_probability DOUBLE, repeat_contact_probability DOUBLE, churn_probability DOUBLE,
                hand_over_probability DOUBLE, model VARCHAR, model_version VARCHAR),
            mentions STRUCT(kind VARCHAR, label VARCHAR, utterance_index INTEGER, "start" INTEGER, "end" INTEGER,
                weight DOUBLE)[],
            utterances STRUCT(utterance_index INTEGER, speaker_role VARCHAR, participant_key VARCHAR, seconds DOUBLE,
                end_seconds DOUBLE, text VARCHAR, normalized_text VARCHAR, language VARCHAR, asr_suspect VARCHAR,
                tokens STRUCT(token VARCHAR, lemma VARCHAR, upos VARCHAR, normal VARCHAR, rule VARCHAR,
                    disfluency VARCHAR, sentence INTEGER)[],
                score STRUCT(sentiment VARCHAR, sentiment_score DOUBLE, negative_probability DOUBLE,
                    neutral_probability DOUBLE, positive_probability DOUBLE, joy_probability DOUBLE,
                    trust_probability DOUBLE, fear_probability DOUBLE, surprise_probability DOUBLE,
                    sadness_probability DOUBLE, disgust_probability DOUBLE, anger_probability DOUBLE,
                    anticipation_probability DOUBLE, model VARCHAR, model_version VARCHAR,
                    is_sure BOOLEAN, joy_intensity DOUBLE, trust_intensity DOUBLE, fear_intensity DOUBLE,
                    surprise_intensity DOUBLE, sadness_intensity DOUBLE, disgust_intensity DOUBLE,
                    anger_intensity DOUBLE, anticipation_intensity DOUBLE, effort_probability DOUBLE,
                    ease_probability DOUBLE, goal_reached_probability DOUBLE, goal_missed_probability DOUBLE,
                    expectation_under_probability DOUBLE, expectation_over_probability DOUBLE,
                    complaint_probability DOUBLE, request_probability DOUBLE, wish_probability DOUBLE,
                    thanks_probability DOUBLE, churn_probability DOUBLE, advocacy_probability DOUBLE,
                    warning_probability DOUBLE, apology_probability DOUBLE, empathy_probability DOUBLE,
                    remedy_probability DOUBLE, irony_probability DOUBLE,
                    evidence STRUCT(label VARCHAR, "start" INTEGER, "end" INTEGER, weight DOUBLE)[]),
                reading STRUCT(negative_probability DOUBLE, neutral_probability DOUBLE, positive_probability DOUBLE,
                    feeling_strength DOUBLE, repeat_contact_probability DOUBLE, waiting_probability DOUBLE, understanding_probability DOUBLE,
                    mirroring_probability DOUBLE, adjusting_probability DOUBLE, complaint_thanks_probability DOUBLE,
                    preference_question_probability DOUBLE, mandate_probability DOUBLE,
                    confirmation_probability DOUBLE, open_question_probability DOUBLE, hand_over_probability DOUBLE,
                    model VARCHAR, model_version VARCHAR))[])[]',
        survey_responses: 'STRUCT(
            ordinal INTEGER, position VARCHAR, response_id VARCHAR, qualified_id VARCHAR, source VARCHAR,
            content_key VARCHAR, changed_at TIMESTAMP, responded_at TIMESTAMP, responded_date DATE,
            nps_rating TINYINT, ces_rating TINYINT, csat_rating TINYINT, first_contact_resolution BOOLEAN,
            verbatim VARCHAR, normalized_verbatim VARCHAR, language VARCHAR,
            tokens STRUCT(token VARCHAR, lemma VARCHAR, upos VARCHAR, normal VARCHAR, rule VARCHAR,
                disfluency VARCHAR, sentence INTEGER)[],
            conversation_id VARCHAR, customer_key VARCHAR, special_categories VARCHAR[], metadata JSON,
            mentions STRUCT(kind VARCHAR, label VARCHAR, "start" INTEGER, "end" INTEGER, weight DOUBLE)[],
            score STRUCT(sentiment VARCHAR, sentiment_score DOUBLE, negative_probability DOUBLE,
                neutral_probability DOUBLE, positive_probability DOUBLE, joy_probability DOUBLE,
                trust_probability DOUBLE, fear_probability DOUBLE, surprise_probability DOUBLE,
                sadness_probability DOUBLE, disgust_probability DOUBLE, anger_probability DOUBLE,
                anticipation_probability DOUBLE, model VARCHAR, model_version VARCHAR,
                is_sure BOOLEAN, joy_intensity DOUBLE, trust_intensity DOUBLE, fear_intensity DOUBLE,
                surprise_intensity DOUBLE, sadness_intensity DOUBLE, disgust_intensity DOUBLE, anger_intensity DOUBLE,
                anticipation_intensity DOUBLE, effort_probability DOUBLE, ease_probability DOUBLE,
                goal_reached_probability DOUBLE, goal_missed_probability DOUBLE, expectation_under_probability DOUBLE,
                expectation_over_probability DOUBLE, complaint_probability DOUBLE, request_probability DOUBLE,
                wish_probability DOUBLE, thanks_probability DOUBLE, churn_probability DOUBLE,
                advocacy_probability DOUBLE, warning_probability DOUBLE, apology_probability DOUBLE,
                empathy_probability DOUBLE, remedy_probability DOUBLE, irony_probability DOUBLE,
                evidence STRUCT(label VARCHAR, "start" INTEGER, "end" INTEGER, weight DOUBLE)[]))[]',
        device_events: 'STRUCT(ordinal INTEGER, position VARCHAR, event_key VARCHAR, device_key VARCHAR,
            customer_key VARCHAR, code VARCHAR, severity VARCHAR, message VARCHAR, occurred_at TIMESTAMP,
            occurred_date DATE, source VARCHAR, content_key VARCHAR)[]',
        rejections: 'STRUCT(position VARCHAR, code VARCHAR)[]'
    }
);

CREATE OR REPLACE TEMP TABLE staged_conversations AS
SELECT *, started_at + to_microseconds((list_min(clock) * 1e6)::BIGINT) AS began_at,
    started_at + to_microseconds((list_max(clock) * 1e6)::BIGINT) AS ended_at
FROM (
    SELECT conversation.*,
        [turn.seconds FOR turn IN conversation.utterances] AS seconds,
        CASE WHEN NOT list_contains([turn.seconds IS NULL FOR turn IN conversation.utterances], true) THEN seconds END AS clock,
        row_number() OVER (PARTITION BY conversation.conversation_id ORDER BY conversation.ordinal) AS round
    FROM (SELECT unnest(conversations) AS conversation FROM staged)
);

CREATE OR REPLACE TEMP TABLE staged_responses AS
SELECT response.*, row_number() OVER (PARTITION BY response.response_id ORDER BY response.ordinal) AS round
FROM (SELECT unnest(survey_responses) AS response FROM staged);

CREATE OR REPLACE TEMP TABLE outcomes (kind VARCHAR, position VARCHAR, outcome VARCHAR, utterance_count INTEGER);

INSERT INTO outcomes BY NAME
SELECT 'conversation' AS kind, position, 'duplicate' AS outcome, 0 AS utterance_count FROM staged_conversations WHERE round > 20
UNION ALL BY NAME
SELECT 'response' AS kind, position, 'duplicate' AS outcome, 0 AS utterance_count FROM staged_responses WHERE round > 20;

CREATE OR REPLACE TEMP TABLE rounds AS
SELECT least(max(round), 20) AS round_count
FROM (SELECT round FROM staged_conversations UNION ALL SELECT round FROM staged_responses);
