"""What a connector is asked and what it yields: where to begin, and pages of records or files, in order."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pipeline.errors import PullError


@dataclass(frozen=True, slots=True)
class Start:
    """Where a pull begins."""

    moment: float
    """What changed since is asked for, in seconds since 1970, where there is no position."""
    until: float
    """When this pull began: what changes later is the next one's."""
    position: Mapping[str, Any] | None
    """Where the last pull ended or was cut off."""
    is_new: Callable[["Version"], bool]
    """Whether this version of a record has not been pulled yet."""


@dataclass(frozen=True, slots=True)
class Version:
    """A record as it was when it was pulled: its id, and what changes when it changes."""

    identity: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class DropFile:
    """A file of a drop: the name it gets here, and what writes its bytes; False where there is nothing new."""

    name: str
    fill: Callable[[BinaryIO], bool]


@dataclass(frozen=True, slots=True)
class Page:
    """What is written down at once, and where the next page begins."""

    position: dict[str, Any] | None
    """None: the next pull begins with a moment."""
    is_last: bool = False
    """Whether everything until `Start.until` is pulled with this page."""
    records: tuple[Mapping[str, Any], ...] = ()
    key: str = ""
    """Under which the source's own pages have their records; "" for an array."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What stands beside them in the source's own pages."""
    versions: tuple[Version, ...] = ()
    files: tuple[DropFile, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    """Counts of what was seen and not pulled, by reason."""


def members(answer: object, key: str, where: str, *, is_optional: bool = False) -> list[dict[str, Any]]:
    """The objects under a key that a page must have: one without it is no empty page but something else.

    Raises:
        PullError: the key holds something else, or is not there although it must be.
    """
    found = answer.get(key) if isinstance(answer, dict) else None
    if found is None and is_optional and isinstance(answer, dict):
        return []
    if not isinstance(found, list) or not all(isinstance(member, dict) for member in found):
        raise PullError(f"{where}: the answer has no list of {key}: is url in the settings the right one?")
    return found


def part(value: object, *keys: str) -> Any:
    """What stands under keys within keys; None where anything on the way is missing or of another type."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object) -> str:
    """A string or a whole number as text; anything else as none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def moment(value: object) -> float:
    """A number of seconds since 1970; 0 for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11 else 0.0
