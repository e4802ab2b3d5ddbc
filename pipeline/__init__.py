"""Tunnepolku: Finnish customer feedback in, touchpoint emotions beside NPS out."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def connect(path: Path | str | None = None) -> "DuckDBPyConnection":
    """A read-only connection to the published database, for notebooks and scripts.

    Args:
        path: another DuckDB file; default: `paths.published` of the settings.

    Raises:
        StoreError: nothing has been published yet.
    """
    from pipeline.config import load_config
    from pipeline.store import open_published

    return open_published(Path(path) if path else load_config().paths.published)
