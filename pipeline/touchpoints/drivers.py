"""The drivers: what customers want of a service every day (ease, a low price, friendliness …), and words that name it.

`pipeline/drivers.toml` explains the keys and holds those that ship.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.touchpoints.palvelupolku import NAMED_BY, Naming, naming_of
from pipeline.touchpoints.problems import Key, Problem, Table, find_problems, load_checked


@dataclass(frozen=True, slots=True)
class Driver:
    """One thing that customers want; naming it says nothing of whether they got it: that the feeling tells."""

    id: str
    name: str
    description: str
    naming: Naming


_DRIVER = {
    "id": Key("id", is_needed=True),
    "name": Key("text", is_needed=True),
    "description": Key("text", is_needed=True),
    **NAMED_BY,
}
_TABLES = {"drivers": Table(_DRIVER, is_needed=True)}


def driver_problems(path: Path) -> list[Problem]:
    """All that is wrong with a file that should describe drivers; empty where it does.

    Raises:
        ConfigError: there is no such file.
    """
    return find_problems(path, "touchpoints.drivers", {}, _TABLES)


@cache
def load_drivers(path: Path) -> tuple[Driver, ...]:
    """The drivers that a TOML file describes, in its order.

    Raises:
        ConfigError: the file is missing or describes none; the message holds the first problem and their number.
    """
    content = load_checked(path, driver_problems(path), "file of drivers", "drivers")
    return tuple(
        Driver(entry["id"], entry["name"], entry["description"], naming_of(entry)) for entry in content["drivers"]
    )
