-- description: Of the records read since the last published night, at most sources.max_rejected_share were left out.
-- Duplicates do not count, nor do the forgotten and the expired: a replayed export is no damage.
-- parameter: max_rejected_share, from the settings
WITH unpublished AS (
    SELECT run_id
    FROM runs
    WHERE started_at > coalesce((SELECT max(started_at) FROM runs WHERE status = 'published'), TIMESTAMP '1970-01-01')
),
counts AS (
    SELECT
        (SELECT coalesce(sum(conversation_count + survey_response_count), 0) FROM batches SEMI JOIN unpublished USING (run_id))
            AS stored_count,
        (SELECT count(*) FROM rejections SEMI JOIN unpublished USING (run_id) 
            WHERE code NOT LIKE 'duplicate%' AND code NOT IN ('forgotten', 'expired'))
            AS rejected_count
)
SELECT stored_count, rejected_count
FROM counts
WHERE rejected_count > $max_rejected_share * (stored_count + rejected_count);
