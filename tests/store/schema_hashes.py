"""The SHA-256 of each schema file. `python -m tests.store.schema_hashes` writes them down, once a new file is final."""

import json
from hashlib import sha256
from pathlib import Path

from pipeline import store

HASHES = Path(__file__).with_suffix(".json")


def current() -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted((store.SQL / "schema").glob("*.sql"))}


if __name__ == "__main__":
    HASHES.write_text(json.dumps(current(), indent=2) + "\n", encoding="utf-8")
    print(f"Wrote {HASHES.name}: commit it with the schema file it is about.")
