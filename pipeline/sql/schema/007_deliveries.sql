-- Conversations and answers that are delivered again: whose they are (the system and its id), which delivery is the newer,
-- and of which parts a conversation was put together. Rows stored before keep their ids; their system is the format of their
-- file where that is known, and as nothing tells their content, the next delivery of the same record replaces them.

-- No DEFAULT and no NOT NULL: DuckDB refuses to commit another ALTER of the table after one of those, or an UPDATE.

ALTER TABLE conversations ADD COLUMN source VARCHAR;
ALTER TABLE conversations ADD COLUMN source_id VARCHAR;
ALTER TABLE conversations ADD COLUMN has_own_id BOOLEAN;
ALTER TABLE conversations ADD COLUMN changed_at TIMESTAMP;
ALTER TABLE conversations ADD COLUMN role_confidence DOUBLE;
ALTER TABLE conversations ADD COLUMN role_warnings VARCHAR[];
COMMENT ON COLUMN conversations.conversation_id IS 'The source system''s own id; with the system before it (zendesk:4711) where another system''s conversation had that id first; a keyed hash where the id holds something personal or looks like one; without an id, the file''s name, or a keyed hash where that is taken.';
COMMENT ON COLUMN conversations.source IS 'The system that it comes from, whose id it is; NULL: stored before version 007 from a file that is no longer known.';
COMMENT ON COLUMN conversations.source_id IS 'The id in that system, as it may be stored: what surveys name. Only together with source it is one conversation.';
COMMENT ON COLUMN conversations.has_own_id IS 'Whether the source gives the id; else it is the name of the file, and only the same content is the same conversation.';
COMMENT ON COLUMN conversations.changed_at IS 'When the source last changed it, UTC; NULL where it does not say.';
COMMENT ON COLUMN conversations.role_confidence IS 'How sure the inferred speaker roles are, 0-1; NULL where the source says who is who.';
COMMENT ON COLUMN conversations.role_warnings IS 'What makes the speakers doubtful: mono_as_stereo (one recording on both sides), mixed_turns (two people in one turn), one_speaker; empty for none, NULL: stored before version 007.';
COMMENT ON COLUMN conversations.batch_id IS 'The batch that last wrote the row.';

ALTER TABLE survey_responses ADD COLUMN source VARCHAR;
ALTER TABLE survey_responses ADD COLUMN source_id VARCHAR;
ALTER TABLE survey_responses ADD COLUMN source_conversation_id VARCHAR;
ALTER TABLE survey_responses ADD COLUMN content_key VARCHAR;
ALTER TABLE survey_responses ADD COLUMN changed_at TIMESTAMP;
ALTER TABLE survey_responses ADD COLUMN metadata JSON;
COMMENT ON COLUMN survey_responses.response_id IS 'The survey system''s id; with the system before it where another system''s answer had that id first; its keyed hash where it holds something personal, or looks like a keyed hash itself; where there is none, a keyed hash of the row.';
COMMENT ON COLUMN survey_responses.conversation_id IS 'The conversation the survey was sent after, where known; it may not be stored here. Of several systems'' conversations of that id the one of the answer''s own system; NULL where none is.';
COMMENT ON COLUMN survey_responses.source IS 'The system that it comes from, whose id it is; NULL: stored before version 007 from a file that is no longer known.';
COMMENT ON COLUMN survey_responses.source_id IS 'The id in that system, as it may be stored.';
COMMENT ON COLUMN survey_responses.source_conversation_id IS 'The id of the conversation as the survey names it: some conversations.source_id.';
COMMENT ON COLUMN survey_responses.content_key IS 'Keyed hash of the answer as delivered: tells an edited one from the same again. NULL: stored before version 007.';
COMMENT ON COLUMN survey_responses.changed_at IS 'When it was last changed at the source, UTC; NULL where it does not say.';
COMMENT ON COLUMN survey_responses.metadata IS 'What else the survey tells (channel, drivers, weights), as its columns are called, masked: an object of short strings; NULL for nothing.';

