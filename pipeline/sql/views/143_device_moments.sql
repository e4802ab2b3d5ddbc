-- The touchpoint of a code is looked up here and not stored: when the palvelupolku changes, the next night shows it.
CREATE OR REPLACE VIEW device_moments AS
WITH placed AS (
    SELECT code, arg_min(touchpoint, position) AS touchpoint, arg_min(stage, position) AS stage
    FROM (SELECT unnest(device_codes) AS code, touchpoint, stage, position FROM path_touchpoints)
    GROUP BY code
)
SELECT event_key, device_key, customer_key, device_events.code AS device_code, severity, message, stage, touchpoint,
    occurred_at, occurred_date
FROM device_events
LEFT JOIN placed ON placed.code = lower(device_events.code);
COMMENT ON VIEW device_moments IS 'What devices reported, on the palvelupolku: moments without a feeling.';
COMMENT ON COLUMN device_moments.event_key IS 'The event (device_events).';
COMMENT ON COLUMN device_moments.device_key IS 'Keyed hash of the device.';
COMMENT ON COLUMN device_moments.customer_key IS 'Keyed hash of the customer; NULL where the source does not say whose device it is.';
COMMENT ON COLUMN device_moments.device_code IS 'What the device calls it.';
COMMENT ON COLUMN device_moments.severity IS 'How serious the source calls it, in its own word.';
COMMENT ON COLUMN device_moments.message IS 'What the source says besides, masked.';
COMMENT ON COLUMN device_moments.stage IS 'Stage of that touchpoint.';
COMMENT ON COLUMN device_moments.touchpoint IS 'The first touchpoint of the palvelupolku whose rule for device_code names the code; NULL where none does.';
COMMENT ON COLUMN device_moments.occurred_at IS 'When, UTC.';
COMMENT ON COLUMN device_moments.occurred_date IS 'The day of that in the configured zone.';
