"""JSON files of any size: small ones are read whole, large ones a record at a time in a bounded window.

The window is a record: an array of conversations may be larger than memory, one conversation may not.
"""

import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, BinaryIO

from pipeline.errors import RecordError, SourceError
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import NOT_UTF8, head_of

WHOLE_BYTES = 32 * 2**20
"""Up to this size a file is read whole: Python's own parser takes NaN and huge numbers, which some exports hold."""
MAX_RECORD_BYTES = 128 * 2**20
"""The longest line of JSON Lines that is read."""
MAX_EVENTS = 2_000_000
"""So many keys and values may one record of a large file have; a day of calls has a hundredth of that."""
MAX_DEPTH = 64
"""No export nests deeper; what does is an attack on the parser."""
ITEM = "item"
"""The name of an array's members in a path."""


def paths_of(text: str) -> frozenset[str]:
    """The keys of JSON as dotted paths: `turns.item.role`; of JSON that is cut off, those before the cut."""
    import ijson

    found: set[str] = set()
    path: list[str] = []
    try:
        for event, value in ijson.basic_parse(BytesIO(text.encode(errors="replace")), multiple_values=True):
            if event == "map_key":
                path[-1] = value
                found.add(".".join(path))
            elif event.startswith("start"):
                path.append(ITEM if event == "start_array" else "")
                if len(path) > MAX_DEPTH:
                    break
            elif event.startswith("end"):
                path.pop()
    except ijson.JSONError:
        pass
    return frozenset(found)


def json_records(file: SourceFile, under: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, Any]] | RecordError]:
    """The objects of a JSON file, each with its position: of an array, of JSON Lines, or the one object that it is.

    Args:
        file: the file.
        under: keys under which an export may keep its records as an array (`conversations`); the first that is there
            counts. An object without any of them is a record itself.

    Raises:
        SourceError: the file is not UTF-8, or cut off or no JSON as a whole.
    """
    head = head_of(file)
    if head.is_json_lines and not under:
        yield from _lines(file)
        return
    with file.open() as opened:
        content = opened.read(WHOLE_BYTES + 1)
        records = _whole(content, under, file) if len(content) <= WHOLE_BYTES else _streamed(file, head, under)
        for number, record in enumerate(records, start=1):
            is_object = isinstance(record, dict)
            yield (f"record {number}", record) if is_object else RecordError(f"record {number}", "not_an_object")


def _lines(file: SourceFile) -> Iterator[tuple[str, dict[str, Any]] | RecordError]:
    with file.open() as opened:
        number = 0
        while line := opened.readline(MAX_RECORD_BYTES):
            number += 1
            position = f"line {number}"
            if len(line) == MAX_RECORD_BYTES and not line.endswith(b"\n"):
                raise SourceError(f"{file.name} holds a line of over 128 MB: split it.", code="record_too_large")
            if line.strip():
                yield _line(line, position)


def _line(line: bytes, position: str) -> tuple[str, dict[str, Any]] | RecordError:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return RecordError(position, NOT_UTF8)
    except (ValueError, RecursionError):
        return RecordError(position, "malformed_json")
    return (position, record) if isinstance(record, dict) else RecordError(position, "not_an_object")


def _malformed(file: SourceFile) -> SourceError:
    return SourceError(f"{file.name} is cut off or no JSON: export it again.", code="malformed_json")


def _whole(content: bytes, under: Sequence[str], file: SourceFile) -> list[Any]:
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SourceError(f"{file.name} is not UTF-8: export it again as UTF-8.", code=NOT_UTF8) from None
    except (ValueError, RecursionError):
        raise _malformed(file) from None
    if isinstance(value, dict):
        value = next((value[key] for key in under if isinstance(value.get(key), list)), [value])
    return value if isinstance(value, list) else [value]


def _streamed(file: SourceFile, head: Head, under: Sequence[str]) -> Iterator[Any]:
    """The members of the array at the top, or under a key, one at a time."""
    import ijson

    is_array = head.text.lstrip().startswith("[")
    key = None if is_array else next((key for key in under if f"{key}.{ITEM}" in _parents(head.json_paths)), None)
    if not is_array and key is None:
        raise SourceError(f"{file.name} is one record of over 32 MB: split it.", code="record_too_large")
    with file.open() as opened:
        try:
            yield from _members(opened, key, file)
        except ijson.JSONError:
            raise _malformed(file) from None


def _parents(paths: frozenset[str]) -> frozenset[str]:
    return frozenset(".".join(path.split(".")[:2]) for path in paths)


def _members(opened: BinaryIO, key: str | None, file: SourceFile) -> Iterator[Any]:
    import ijson
    from ijson.common import ObjectBuilder

    outside = 1 if key is None else 2
    depth, events, at_key, builder = 0, 0, key is None, None
    for event, value in ijson.basic_parse(opened, use_float=True):
        if event.startswith("end"):
            depth -= 1
        if builder is None and depth == outside and at_key and not event.startswith("end"):
            builder, events = ObjectBuilder(), 0
        if builder is not None:
            builder.event(event, value)
            events += 1
        elif event == "map_key" and depth == 1:
            at_key = value == key
        if event.startswith("start"):
            depth += 1
        if depth > MAX_DEPTH or events > MAX_EVENTS:
            raise SourceError(f"{file.name} holds a record too deep or too large: split it.", code="record_too_large")
        if builder is not None and depth == outside:
            yield builder.value
            builder = None
