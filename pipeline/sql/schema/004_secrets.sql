-- Which secret the stored keys were made with, so that a night with another one stops before it cuts every customer in two.

CREATE TABLE secret_checks (
    fingerprint VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL
);
COMMENT ON TABLE secret_checks IS 'One row: the secret that every stored keyed hash was made with.';
COMMENT ON COLUMN secret_checks.fingerprint IS 'Keyed hash of a constant: tells one secret from another and gives neither away.';
COMMENT ON COLUMN secret_checks.since IS 'When it came into use here, UTC: the first night that noted it, or the last rotation.';

COMMENT ON TABLE runs IS 'One row per night or backfill that had something to do, and per rotation of the secret.';
COMMENT ON COLUMN conversations.conversation_id IS 'The source system''s own id; its keyed hash where it holds something personal, or looks like a keyed hash itself.';
COMMENT ON COLUMN survey_responses.response_id IS 'The survey system''s id; its keyed hash where it holds something personal, or looks like a keyed hash itself; where there is none, a keyed hash of the row.';
COMMENT ON COLUMN conversations.customer_key IS 'Keyed hash (HMAC-SHA256) of the customer''s id: the same person, the same key, until the secret is rotated; no way back without the secret.';
