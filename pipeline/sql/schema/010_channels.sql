-- Two channels more, in_person and social. DuckDB cannot change a CHECK, so that the table is made anew: by way of a temporary
-- one under its own name, which no log has to replay.

CREATE TEMP TABLE kept AS FROM conversations;
DROP TABLE conversations;
CREATE TABLE conversations (
    conversation_id VARCHAR PRIMARY KEY,
    channel VARCHAR NOT NULL CHECK (channel IN ('chat', 'call', 'email', 'in_person', 'social', 'survey')),
    language VARCHAR NOT NULL,
    queue VARCHAR,
    started_at TIMESTAMP,
    started_date DATE,
    customer_key VARCHAR,
    batch_id VARCHAR NOT NULL,
    detected_language VARCHAR NOT NULL DEFAULT 'fi',
    special_categories VARCHAR[],
    source VARCHAR,
    source_id VARCHAR,
    has_own_id BOOLEAN,
    changed_at TIMESTAMP,
    role_confidence DOUBLE,
    role_warnings VARCHAR[],
    metadata JSON
);
INSERT INTO conversations BY NAME FROM kept;
DROP TABLE kept;
COMMENT ON TABLE conversations IS 'One contact between a customer and the company.';
COMMENT ON COLUMN conversations.conversation_id IS 'The source system''s own id; with the system before it (zendesk:4711) where another system''s conversation had that id first; a keyed hash where the id holds something personal or looks like one; without an id, the file''s name, or a keyed hash where that is taken.';
COMMENT ON COLUMN conversations.channel IS 'chat, call, email, in_person (a note of a visit, written by staff or said by the customer) or social (social media).';
COMMENT ON COLUMN conversations.language IS 'ISO 639-1 code from the source; fi where it names none.';
COMMENT ON COLUMN conversations.queue IS 'Queue or department, masked.';
COMMENT ON COLUMN conversations.started_at IS 'Start, UTC; NULL where the source has no clock.';
COMMENT ON COLUMN conversations.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN conversations.customer_key IS 'Keyed hash (HMAC-SHA256) of the customer''s id: the same person, the same key, until the secret is rotated; no way back without the secret.';
COMMENT ON COLUMN conversations.batch_id IS 'The batch that last wrote the row.';
COMMENT ON COLUMN conversations.detected_language IS 'Language that most of it is in: fi, sv, en, et, ru or other, told from its words; language is what the source says.';
COMMENT ON COLUMN conversations.special_categories IS 'Hints in its words: health, union, religion, other (conviction, ethnicity, sexuality, crimes); empty for none.';
COMMENT ON COLUMN conversations.source IS 'The system that it comes from, whose id it is; NULL: stored before version 007 from a file that is no longer known.';
COMMENT ON COLUMN conversations.source_id IS 'The id in that system, as it may be stored: what surveys name. Only together with source it is one conversation.';
COMMENT ON COLUMN conversations.has_own_id IS 'Whether the source gives the id; else it is the name of the file, and only the same content is the same conversation.';
COMMENT ON COLUMN conversations.changed_at IS 'When the source last changed it, UTC; NULL where it does not say.';
COMMENT ON COLUMN conversations.role_confidence IS 'How sure the inferred speaker roles are, 0-1; NULL where the source says who is who.';
COMMENT ON COLUMN conversations.role_warnings IS 'What makes the speakers doubtful: mono_as_stereo (one recording on both sides), mixed_turns (two people in one turn), one_speaker; empty for none, NULL: stored before version 007.';
COMMENT ON COLUMN conversations.metadata IS 'What else the source tells (department, tags, contact reason), as its fields are called, masked: an object of short strings that rules of the palvelupolku look at; NULL for nothing.';
