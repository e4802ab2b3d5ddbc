"""An empty, migrated database with one run that the rows may name."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from tests.store.rows import add_run


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrating takes a tenth of a second, copying the result nothing."""
    path = tmp_path_factory.mktemp("store") / "migrated.duckdb"
    with store.opened(path) as connection:
        store.migrate(connection)
        add_run(connection, "run")
    return path


@pytest.fixture
def connection(migrated: Path, tmp_path: Path) -> Iterator[DuckDBPyConnection]:
    with store.opened(Path(shutil.copy(migrated, tmp_path))) as connection:
        yield connection
