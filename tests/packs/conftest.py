"""The empty, migrated database of the tests of the store."""

from tests.store.conftest import connection, migrated

__all__ = ["connection", "migrated"]
