-- What was read again (stage.sql has staged it; of a conversation, `position` is the part's first utterance) takes the place of
-- what is stored. Of another model or version the old rows are kept, those of the present one never: an earlier version that
-- is chosen again comes back, and what had taken its place is the earlier one now.

CREATE OR REPLACE TEMP TABLE reread AS
SELECT conversation_id, position::INTEGER AS part_index, position::INTEGER + len(utterances) - 1 AS last_index, utterances,
    touchpoints, reading, mentions
FROM staged_conversations;

CREATE OR REPLACE TEMP TABLE reread_utterances AS
SELECT conversation_id, part_index, unnest(utterances) AS utterance FROM reread;

CREATE OR REPLACE TEMP TABLE replaced_scores AS
SELECT old.*, NULL AS response_id, utterance.score.model AS new_model, utterance.score.model_version AS new_version
FROM reread_utterances
JOIN utterance_scores AS old
    ON old.conversation_id = reread_utterances.conversation_id AND old.utterance_index = part_index + utterance.utterance_index
UNION ALL BY NAME
SELECT old.*, score.model AS new_model, score.model_version AS new_version
FROM staged_responses
JOIN verbatim_scores AS old USING (response_id);

DELETE FROM earlier_scores
USING replaced_scores AS replaced
WHERE earlier_scores.conversation_id IS NOT DISTINCT FROM replaced.conversation_id
    AND earlier_scores.utterance_index IS NOT DISTINCT FROM replaced.utterance_index
    AND earlier_scores.response_id IS NOT DISTINCT FROM replaced.response_id
    AND earlier_scores.model = new_model AND earlier_scores.model_version = new_version;
INSERT INTO earlier_scores BY NAME
SELECT * EXCLUDE (new_model, new_version, evidence) FROM (SELECT COLUMNS(c -> c NOT LIKE '%_intensity') FROM replaced_scores)
WHERE model <> new_model OR model_version <> new_version;

CREATE OR REPLACE TEMP TABLE replaced_readings AS
SELECT reread.conversation_id, part_index AS first_utterance_index, stretches AS touchpoints,
    old.* EXCLUDE (conversation_id, first_utterance_index),
    reading.model AS new_model, reading.model_version AS new_version
FROM reread
JOIN (
    SELECT placed.conversation_id, part_index, list({
        'first_utterance': first_utterance_index - part_index, 'last_utterance': last_utterance_index - part_index,
        'touchpoint': placed.touchpoint
    } ORDER BY first_utterance_index) AS stretches
    FROM reread
    JOIN conversation_touchpoints AS placed
        ON placed.conversation_id = reread.conversation_id AND first_utterance_index BETWEEN part_index AND last_index
    GROUP BY placed.conversation_id, part_index
) AS placed USING (conversation_id, part_index)
LEFT JOIN part_readings AS old ON old.conversation_id = reread.conversation_id AND first_utterance_index = part_index;

DELETE FROM earlier_readings
USING replaced_readings AS replaced
WHERE earlier_readings.conversation_id = replaced.conversation_id
    AND earlier_readings.first_utterance_index = replaced.first_utterance_index
    AND earlier_readings.model IS NOT DISTINCT FROM new_model
    AND earlier_readings.model_version IS NOT DISTINCT FROM new_version;
INSERT INTO earlier_readings BY NAME
SELECT * EXCLUDE (new_model, new_version)
FROM replaced_readings
WHERE model IS DISTINCT FROM new_model OR model_version IS DISTINCT FROM new_version;

DELETE FROM utterance_scores
USING reread
WHERE utterance_scores.conversation_id = reread.conversation_id AND utterance_index BETWEEN part_index AND last_index;
DELETE FROM utterance_readings
USING reread
WHERE utterance_readings.conversation_id = reread.conversation_id AND utterance_index BETWEEN part_index AND last_index;
DELETE FROM part_readings
USING reread
WHERE part_readings.conversation_id = reread.conversation_id AND first_utterance_index = part_index;
DELETE FROM conversation_touchpoints
USING reread
WHERE conversation_touchpoints.conversation_id = reread.conversation_id
    AND first_utterance_index BETWEEN part_index AND last_index;
DELETE FROM mentions
USING reread
WHERE mentions.conversation_id = reread.conversation_id AND utterance_index BETWEEN part_index AND last_index;
DELETE FROM verbatim_scores WHERE response_id IN (SELECT response_id FROM staged_responses);
DELETE FROM mentions WHERE response_id IN (SELECT response_id FROM staged_responses);

INSERT INTO utterance_scores BY NAME
SELECT conversation_id, part_index + utterance.utterance_index AS utterance_index, unnest(utterance.score), $run_id AS run_id
FROM reread_utterances
WHERE utterance.score IS NOT NULL;
INSERT INTO utterance_readings BY NAME
SELECT conversation_id, part_index + utterance.utterance_index AS utterance_index, unnest(utterance.reading), $run_id AS run_id
FROM reread_utterances
WHERE utterance.reading IS NOT NULL;
INSERT INTO part_readings BY NAME
SELECT conversation_id, part_index AS first_utterance_index, unnest(reading), $run_id AS run_id
FROM reread
WHERE reading IS NOT NULL;
INSERT INTO conversation_touchpoints BY NAME
SELECT conversation_id, touchpoint.* REPLACE (
    touchpoint.first_utterance_index + part_index AS first_utterance_index,
    touchpoint.last_utterance_index + part_index AS last_utterance_index,
    moved_places(touchpoint.evidence, part_index) AS evidence,
    moved_place(touchpoint.reason, part_index) AS reason
)
FROM (SELECT conversation_id, part_index, unnest(touchpoints) AS touchpoint FROM reread);
INSERT INTO mentions BY NAME
SELECT conversation_id, mention.* REPLACE (mention.utterance_index + part_index AS utterance_index)
FROM (SELECT conversation_id, part_index, unnest(mentions) AS mention FROM reread);
INSERT INTO verbatim_scores BY NAME
SELECT response_id, unnest(score), $run_id AS run_id FROM staged_responses WHERE score IS NOT NULL;
INSERT INTO mentions BY NAME
SELECT response_id, unnest(mention) FROM (SELECT response_id, unnest(mentions) AS mention FROM staged_responses);

UPDATE conversation_parts SET reader_hash = $reader_hash
FROM reread
WHERE conversation_parts.conversation_id = reread.conversation_id AND first_utterance_index = part_index;
UPDATE survey_responses SET reader_hash = $reader_hash
WHERE response_id IN (SELECT response_id FROM staged_responses);
