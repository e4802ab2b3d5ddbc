"""Values of JSON as the type that a reader hopes for: a wrong type is as good as nothing."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any


def text(value: object) -> str:
    """A string or a number as text; anything else as none."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def number(value: object) -> float | None:
    """A finite number, also one that stands in a string."""
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and isfinite(found) else None


def mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[Any]:
    """An array, or an empty one."""
    return value if isinstance(value, list) else []
