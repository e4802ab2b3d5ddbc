-- Before a backfilled batch is loaded: take out what earlier runs stored from the same file of the conversations and answers
-- it brings again.

CREATE OR REPLACE TEMP TABLE replaced_conversations AS
SELECT conversation_id
FROM conversations
WHERE batch_id IN (SELECT batch_id FROM batches WHERE file_sha256 = $file_sha256 AND run_id <> $run_id)
    AND conversation_id IN (
        SELECT unnest(conversations).conversation_id
        FROM read_json(
            $path, maximum_object_size = 1073741824, compression = 'gzip', columns = {conversations: 'STRUCT(conversation_id VARCHAR)[]'}
        )
    );

CREATE OR REPLACE TEMP TABLE replaced_responses AS
SELECT response_id
FROM survey_responses
WHERE batch_id IN (SELECT batch_id FROM batches WHERE file_sha256 = $file_sha256 AND run_id <> $run_id)
    AND response_id IN (
        SELECT unnest(survey_responses).response_id
        FROM read_json(
            $path, maximum_object_size = 1073741824, compression = 'gzip', columns = {survey_responses: 'STRUCT(response_id VARCHAR)[]'}
        )
    );

DELETE FROM conversation_touchpoints WHERE conversation_id IN (FROM replaced_conversations);
DELETE FROM utterance_scores WHERE conversation_id IN (FROM replaced_conversations);
DELETE FROM utterances WHERE conversation_id IN (FROM replaced_conversations);
DELETE FROM conversations WHERE conversation_id IN (FROM replaced_conversations);
DELETE FROM verbatim_scores WHERE response_id IN (FROM replaced_responses);
DELETE FROM survey_responses WHERE response_id IN (FROM replaced_responses);
