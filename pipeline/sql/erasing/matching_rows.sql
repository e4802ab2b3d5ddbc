-- The rows of $table that match $pattern, each as one text with a line per column.
SELECT row_text
FROM (SELECT concat_ws(chr(10), *COLUMNS(*)) AS row_text FROM query_table($table))
WHERE regexp_matches(row_text, $pattern);