ALTER TABLE batches ADD COLUMN stored_count INTEGER;
ALTER TABLE batches ADD COLUMN unchanged_count INTEGER;
ALTER TABLE batches ADD COLUMN replaced_count INTEGER;
ALTER TABLE batches ADD COLUMN merged_count INTEGER;
ALTER TABLE batches ADD COLUMN outdated_count INTEGER;
COMMENT ON COLUMN batches.conversation_count IS 'Conversations written from it: new, replaced and merged ones.';
COMMENT ON COLUMN batches.utterance_count IS 'Utterances written from it.';
COMMENT ON COLUMN batches.survey_response_count IS 'Survey answers written from it: new and replaced ones.';
COMMENT ON COLUMN batches.rejection_count IS 'Records left out of it because they cannot be read or may not be stored.';
COMMENT ON COLUMN batches.stored_count IS 'Conversations and answers of it that were new. NULL in this and the four below: loaded before version 007.';
COMMENT ON COLUMN batches.unchanged_count IS 'Conversations and answers that are stored already as they are: left out.';
COMMENT ON COLUMN batches.replaced_count IS 'Newer versions, which took the place of the stored ones; in a backfill, records read again.';
COMMENT ON COLUMN batches.merged_count IS 'Further parts of stored conversations.';
COMMENT ON COLUMN batches.outdated_count IS 'Older versions of what is stored: left out.';

ALTER TABLE source_files ADD COLUMN stored_count INTEGER;
ALTER TABLE source_files ADD COLUMN unchanged_count INTEGER;
ALTER TABLE source_files ADD COLUMN replaced_count INTEGER;
ALTER TABLE source_files ADD COLUMN merged_count INTEGER;
ALTER TABLE source_files ADD COLUMN outdated_count INTEGER;
COMMENT ON COLUMN source_files.stored_count IS 'Conversations and answers that were new when the file was read. NULL in this and the four below: read before version 007.';
COMMENT ON COLUMN source_files.unchanged_count IS 'Conversations and answers that were stored already as they are.';
COMMENT ON COLUMN source_files.replaced_count IS 'Newer versions, which took the place of the stored ones.';
COMMENT ON COLUMN source_files.merged_count IS 'Further parts of stored conversations.';
COMMENT ON COLUMN source_files.outdated_count IS 'Older versions of what was stored: left out.';

CREATE TABLE conversation_parts (
    conversation_id VARCHAR NOT NULL,
    first_utterance_index INTEGER NOT NULL,
    utterance_count INTEGER NOT NULL,
    content_key VARCHAR,
    began_at TIMESTAMP,
    ended_at TIMESTAMP,
    changed_at TIMESTAMP,
    role_confidence DOUBLE,
    ignored MAP(VARCHAR, INTEGER),
    batch_id VARCHAR NOT NULL,
    PRIMARY KEY (conversation_id, first_utterance_index)
);
COMMENT ON TABLE conversation_parts IS 'The deliveries that a conversation was put together from: one row for most, several where an export was cut into pages or days.';
COMMENT ON COLUMN conversation_parts.conversation_id IS 'The conversation.';
COMMENT ON COLUMN conversation_parts.first_utterance_index IS 'The first utterance of the part.';
COMMENT ON COLUMN conversation_parts.utterance_count IS 'How many there are.';
COMMENT ON COLUMN conversation_parts.content_key IS 'Keyed hash of the part as delivered: tells another version from the same again. NULL: stored before version 007.';
COMMENT ON COLUMN conversation_parts.began_at IS 'When its first turn began, UTC; NULL where not every turn has a time.';
COMMENT ON COLUMN conversation_parts.ended_at IS 'When its last turn began, UTC; NULL where not every turn has a time.';
COMMENT ON COLUMN conversation_parts.changed_at IS 'When the source last changed it, UTC; NULL where it does not say.';
COMMENT ON COLUMN conversation_parts.role_confidence IS 'How sure the inferred speaker roles of the part are, 0-1; NULL where the source says who is who.';
COMMENT ON COLUMN conversation_parts.ignored IS 'What the source holds besides what was said, by kind (note, event, typing, empty), and how much of it; the view ignored_items has a row for each. NULL: stored before version 007.';
COMMENT ON COLUMN conversation_parts.batch_id IS 'The batch that wrote it: the file that it came from.';

UPDATE conversations SET source_id = conversation_id, has_own_id = true, source = (
    SELECT format FROM batches JOIN source_files USING (file_sha256) WHERE batches.batch_id = conversations.batch_id
);
UPDATE survey_responses SET source_id = response_id, source_conversation_id = conversation_id, source = (
    SELECT format FROM batches JOIN source_files USING (file_sha256) WHERE batches.batch_id = survey_responses.batch_id
);
INSERT INTO conversation_parts BY NAME
SELECT conversation_id, 0 AS first_utterance_index, count(*) AS utterance_count,
    CASE WHEN count(seconds) = count(*) THEN any_value(started_at) + to_microseconds((min(seconds) * 1e6)::BIGINT) END AS began_at,
    CASE WHEN count(seconds) = count(*) THEN any_value(started_at) + to_microseconds((max(seconds) * 1e6)::BIGINT) END AS ended_at,
    any_value(batch_id) AS batch_id
FROM conversations
JOIN utterances USING (conversation_id)
GROUP BY conversation_id;
