-- The devices of the customers whose keyed hashes are $keys.
SELECT DISTINCT device_key FROM device_events WHERE customer_key IN (SELECT unnest($keys)) ORDER BY device_key;
