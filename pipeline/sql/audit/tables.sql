-- What is stored: each table with its columns.
SELECT table_name, list(column_name ORDER BY column_index) AS columns
FROM duckdb_columns()
WHERE table_name IN (SELECT table_name FROM duckdb_tables())
GROUP BY table_name
ORDER BY table_name;
