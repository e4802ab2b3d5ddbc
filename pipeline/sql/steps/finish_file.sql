-- A file that has been read to its end, with what became of its records.
INSERT OR IGNORE INTO source_files BY NAME
SELECT $file_sha256 AS file_sha256, $file_name AS file_name, $format AS format, $run_id AS run_id, $now AS loaded_at,
    coalesce(sum(stored_count), 0) AS stored_count,
    coalesce(sum(unchanged_count), 0) AS unchanged_count,
    coalesce(sum(replaced_count), 0) AS replaced_count,
    coalesce(sum(merged_count), 0) AS merged_count,
    coalesce(sum(outdated_count), 0) AS outdated_count
FROM batches
WHERE file_sha256 = $file_sha256 AND NOT is_backfill;
