"""The palvelupolku and the drivers in use, as tables: what views and analysts join for names and kinds.

They hold what the settings name and nothing else. What is stored keeps the ids that it was read with, also those that
the path no longer names, until it is read again: whoever joins these tables keeps the rows that find nothing.
"""

import json
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.touchpoints import Taxonomies

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEVICE_CODE = "device_code"
"""The field of `metadata` rules that names codes of devices; a touchpoint that is limited to channels has none."""


def fill(connection: "DuckDBPyConnection", taxonomies: Taxonomies) -> None:
    """Let the tables hold these, and no others."""
    with store.transaction(connection):
        parameters = {"rows": json.dumps(rows_of(taxonomies))}
        store.execute_script(connection, store.SQL / "steps" / "path.sql", parameters)


def hold(connection: "DuckDBPyConnection", taxonomies: Taxonomies) -> bool:
    """Whether the tables hold just these.

    Raises:
        StoreError: the database is none of ours.
    """
    ((stored,),) = store.select(connection, "steps/stored_path")
    return bool(json.loads(stored) == rows_of(taxonomies))


def rows_of(taxonomies: Taxonomies) -> dict[str, list[dict[str, Any]]]:
    """Table → its rows in order."""
    path = taxonomies.path
    return {
        "path_stages": [
            {"stage": stage.id, "path": path.name, "position": position, "name": stage.name}
            for position, stage in enumerate(path.stages)
        ],
        "path_touchpoints": [
            {
                "touchpoint": moment.id,
                "stage": moment.stage,
                "position": position,
                "name": moment.name,
                "device_codes": [] if moment.channels else sorted(moment.metadata.get(DEVICE_CODE, ())),
            }
            for position, moment in enumerate(path.touchpoints)
        ],
        "path_contact_points": [
            {
                "contact_point": point.id,
                "position": position,
                "name": point.name,
                "kind": point.kind,
                "side": point.side,
                "provider": point.provider,
                "touchpoints": list(point.touchpoints),
            }
            for position, point in enumerate(path.contact_points)
        ],
        "drivers": [
            {"driver": driver.id, "position": position, "name": driver.name, "description": driver.description}
            for position, driver in enumerate(taxonomies.drivers)
        ],
    }
