-- Prefect's own database, in SQLite: `holds` is the search for the ids of a forgotten person.
DELETE FROM artifact_collection WHERE holds(key) OR holds(data) OR holds(metadata_) OR holds(description);
