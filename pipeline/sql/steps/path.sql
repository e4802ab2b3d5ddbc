-- The palvelupolku and the drivers in use, $rows as `path_tables.rows_of` makes them, in place of those before.
CREATE OR REPLACE TEMP TABLE path_rows AS
SELECT from_json($rows::JSON, '{
    "path_stages": [{"stage": "VARCHAR", "path": "VARCHAR", "position": "INTEGER", "name": "VARCHAR"}],
    "path_touchpoints": [{"touchpoint": "VARCHAR", "stage": "VARCHAR", "position": "INTEGER", "name": "VARCHAR",
        "device_codes": ["VARCHAR"]}],
    "path_contact_points": [{"contact_point": "VARCHAR", "position": "INTEGER", "name": "VARCHAR", "kind": "VARCHAR",
        "side": "VARCHAR", "provider": "VARCHAR", "touchpoints": ["VARCHAR"]}],
    "drivers": [{"driver": "VARCHAR", "position": "INTEGER", "name": "VARCHAR", "description": "VARCHAR"}]
}') AS rows;

DELETE FROM path_stages;
INSERT INTO path_stages BY NAME SELECT unnest(entry) FROM (SELECT unnest(rows.path_stages) AS entry FROM path_rows);
DELETE FROM path_touchpoints;
INSERT INTO path_touchpoints BY NAME
SELECT unnest(entry) FROM (SELECT unnest(rows.path_touchpoints) AS entry FROM path_rows);
DELETE FROM path_contact_points;
INSERT INTO path_contact_points BY NAME
SELECT unnest(entry) FROM (SELECT unnest(rows.path_contact_points) AS entry FROM path_rows);
DELETE FROM drivers;
INSERT INTO drivers BY NAME SELECT unnest(entry) FROM (SELECT unnest(rows.drivers) AS entry FROM path_rows);
DROP TABLE path_rows;
