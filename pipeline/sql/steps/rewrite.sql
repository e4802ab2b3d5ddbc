-- Every row of another database into this one, which holds no row but what `migrate` makes. `old` is the other one, attached.
-- Tables that others refer to come first.
DELETE FROM schema_versions;
DELETE FROM stop_words;
INSERT INTO schema_versions BY NAME FROM old.schema_versions;
INSERT INTO stop_words BY NAME FROM old.stop_words;
INSERT INTO runs BY NAME FROM old.runs;
INSERT INTO source_files BY NAME FROM old.source_files;
INSERT INTO batches BY NAME FROM old.batches;
INSERT INTO rejections BY NAME FROM old.rejections;
INSERT INTO conversations BY NAME FROM old.conversations;
INSERT INTO conversation_parts BY NAME FROM old.conversation_parts;
INSERT INTO conversation_touchpoints BY NAME FROM old.conversation_touchpoints;
INSERT INTO utterances BY NAME FROM old.utterances;
INSERT INTO utterance_scores BY NAME FROM old.utterance_scores;
INSERT INTO utterance_readings BY NAME FROM old.utterance_readings;
INSERT INTO part_readings BY NAME FROM old.part_readings;
INSERT INTO mentions BY NAME FROM old.mentions;
INSERT INTO earlier_scores BY NAME FROM old.earlier_scores;
INSERT INTO earlier_readings BY NAME FROM old.earlier_readings;
INSERT INTO path_stages BY NAME FROM old.path_stages;
INSERT INTO path_touchpoints BY NAME FROM old.path_touchpoints;
INSERT INTO path_contact_points BY NAME FROM old.path_contact_points;
INSERT INTO drivers BY NAME FROM old.drivers;
INSERT INTO survey_responses BY NAME FROM old.survey_responses;
INSERT INTO device_events BY NAME FROM old.device_events;
INSERT INTO verbatim_scores BY NAME FROM old.verbatim_scores;
INSERT INTO secret_checks BY NAME FROM old.secret_checks;
INSERT INTO tombstones BY NAME FROM old.tombstones;
