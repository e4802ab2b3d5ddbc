"""The empty, migrated database of the store's tests."""

from tests.store.conftest import connection, migrated

__all__ = ["connection", "migrated"]
