-- What decide.sql found to be written of this $round, into the tables: the parts of a conversation in the order of their
-- times, those that stay and the new one, its utterances counted through and their seconds from the one start of all.

CREATE OR REPLACE TEMP TABLE new_parts AS
WITH parts AS (
    SELECT decided.conversation_id, ordinal, NULL AS old_first_index, len(utterances) AS utterance_count, content_key,
        began_at, ended_at, changed_at, role_confidence, ignored, $batch_id AS batch_id, $reader_hash AS reader_hash,
        started_at
    FROM decided
    JOIN staged_conversations USING (ordinal)
    WHERE outcome IN ('stored', 'replaced', 'merged')
    UNION ALL BY NAME
    SELECT decided.conversation_id, NULL AS ordinal, first_utterance_index AS old_first_index, utterance_count,
        parts.content_key, parts.began_at, parts.ended_at, parts.changed_at, parts.role_confidence, parts.ignored,
        parts.batch_id, parts.reader_hash, stored.started_at
    FROM decided
    JOIN compared USING (ordinal, conversation_id)
    JOIN conversation_parts AS parts USING (conversation_id, first_utterance_index)
    JOIN conversations AS stored USING (conversation_id)
    WHERE outcome = 'merged' OR outcome = 'replaced' AND NOT is_replaceable
)
SELECT * EXCLUDE (started_at),
    coalesce(sum(utterance_count) OVER before, 0)::INTEGER AS first_utterance_index,
    coalesce(
        date_diff('microsecond', min(started_at) OVER (PARTITION BY conversation_id), started_at) / 1e6, 0
    ) AS later_seconds
FROM parts
WINDOW before AS (
    PARTITION BY conversation_id ORDER BY began_at, old_first_index ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
);

-- What stays, as it is put back.
CREATE OR REPLACE TEMP TABLE kept_conversations AS
SELECT DISTINCT conversations.*
FROM conversations
JOIN new_parts ON new_parts.conversation_id = conversations.conversation_id AND ordinal IS NULL;

CREATE OR REPLACE TEMP TABLE kept_utterances AS
SELECT utterances.* REPLACE (
    utterance_index - old_first_index + first_utterance_index AS utterance_index,
    seconds + later_seconds AS seconds, end_seconds + later_seconds AS end_seconds
)
FROM utterances
JOIN new_parts ON new_parts.conversation_id = utterances.conversation_id
    AND utterance_index BETWEEN old_first_index AND old_first_index + new_parts.utterance_count - 1;

CREATE OR REPLACE TEMP TABLE kept_scores AS
SELECT scores.* REPLACE (utterance_index - old_first_index + first_utterance_index AS utterance_index)
FROM utterance_scores AS scores
JOIN new_parts ON new_parts.conversation_id = scores.conversation_id
    AND utterance_index BETWEEN old_first_index AND old_first_index + new_parts.utterance_count - 1;

CREATE OR REPLACE TEMP TABLE kept_touchpoints AS
SELECT touchpoints.* REPLACE (
    touchpoints.first_utterance_index - old_first_index + new_parts.first_utterance_index AS first_utterance_index,
    last_utterance_index - old_first_index + new_parts.first_utterance_index AS last_utterance_index,
    moved_places(evidence, new_parts.first_utterance_index - old_first_index) AS evidence,
    moved_place(reason, new_parts.first_utterance_index - old_first_index) AS reason
)
FROM conversation_touchpoints AS touchpoints
JOIN new_parts ON new_parts.conversation_id = touchpoints.conversation_id
    AND touchpoints.first_utterance_index BETWEEN old_first_index AND old_first_index + new_parts.utterance_count - 1;

CREATE OR REPLACE TEMP TABLE kept_readings AS
SELECT readings.* REPLACE (utterance_index - old_first_index + first_utterance_index AS utterance_index)
FROM utterance_readings AS readings
JOIN new_parts ON new_parts.conversation_id = readings.conversation_id
    AND utterance_index BETWEEN old_first_index AND old_first_index + new_parts.utterance_count - 1;

CREATE OR REPLACE TEMP TABLE kept_part_readings AS
SELECT readings.* REPLACE (new_parts.first_utterance_index AS first_utterance_index)
FROM part_readings AS readings
JOIN new_parts ON new_parts.conversation_id = readings.conversation_id
    AND readings.first_utterance_index = old_first_index;

