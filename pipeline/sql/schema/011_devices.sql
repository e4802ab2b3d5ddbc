-- What devices report (IoT): moments beside the contacts, with no text that a model reads and no feeling. And by which codes
-- the palvelupolku places them.

CREATE TABLE device_events (
    event_key VARCHAR PRIMARY KEY,
    device_key VARCHAR NOT NULL,
    customer_key VARCHAR,
    code VARCHAR NOT NULL,
    severity VARCHAR,
    message VARCHAR,
    occurred_at TIMESTAMP NOT NULL,
    occurred_date DATE NOT NULL,
    source VARCHAR NOT NULL,
    content_key VARCHAR NOT NULL,
    batch_id VARCHAR NOT NULL
);
COMMENT ON TABLE device_events IS 'What customers'' devices reported: signs of need. Nobody said or felt anything in it, so that no event ever has a score.';
COMMENT ON COLUMN device_events.event_key IS 'Keyed hash of system, device, code and time: what is reported with the same ones is the same event.';
COMMENT ON COLUMN device_events.device_key IS 'Keyed hash of the device''s id: the same device, the same key.';
COMMENT ON COLUMN device_events.customer_key IS 'Keyed hash of the customer''s id: joins conversations.customer_key. NULL where the source does not say whose device it is.';
COMMENT ON COLUMN device_events.code IS 'What the device calls it, masked as an id is.';
COMMENT ON COLUMN device_events.severity IS 'How serious the source calls it, in its own word; NULL where it does not say.';
COMMENT ON COLUMN device_events.message IS 'What the source says besides, masked; NULL for nothing.';
COMMENT ON COLUMN device_events.occurred_at IS 'When, UTC.';
COMMENT ON COLUMN device_events.occurred_date IS 'The day of that in the configured zone.';
COMMENT ON COLUMN device_events.source IS 'The system that it comes from.';
COMMENT ON COLUMN device_events.content_key IS 'Keyed hash of the event as delivered: tells an edited one from the same again.';
COMMENT ON COLUMN device_events.batch_id IS 'The batch that wrote the row.';

ALTER TABLE batches ADD COLUMN device_event_count INTEGER;
COMMENT ON COLUMN batches.device_event_count IS 'Device events written from it: new and replaced ones. NULL: loaded before version 011.';

ALTER TABLE path_touchpoints ADD COLUMN device_codes VARCHAR[];
COMMENT ON COLUMN path_touchpoints.device_codes IS 'Codes of devices that belong to it, in lower case, as its rule for device_code says.';
