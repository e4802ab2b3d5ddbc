"""`share`."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipeline.sharing import Table


def share(options: argparse.Namespace) -> None:
    """Write the metrics that may leave the house into a new folder, or check such a folder."""
    from pipeline import store
    from pipeline.config import load_config
    from pipeline.sharing import Share, check_share, write_share

    config = load_config()
    floor = config.privacy.min_group
    with store.opened(options.database or config.paths.published, read_only=True) as connection:
        run = store.last_run(connection)
        if run is None:
            raise StoreError("The database tells of no night: run `tunnepolku run` first.")
        folder: Path = options.folder or config.paths.exports / run[0]

        def approve(finished: Path) -> list[str]:
            return check_share(finished, connection, floor)

        if options.check:
            print(f"No group under {floor} people can be seen or computed in {folder}: {', '.join(approve(folder))}.")
            return
        tables = _tables(connection, options.metric or [], floor)
        write_share(tables, folder, Share(run[0], floor, datetime.now(config.time.zone).date()), approve)
    print(f"Written: {folder} ({', '.join(tables)}). Figures of fewer than {floor} people are hidden in it.")


def _tables(connection: "DuckDBPyConnection", names: Sequence[str], floor: int) -> "dict[str, Table]":
    """The tables by these names, or all; what is hidden in one does not depend on which others leave with it."""
    from pipeline.sharing import hide_linked, read_table, shareable

    tables = {name: read_table(connection, name) for name in dict.fromkeys([*names, *shareable()])}
    return {name: table for name, table in hide_linked(tables, floor).items() if not names or name in names}
