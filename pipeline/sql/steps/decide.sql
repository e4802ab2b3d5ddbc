-- What becomes of each staged record of this $round: stored (new), unchanged, replaced, merged, outdated, or duplicate (its
-- id belongs to somebody else's record).
--
-- A record is one that is stored if its system and its id are the same; a conversation whose source gives no id, if its
-- content is the same, or a backfill brings it from the same file under the same name. Of rows without a system (stored
-- before version 007) the id decides.
--
-- A conversation that is stored is compared part by part. The same content as a part's changes nothing. Else:
-- - its turns lie wholly before or after those of every part: a further part (a page, a day), merged into its place. Turns
--   that touch in time (the last and the next in the same second) lie apart, unless they begin together;
-- - it overlaps a part that the source changed later: outdated;
-- - it takes the place of the parts that it overlaps, as the newer version: by `changed_at` where both say, else because it
--   came later, files of one night in the order of their names. Where a turn has no time, everything overlaps.
-- What this cannot tell: a page without times from a correction; a correction whose times all lie beyond the stored ones
-- from a further page; a correction that ends early from one page of several; an older version that came later and says
-- nothing of when it was changed from a newer one.
--
-- A backfill reads again what is stored: the same content takes the place of the part that holds it. A file that a night has
-- read to its end was judged then: of it a backfill brings no version back that another file's has replaced.

CREATE OR REPLACE TEMP TABLE matches AS
SELECT ordinal, stored_id
FROM (
    SELECT ordinal, stored.conversation_id AS stored_id, stored.source IS NULL AS is_guess
    FROM staged_conversations AS staged
    JOIN conversations AS stored ON stored.source_id = staged.conversation_id
    WHERE round = $round AND staged.has_own_id AND stored.has_own_id
        AND coalesce(stored.source, staged.source) = staged.source
    UNION ALL
    SELECT ordinal, stored.conversation_id, false
    FROM staged_conversations AS staged
    JOIN conversation_parts AS parts ON parts.content_key = staged.content_key
    JOIN conversations AS stored ON stored.conversation_id = parts.conversation_id
    WHERE round = $round AND NOT staged.has_own_id AND NOT stored.has_own_id AND stored.source = staged.source
    UNION ALL
    SELECT ordinal, parts.conversation_id, true
    FROM staged_conversations AS staged
    JOIN conversation_parts AS parts ON parts.conversation_id = staged.conversation_id
    JOIN batches ON batches.batch_id = parts.batch_id
    WHERE round = $round AND $is_backfill AND NOT staged.has_own_id
        AND batches.file_sha256 = $file_sha256 AND batches.run_id <> $run_id
)
QUALIFY row_number() OVER (PARTITION BY ordinal ORDER BY is_guess, stored_id) = 1;

CREATE OR REPLACE TEMP TABLE compared AS
SELECT *, if(bool_or(is_same) OVER (PARTITION BY ordinal), is_same, NOT is_apart) AS is_replaceable
FROM (
    SELECT ordinal, parts.conversation_id, parts.first_utterance_index,
        coalesce(parts.content_key = staged.content_key, false) AS is_same,
        coalesce(parts.changed_at > staged.changed_at, false) AS is_newer,
        coalesce(
            staged.began_at >= parts.ended_at AND staged.began_at > parts.began_at
            OR parts.began_at >= staged.ended_at AND parts.began_at > staged.began_at,
            false
        ) AS is_apart,
        parts.batch_id = $batch_id OR coalesce(batches.file_sha256 = $file_sha256, false) AS is_of_file,
        parts.batch_id = $batch_id OR coalesce(batches.run_id = $run_id, false) AS is_of_run
    FROM matches
    JOIN staged_conversations AS staged USING (ordinal)
    JOIN conversation_parts AS parts ON parts.conversation_id = stored_id
    LEFT JOIN batches ON batches.batch_id = parts.batch_id
);

CREATE OR REPLACE TEMP TABLE decided AS
WITH facts AS (
    SELECT ordinal,
        bool_or(is_same) AS has_same,
        bool_or(is_same AND is_of_run) AS has_same_of_run,
        bool_or(is_of_file) AS has_part_of_file,
        bool_or(NOT is_apart) AS is_overlapping,
        bool_or(NOT is_apart AND is_newer) AS is_older
    FROM compared
    GROUP BY ordinal
),
named AS (
    SELECT ordinal, stored_id,
        CASE WHEN stored_id IS NOT NULL THEN stored_id
            WHEN staged.conversation_id NOT IN (SELECT conversation_id FROM conversations) THEN staged.conversation_id
            WHEN staged.qualified_id NOT IN (SELECT conversation_id FROM conversations)
                AND staged.qualified_id NOT IN (SELECT conversation_id FROM staged_conversations) THEN staged.qualified_id
        END AS new_id,
        row_number() OVER (
            PARTITION BY coalesce(stored_id, if(has_own_id, staged.conversation_id, content_key)) ORDER BY ordinal
        ) > 1 AS is_repeated
    FROM staged_conversations AS staged
    LEFT JOIN matches USING (ordinal)
    WHERE round = $round
)
SELECT ordinal, new_id AS conversation_id,
    CASE
        WHEN is_repeated THEN 'unchanged'
        WHEN new_id IS NULL THEN 'duplicate'
        WHEN stored_id IS NULL THEN 'stored'
        WHEN has_same AND $is_backfill AND NOT has_same_of_run THEN 'replaced'
        WHEN has_same THEN 'unchanged'
        WHEN $is_backfill AND NOT has_part_of_file AND $file_sha256 IN (SELECT file_sha256 FROM source_files)
            THEN 'outdated'
        WHEN is_older THEN 'outdated'
        WHEN is_overlapping THEN 'replaced'
        ELSE 'merged'
    END AS outcome
FROM named
LEFT JOIN facts USING (ordinal);

CREATE OR REPLACE TEMP TABLE decided_responses AS
WITH matches AS (
    SELECT ordinal, stored.response_id AS stored_id, stored.content_key = staged.content_key AS is_same,
        stored.changed_at > staged.changed_at AS is_newer,
        stored.batch_id = $batch_id OR coalesce(batches.file_sha256 = $file_sha256, false) AS is_of_file,
        stored.batch_id = $batch_id OR coalesce(batches.run_id = $run_id, false) AS is_of_run
    FROM staged_responses AS staged
    JOIN survey_responses AS stored ON stored.source_id = staged.response_id
    LEFT JOIN batches ON batches.batch_id = stored.batch_id
    WHERE round = $round AND coalesce(stored.source, staged.source) = staged.source
    QUALIFY row_number() OVER (PARTITION BY ordinal ORDER BY stored.source IS NULL, stored_id) = 1
),
named AS (
    SELECT matches.* EXCLUDE (ordinal), ordinal,
        CASE WHEN stored_id IS NOT NULL THEN stored_id
            WHEN staged.response_id NOT IN (SELECT response_id FROM survey_responses) THEN staged.response_id
            WHEN staged.qualified_id NOT IN (SELECT response_id FROM survey_responses)
                AND staged.qualified_id NOT IN (SELECT response_id FROM staged_responses) THEN staged.qualified_id
        END AS new_id
    FROM staged_responses AS staged
    LEFT JOIN matches USING (ordinal)
    WHERE round = $round
)
SELECT ordinal, new_id AS response_id,
    CASE
        WHEN new_id IS NULL THEN 'duplicate'
        WHEN stored_id IS NULL THEN 'stored'
        WHEN is_same AND $is_backfill AND NOT is_of_run THEN 'replaced'
        WHEN is_same THEN 'unchanged'
        WHEN $is_backfill AND NOT is_of_file AND $file_sha256 IN (SELECT file_sha256 FROM source_files) THEN 'outdated'
        WHEN is_newer THEN 'outdated'
        ELSE 'replaced'
    END AS outcome
FROM named;

INSERT INTO outcomes BY NAME
SELECT 'conversation' AS kind, position, outcome, len(utterances) AS utterance_count
FROM decided
JOIN staged_conversations USING (ordinal)
UNION ALL BY NAME
SELECT 'response' AS kind, position, outcome, 0 AS utterance_count
FROM decided_responses
JOIN staged_responses USING (ordinal);
