-- What remains of a person who was forgotten: that a record of theirs is not to be stored again. And what becomes of texts
-- whose retention has passed.

CREATE TABLE tombstones (
    tombstone VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL
        CHECK (kind IN ('tombstone-customer', 'tombstone-conversation', 'tombstone-response', 'tombstone-key')),
    forgotten_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE tombstones IS 'Keyed hashes of the ids of forgotten customers, their conversations and answers: a record with one of them is left out when it is read again.';
COMMENT ON COLUMN tombstones.tombstone IS 'Keyed hash of a kind of its own: it joins with no other column.';
COMMENT ON COLUMN tombstones.kind IS 'What was hashed: tombstone-customer, tombstone-conversation, tombstone-response: the source''s id; tombstone-key: a keyed hash that is stored in its place.';
COMMENT ON COLUMN tombstones.forgotten_at IS 'When the person was first forgotten, UTC.';

COMMENT ON COLUMN utterances.text IS 'Masked text: [PERSON], [PHONE] … stand for what was personal. Empty once the retention of texts has passed.';
COMMENT ON COLUMN utterances.tokens IS 'Tokens with lemma, universal part of speech (UPOS), standard spelling, disfluency and sentence; the view tokens has a row for each. None once the retention of texts has passed.';
COMMENT ON COLUMN survey_responses.verbatim IS 'Open answer, masked. Empty once the retention of verbatims has passed; NULL where there was none.';
COMMENT ON COLUMN rejections.position IS 'Where in the file: a line, a row, a conversation, or the file itself; - where that would point back at a forgotten person.';
