-- Which of the ids of $pattern stand in $table as a part of something else.
SELECT DISTINCT unnest(regexp_extract_all(concat_ws(chr(10), *COLUMNS(*)), $pattern)) FROM query_table($table);
