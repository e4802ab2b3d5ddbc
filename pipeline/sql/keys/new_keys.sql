-- What a rotation makes of each stored key, for the statements that follow on the same connection.
-- The keys come as two texts, in the same order, with spaces between: DuckDB takes in a long list far more slowly.

CREATE OR REPLACE TEMP TABLE new_keys AS
SELECT unnest(string_split($old_keys, ' ')) AS old_key, unnest(string_split($new_keys, ' ')) AS new_key;

CREATE OR REPLACE TEMP MACRO new_key_of(stored) AS (SELECT new_key FROM new_keys WHERE old_key = stored);