CREATE OR REPLACE TEMP TABLE kept_mentions AS
SELECT mentions.* REPLACE (utterance_index - old_first_index + first_utterance_index AS utterance_index)
FROM mentions
JOIN new_parts ON new_parts.conversation_id = mentions.conversation_id
    AND utterance_index BETWEEN old_first_index AND old_first_index + new_parts.utterance_count - 1;

CREATE OR REPLACE TEMP TABLE kept_earlier_scores AS
SELECT scores.* REPLACE (utterance_index - old_first_index + first_utterance_index AS utterance_index)
FROM earlier_scores AS scores
JOIN new_parts ON new_parts.conversation_id = scores.conversation_id
    AND utterance_index BETWEEN old_first_index AND old_first_index + new_parts.utterance_count - 1;

CREATE OR REPLACE TEMP TABLE kept_earlier_readings AS
SELECT readings.* REPLACE (new_parts.first_utterance_index AS first_utterance_index)
FROM earlier_readings AS readings
JOIN new_parts ON new_parts.conversation_id = readings.conversation_id
    AND readings.first_utterance_index = old_first_index;

-- What is replaced goes, with all that hangs on it.
DELETE FROM earlier_scores
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM earlier_readings
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM mentions
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM part_readings
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM utterance_readings
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM conversation_touchpoints
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM utterance_scores
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM utterances
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM conversation_parts
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM conversations
WHERE conversation_id IN (SELECT conversation_id FROM decided WHERE outcome IN ('replaced', 'merged'));
DELETE FROM earlier_scores WHERE response_id IN (SELECT response_id FROM decided_responses WHERE outcome = 'replaced');
DELETE FROM mentions WHERE response_id IN (SELECT response_id FROM decided_responses WHERE outcome = 'replaced');
DELETE FROM verbatim_scores WHERE response_id IN (SELECT response_id FROM decided_responses WHERE outcome = 'replaced');
DELETE FROM survey_responses WHERE response_id IN (SELECT response_id FROM decided_responses WHERE outcome = 'replaced');

-- Of a conversation in several parts, the facts are those of the earliest part that tells them.
INSERT INTO conversations BY NAME
WITH facts AS (
    SELECT new_parts.conversation_id, source, staged.conversation_id AS source_id, has_own_id, channel, language,
        detected_language, queue, started_at, started_date, customer_key, special_categories, role_warnings, metadata
    FROM new_parts
    JOIN staged_conversations AS staged USING (ordinal)
    UNION ALL BY NAME
    SELECT * EXCLUDE (batch_id, changed_at, role_confidence) FROM kept_conversations
),
versions AS (
    SELECT conversation_id, max(changed_at) AS changed_at, min(role_confidence) AS role_confidence
    FROM new_parts
    GROUP BY conversation_id
)
SELECT conversation_id,
    any_value(source) AS source,
    any_value(source_id) AS source_id,
    bool_and(has_own_id) AS has_own_id,
    any_value(changed_at) AS changed_at,
    any_value(role_confidence) AS role_confidence,
    any_value(channel ORDER BY started_at) AS channel,
    any_value(language ORDER BY started_at) AS language,
    any_value(detected_language ORDER BY started_at) AS detected_language,
    any_value(queue ORDER BY started_at) AS queue,
    any_value(started_at ORDER BY started_at) AS started_at,
    any_value(started_date ORDER BY started_at) AS started_date,
    any_value(customer_key ORDER BY started_at) AS customer_key,
    any_value(metadata ORDER BY started_at) AS metadata,
    CASE WHEN count(special_categories) > 0
        THEN list_sort(list_distinct(flatten(list(special_categories) FILTER (special_categories IS NOT NULL)))) END
        AS special_categories,
    CASE WHEN count(role_warnings) > 0
        THEN list_sort(list_distinct(flatten(list(role_warnings) FILTER (role_warnings IS NOT NULL)))) END AS role_warnings,
    $batch_id AS batch_id
FROM facts
JOIN versions USING (conversation_id)
GROUP BY conversation_id;

INSERT INTO conversation_parts BY NAME SELECT * EXCLUDE (ordinal, old_first_index, later_seconds) FROM new_parts;

INSERT INTO utterances BY NAME FROM kept_utterances;
INSERT INTO utterances BY NAME
SELECT conversation_id, utterance.* EXCLUDE (score, reading) REPLACE (
    utterance.utterance_index + first_utterance_index AS utterance_index,
    utterance.seconds + later_seconds AS seconds, utterance.end_seconds + later_seconds AS end_seconds
)
FROM (
    SELECT new_parts.conversation_id, first_utterance_index, later_seconds, unnest(utterances) AS utterance
    FROM new_parts
    JOIN staged_conversations USING (ordinal)
);

