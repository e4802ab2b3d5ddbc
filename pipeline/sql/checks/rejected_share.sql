-- description: Of the records read since the last published night, at most sources.max_rejected_share were left out.
-- What is stored already counts as read; duplicates do not count, nor do the forgotten and the expired: a replayed export is
-- no damage.
-- parameter: max_rejected_share, from the settings
WITH unpublished AS (
    SELECT run_id
    FROM runs
    WHERE started_at > coalesce((SELECT max(started_at) FROM runs WHERE status = 'published'), TIMESTAMP '1970-01-01')
),
counts AS (
    SELECT
        (SELECT coalesce(sum(
                conversation_count + survey_response_count + coalesce(device_event_count, 0)
                + coalesce(unchanged_count, 0) + coalesce(outdated_count, 0)
            ), 0) FROM batches SEMI JOIN unpublished USING (run_id)) AS read_count,
        (SELECT count(*) FROM rejections SEMI JOIN unpublished USING (run_id) 
            WHERE code NOT LIKE 'duplicate%' AND code NOT IN ('forgotten', 'expired'))
            AS rejected_count
)
SELECT read_count, rejected_count
FROM counts
WHERE rejected_count > $max_rejected_share * (read_count + rejected_count);
