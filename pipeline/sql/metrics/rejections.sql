-- description: What was left out, from which file and why.
-- grain: file and code
-- unit: records
-- people: none (names of files and places in them, for the person on duty)
SELECT file_name, code, count(*) AS rejection_count, min(position) AS example_position, date_trunc('second', max(rejected_at)) AS last_rejected_at
FROM rejections
GROUP BY file_name, code
ORDER BY rejection_count DESC, file_name, code;
