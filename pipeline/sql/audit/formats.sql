-- The formats of the files that have been read.
SELECT format, count(*) AS file_count
FROM source_files
WHERE format IS NOT NULL
GROUP BY format
ORDER BY format;
