-- The rows of the Parquet file $path that match $pattern, each as one text with a line per column.
SELECT row_text
FROM (SELECT concat_ws(chr(10), *COLUMNS(*)) AS row_text FROM read_parquet($path))
WHERE regexp_matches(row_text, $pattern);
