"""What a vendor's JSON holds, whatever it holds: small typed looks that take a wrong type for nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from pipeline.errors import RecordError
from pipeline.sources.head import ITEM, Head

MAX_WHOLE_NUMBER = 10**18
"""Larger numbers are neither ids nor ratings, and Python refuses to write those of thousands of digits."""


def text(value: object) -> str:
    """A string as it is and a number as it is written; anything else as ""."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_WHOLE_NUMBER:
        return str(value)
    return value if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A finite number, also one that is written as a string; anything else as none."""
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def mapping(value: object) -> Mapping[str, Any]:
    """An object; anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """An array; anything else as an empty one."""
    return value if isinstance(value, list) else []


def clock(value: object, per_second: int = 1) -> str:
    """A time as ISO 8601: one that counts from 1970 in UTC, one that is written as it is, none (and 0 or less) as "".

    Args:
        value: the time.
        per_second: how many of its units a second has: 1000 for milliseconds.
    """
    moment = number(value)
    if moment is None:
        return text(value)
    if moment <= 0:
        return ""
    try:
        return datetime.fromtimestamp(moment / per_second, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return "outside the calendar"  # which `canonical` rejects as a time


def joined(values: object, key: str = "") -> str:
    """Tags as one string, by `key` where they are objects."""
    return ", ".join(filter(None, (text(mapping(value).get(key) if key else value) for value in sequence(values))))


def sorted_out(
    items: object, kind: Callable[[Mapping[str, Any]], str], turn: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """The `turns` and `ignored` of a conversation: `kind` names what is no turn (`note`, `event`), "" what is one."""
    turns, ignored = [], Counter[str]()
    for item in map(mapping, sequence(items)):
        if name := kind(item):
            ignored[name] += 1
        else:
            turns.append(turn(item))
    return {"turns": turns, "ignored": ignored}


def holds(head: Head, keys: Sequence[str], under: Sequence[str] = ()) -> bool:
    """Whether records with all these keys (dotted paths) start here: alone, in an array, or in one under such a key."""
    places = ("", f"{ITEM}.", *(f"{key}.{ITEM}." for key in under))
    return any(head.json_paths.issuperset(f"{place}{key}" for key in keys) for place in places)


def gathered(
    found: Iterable[tuple[str, Mapping[str, Any]] | RecordError], conversation_id: Callable[[Mapping[str, Any]], str]
) -> Iterator[tuple[str, dict[str, Any]] | RecordError]:
    """Messages that are records of their own, as conversations: their `conversation_id` and `messages`.

    What cannot be read and what names no conversation comes first, then each where its first message stands.
    """
    conversations: dict[str, tuple[str, dict[str, Any]]] = {}
    for item in found:
        if isinstance(item, RecordError):
            yield item
            continue
        position, message = item
        if name := conversation_id(message).strip():
            conversations.setdefault(name, (position, {"conversation_id": name, "messages": []}))[1]["messages"].append(
                message
            )
        else:
            yield RecordError(position, "missing_conversation_id")
    yield from conversations.values()
