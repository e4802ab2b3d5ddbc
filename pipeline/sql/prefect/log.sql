-- Prefect's own database, in SQLite: `holds` is the search for the ids of a forgotten person.
DELETE FROM log WHERE holds(name) OR holds(message);
