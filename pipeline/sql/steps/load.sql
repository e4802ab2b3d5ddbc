-- One staged batch into the tables, in one transaction. $path is the staged file; the other parameters name the batch.
-- A record whose id is stored already, or stands earlier in the batch, is left out: as a duplicate, or without a word if an
-- earlier backfill of the same file brought it before the night did.

CREATE OR REPLACE TEMP TABLE staged AS
SELECT * FROM read_json(
    $path,
    maximum_object_size = 1073741824,
    compression = 'gzip',
    columns = {
        conversations: 'STRUCT(
            ordinal INTEGER, position VARCHAR, conversation_id VARCHAR, channel VARCHAR, language VARCHAR,
            detected_language VARCHAR, queue VARCHAR, started_at TIMESTAMP, started_date DATE,
            customer_key VARCHAR, special_categories VARCHAR[],
            touchpoints STRUCT(first_utterance_index INTEGER, last_utterance_index INTEGER, stage VARCHAR,
                touchpoint VARCHAR, rule VARCHAR)[],
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
                    evidence STRUCT(label VARCHAR, "start" INTEGER, "end" INTEGER, weight DOUBLE)[]))[])[]',
        survey_responses: 'STRUCT(
            ordinal INTEGER, position VARCHAR, response_id VARCHAR, responded_at TIMESTAMP, responded_date DATE,
            nps_rating TINYINT, ces_rating TINYINT, csat_rating TINYINT, first_contact_resolution BOOLEAN,
            verbatim VARCHAR, normalized_verbatim VARCHAR, language VARCHAR,
            tokens STRUCT(token VARCHAR, lemma VARCHAR, upos VARCHAR, normal VARCHAR, rule VARCHAR,
                disfluency VARCHAR, sentence INTEGER)[],
            conversation_id VARCHAR, customer_key VARCHAR, special_categories VARCHAR[],
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
        rejections: 'STRUCT(position VARCHAR, code VARCHAR)[]'
    }
);

CREATE OR REPLACE TEMP TABLE staged_conversations AS
SELECT conversation.*,
    row_number() OVER (PARTITION BY conversation.conversation_id ORDER BY conversation.ordinal) > 1
        OR stored.conversation_id IS NOT NULL AS is_left_out,
    coalesce(
        stored_batch.is_backfill AND stored_batch.file_sha256 = $file_sha256 AND stored_batch.run_id <> $run_id, false
    ) AS is_known
FROM (SELECT unnest(conversations) AS conversation FROM staged)
LEFT JOIN conversations AS stored ON stored.conversation_id = conversation.conversation_id
LEFT JOIN batches AS stored_batch ON stored_batch.batch_id = stored.batch_id;

CREATE OR REPLACE TEMP TABLE staged_responses AS
SELECT response.*,
    row_number() OVER (PARTITION BY response.response_id ORDER BY response.ordinal) > 1
        OR stored.response_id IS NOT NULL AS is_left_out,
    coalesce(
        stored_batch.is_backfill AND stored_batch.file_sha256 = $file_sha256 AND stored_batch.run_id <> $run_id, false
    ) AS is_known
FROM (SELECT unnest(survey_responses) AS response FROM staged)
LEFT JOIN survey_responses AS stored ON stored.response_id = response.response_id
LEFT JOIN batches AS stored_batch ON stored_batch.batch_id = stored.batch_id;

INSERT INTO conversations BY NAME
SELECT conversation_id, channel, language, detected_language, queue, started_at, started_date, customer_key,
    special_categories, $batch_id AS batch_id
FROM staged_conversations WHERE NOT is_left_out;

INSERT INTO utterances BY NAME
SELECT conversation_id, utterance.* EXCLUDE (score)
FROM (SELECT conversation_id, unnest(utterances) AS utterance FROM staged_conversations WHERE NOT is_left_out);

INSERT INTO utterance_scores BY NAME
SELECT conversation_id, utterance.utterance_index, unnest(utterance.score), $run_id AS run_id
FROM (SELECT conversation_id, unnest(utterances) AS utterance FROM staged_conversations WHERE NOT is_left_out)
WHERE utterance.score IS NOT NULL;

INSERT INTO conversation_touchpoints BY NAME
SELECT conversation_id, touchpoint.*
FROM (SELECT conversation_id, unnest(touchpoints) AS touchpoint FROM staged_conversations WHERE NOT is_left_out);

INSERT INTO survey_responses BY NAME
SELECT response_id, responded_at, responded_date, nps_rating, ces_rating, csat_rating, first_contact_resolution,
    verbatim, normalized_verbatim, language, tokens, conversation_id, customer_key, special_categories,
    $batch_id AS batch_id
FROM staged_responses WHERE NOT is_left_out;

INSERT INTO verbatim_scores BY NAME
SELECT response_id, unnest(score), $run_id AS run_id
FROM staged_responses WHERE NOT is_left_out AND score IS NOT NULL;

INSERT INTO rejections BY NAME
SELECT $file_name AS file_name, $file_sha256 AS file_sha256, position, code, $batch_id AS batch_id,
    $run_id AS run_id, $now AS rejected_at
FROM (
    SELECT unnest(rejections, recursive := true) FROM staged
    UNION ALL
    SELECT position, 'duplicate_conversation' FROM staged_conversations WHERE is_left_out AND NOT is_known
    UNION ALL
    SELECT position, 'duplicate_response' FROM staged_responses WHERE is_left_out AND NOT is_known
) AS rejected
WHERE NOT EXISTS (
    FROM rejections AS known
    WHERE known.file_sha256 = $file_sha256 AND known.position = rejected.position AND known.code = rejected.code
        AND known.batch_id <> $batch_id AND known.position <> '-'
);

INSERT INTO batches BY NAME
SELECT $batch_id AS batch_id, $file_sha256 AS file_sha256, $run_id AS run_id, $now AS loaded_at,
    (SELECT count(*) FROM staged_conversations WHERE NOT is_left_out) AS conversation_count,
    (SELECT coalesce(sum(len(utterances)), 0) FROM staged_conversations WHERE NOT is_left_out) AS utterance_count,
    (SELECT count(*) FROM staged_responses WHERE NOT is_left_out) AS survey_response_count,
    (SELECT count(*) FROM rejections WHERE batch_id = $batch_id) AS rejection_count, $is_backfill AS is_backfill;
