-- The device events of a staged batch into the tables, and what becomes of each: stored (new), unchanged, replaced or outdated.
-- An event is known by its key (system, device, code, time). What a later delivery says of it counts, within a batch the last
-- row. A backfill reads again what is stored; of a file that a night has read to its end it brings no version back that
-- another file's has replaced.

CREATE OR REPLACE TEMP TABLE staged_events AS
SELECT unnest(event) FROM (SELECT unnest(device_events) AS event FROM staged);

CREATE OR REPLACE TEMP TABLE decided_events AS
WITH matched AS (
    SELECT ordinal, staged.event_key,
        row_number() OVER later AS place,
        staged.content_key = first_value(staged.content_key) OVER later AS is_as_last,
        stored.event_key IS NOT NULL AS is_known,
        stored.content_key = staged.content_key AS is_same,
        stored.batch_id = $batch_id OR coalesce(batches.file_sha256 = $file_sha256, false) AS is_of_file,
        stored.batch_id = $batch_id OR coalesce(batches.run_id = $run_id, false) AS is_of_run
    FROM staged_events AS staged
    LEFT JOIN device_events AS stored ON stored.event_key = staged.event_key
    LEFT JOIN batches ON batches.batch_id = stored.batch_id
    WINDOW later AS (PARTITION BY staged.event_key ORDER BY ordinal DESC)
)
SELECT ordinal, event_key,
    CASE
        WHEN place > 1 THEN if(is_as_last, 'unchanged', 'outdated')
        WHEN NOT is_known THEN 'stored'
        WHEN is_same AND $is_backfill AND NOT is_of_run THEN 'replaced'
        WHEN is_same THEN 'unchanged'
        WHEN $is_backfill AND NOT is_of_file AND $file_sha256 IN (SELECT file_sha256 FROM source_files) THEN 'outdated'
        ELSE 'replaced'
    END AS outcome
FROM matched;

DELETE FROM device_events WHERE event_key IN (SELECT event_key FROM decided_events WHERE outcome = 'replaced');

INSERT INTO device_events BY NAME
SELECT staged.* EXCLUDE (ordinal, position), $batch_id AS batch_id
FROM staged_events AS staged
JOIN decided_events USING (ordinal)
WHERE outcome IN ('stored', 'replaced');

INSERT INTO outcomes BY NAME
SELECT 'event' AS kind, position, outcome, 0 AS utterance_count
FROM decided_events
JOIN staged_events USING (ordinal);