INSERT INTO utterance_scores BY NAME FROM kept_scores;
INSERT INTO utterance_scores BY NAME
SELECT conversation_id, utterance.utterance_index + first_utterance_index AS utterance_index, unnest(utterance.score),
    $run_id AS run_id
FROM (
    SELECT new_parts.conversation_id, first_utterance_index, unnest(utterances) AS utterance
    FROM new_parts
    JOIN staged_conversations USING (ordinal)
)
WHERE utterance.score IS NOT NULL;

INSERT INTO conversation_touchpoints BY NAME FROM kept_touchpoints;
INSERT INTO conversation_touchpoints BY NAME
SELECT conversation_id, touchpoint.* REPLACE (
    touchpoint.first_utterance_index + part_index AS first_utterance_index,
    touchpoint.last_utterance_index + part_index AS last_utterance_index,
    moved_places(touchpoint.evidence, part_index) AS evidence,
    moved_place(touchpoint.reason, part_index) AS reason
)
FROM (
    SELECT new_parts.conversation_id, first_utterance_index AS part_index, unnest(touchpoints) AS touchpoint
    FROM new_parts
    JOIN staged_conversations USING (ordinal)
);

INSERT INTO utterance_readings BY NAME FROM kept_readings;
INSERT INTO utterance_readings BY NAME
SELECT conversation_id, utterance.utterance_index + first_utterance_index AS utterance_index,
    unnest(utterance.reading), $run_id AS run_id
FROM (
    SELECT new_parts.conversation_id, first_utterance_index, unnest(utterances) AS utterance
    FROM new_parts
    JOIN staged_conversations USING (ordinal)
)
WHERE utterance.reading IS NOT NULL;

INSERT INTO part_readings BY NAME FROM kept_part_readings;
INSERT INTO part_readings BY NAME
SELECT new_parts.conversation_id, first_utterance_index, unnest(reading), $run_id AS run_id
FROM new_parts
JOIN staged_conversations USING (ordinal)
WHERE reading IS NOT NULL;

INSERT INTO earlier_scores BY NAME FROM kept_earlier_scores;
INSERT INTO earlier_readings BY NAME FROM kept_earlier_readings;

INSERT INTO mentions BY NAME FROM kept_mentions;
INSERT INTO mentions BY NAME
SELECT conversation_id, mention.* REPLACE (mention.utterance_index + first_utterance_index AS utterance_index)
FROM (
    SELECT new_parts.conversation_id, first_utterance_index, unnest(mentions) AS mention
    FROM new_parts
    JOIN staged_conversations USING (ordinal)
);

-- The same content said to be changed later: a version between the two is old.
UPDATE conversation_parts SET changed_at = staged.changed_at
FROM compared
JOIN staged_conversations AS staged USING (ordinal)
WHERE is_same AND conversation_parts.conversation_id = compared.conversation_id
    AND conversation_parts.first_utterance_index = compared.first_utterance_index
    AND conversation_parts.changed_at < staged.changed_at;

INSERT INTO survey_responses BY NAME
SELECT decided_responses.response_id, source, staged.response_id AS source_id, content_key, changed_at, responded_at,
    responded_date, nps_rating, ces_rating, csat_rating, first_contact_resolution, verbatim, normalized_verbatim, language,
    tokens, conversation_id, conversation_id AS source_conversation_id, customer_key, special_categories, metadata,
    $batch_id AS batch_id, CASE WHEN verbatim IS NOT NULL THEN $reader_hash END AS reader_hash
FROM decided_responses
JOIN staged_responses AS staged USING (ordinal)
WHERE outcome IN ('stored', 'replaced');

INSERT INTO verbatim_scores BY NAME
SELECT decided_responses.response_id, unnest(score), $run_id AS run_id
FROM decided_responses
JOIN staged_responses USING (ordinal)
WHERE outcome IN ('stored', 'replaced') AND score IS NOT NULL;

INSERT INTO mentions BY NAME
SELECT response_id, unnest(mention)
FROM (
    SELECT decided_responses.response_id, unnest(mentions) AS mention
    FROM decided_responses
    JOIN staged_responses USING (ordinal)
    WHERE outcome IN ('stored', 'replaced')
);
