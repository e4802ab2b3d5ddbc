-- How many rows of $table match $pattern.
SELECT count(*) FROM query_table($table) WHERE regexp_matches(concat_ws(chr(10), *COLUMNS(*)), $pattern);
