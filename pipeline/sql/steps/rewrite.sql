-- Every row of another database into this one, which holds no row but what `migrate` makes. $old is the other one's file.
-- Tables that others refer to come first.
DELETE FROM schema_versions;
DELETE FROM stop_words;
INSERT INTO schema_versions BY NAME FROM read_duckdb($old, table_name := 'schema_versions');
INSERT INTO stop_words BY NAME FROM read_duckdb($old, table_name := 'stop_words');
INSERT INTO runs BY NAME FROM read_duckdb($old, table_name := 'runs');
INSERT INTO source_files BY NAME FROM read_duckdb($old, table_name := 'source_files');
INSERT INTO batches BY NAME FROM read_duckdb($old, table_name := 'batches');
INSERT INTO rejections BY NAME FROM read_duckdb($old, table_name := 'rejections');
INSERT INTO conversations BY NAME FROM read_duckdb($old, table_name := 'conversations');
INSERT INTO conversation_parts BY NAME FROM read_duckdb($old, table_name := 'conversation_parts');
INSERT INTO conversation_touchpoints BY NAME FROM read_duckdb($old, table_name := 'conversation_touchpoints');
INSERT INTO utterances BY NAME FROM read_duckdb($old, table_name := 'utterances');
INSERT INTO utterance_scores BY NAME FROM read_duckdb($old, table_name := 'utterance_scores');
INSERT INTO utterance_readings BY NAME FROM read_duckdb($old, table_name := 'utterance_readings');
INSERT INTO part_readings BY NAME FROM read_duckdb($old, table_name := 'part_readings');
INSERT INTO mentions BY NAME FROM read_duckdb($old, table_name := 'mentions');
INSERT INTO earlier_scores BY NAME FROM read_duckdb($old, table_name := 'earlier_scores');
INSERT INTO earlier_readings BY NAME FROM read_duckdb($old, table_name := 'earlier_readings');
INSERT INTO path_stages BY NAME FROM read_duckdb($old, table_name := 'path_stages');
INSERT INTO path_touchpoints BY NAME FROM read_duckdb($old, table_name := 'path_touchpoints');
INSERT INTO path_contact_points BY NAME FROM read_duckdb($old, table_name := 'path_contact_points');
INSERT INTO drivers BY NAME FROM read_duckdb($old, table_name := 'drivers');
INSERT INTO survey_responses BY NAME FROM read_duckdb($old, table_name := 'survey_responses');
INSERT INTO device_events BY NAME FROM read_duckdb($old, table_name := 'device_events');
INSERT INTO verbatim_scores BY NAME FROM read_duckdb($old, table_name := 'verbatim_scores');
INSERT INTO secret_checks BY NAME FROM read_duckdb($old, table_name := 'secret_checks');
INSERT INTO tombstones BY NAME FROM read_duckdb($old, table_name := 'tombstones');
