"""Which column of a survey's table is which of our fields: told from the wording of its header and from its values.

Finnish, English and Swedish wordings. What is not understood becomes nothing, and the plan says why; columns with
personal data are never read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from pipeline.mappings import Column, ColumnMapping
from pipeline.sources.answers import MAX_METADATA_CHARACTERS, SCALES
from pipeline.sources.cells import is_answered, label_of, moment, rating, rescaled, yes_or_no
from pipeline.sources.text import Row
from pipeline.sources.wording import EASE, EFFORT, PERSONAL, PERSONAL_VALUE, WORDS

ANY_ZONE = ZoneInfo("UTC")
RANGE = re.compile(r"(?<![\d.,])(\d{1,2})\s*(?:[-–—]|\.{2,3}|…|to\b|till\b)\s*(\d{1,2})(?![\d.,]*\d)")
ENDS = re.compile(r"(\d{1,2})\s*=\s*([^,;()=]+)")
LOWEST, HIGHEST, ENOUGH = (0, 1, 4), range(3, 11), 20
MAX_WORDING = 500
"""Characters of a header that are looked at."""
MISFIT_SHARE = 0.2
"""A column is what it seems if no more of its answers say otherwise: a stray value is then that row's fault."""
SLASHED = re.compile(
    r"\d{1,2}([/.-])\d{1,2}\1(?:\d{4})(,?)(?:( )\d{1,2}([:.])\d{2}(?:(\4)\d{2})?( ?[AP]M)?)?", re.ASCII | re.I
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is read, and which columns are not, each with the reason."""

    mapping: ColumnMapping
    unread: tuple[tuple[str, str], ...] = ()


def plan(
    names: Sequence[str], sample: Sequence[Row], fixed: Mapping[str, Column] | None = None,
    skipped: Mapping[str, str] | None = None,
) -> Plan:  # fmt: skip
    """What the columns of a survey's table hold.

    Args:
        names: of its columns.
        sample: its first rows.
        fixed: the fields whose columns a vendor always calls the same.
        skipped: such columns that are not read, with the reason.
    """
    fields = {field: column for field, column in (fixed or {}).items() if column.name in names}
    known = {column.name for column in fields.values()}
    metadata, unread = [], []
    for name in (name for name in names if name not in known):
        values = [value for row in sample if is_answered(value := row.get(name, ""))]
        found = None if (skipped or {}).get(name) or is_personal(name, values) else _field(name, values, fields)
        if found:
            fields[found[0]] = found[1]
        elif reason := (skipped or {}).get(name) or _why_not(name, values):
            unread.append((name, reason))
        else:
            metadata.append(name)
    return Plan(ColumnMapping("", tuple(fields.items()), tuple(metadata)), tuple(unread))


def is_personal(name: str, values: Sequence[str]) -> bool:
    """Whether a column holds what identifies people, by its name or by a short value (open answers are masked)."""
    short = [value for value in values if len(value) <= MAX_METADATA_CHARACTERS]
    is_text = len(short) < len(values) or any(value.count(" ") > 5 for value in short)
    return bool(PERSONAL.search(name[:MAX_WORDING].lower())) or (not is_text and any(map(PERSONAL_VALUE.search, short)))


def column_for(field: str, name: str, values: Sequence[str]) -> Column | None:
    """The column as this field; None where its answers are none."""
    if field == "responded_at":
        return time_column(name, values)
    if field in SCALES:
        return _rating_column(field, name, values)
    if field == "first_contact_resolution":
        return Column(name) if fits(values, yes_or_no) else None
    if field == "verbatim":
        return None if values and (all_fit(values, rating) or all_fit(values, yes_or_no)) else Column(name)
    return Column(name)


def fits(values: Sequence[str], read: Callable[[str], object]) -> bool:
    """Whether most of the values can be read so; where there are none, nothing speaks against it."""
    fitting = _fitting(values, read)
    misfits = len(values) - fitting
    return not misfits or fitting >= misfits <= max(1, MISFIT_SHARE * len(values))


def all_fit(values: Sequence[str], read: Callable[[str], object]) -> bool:
    """Whether every one of the values can be read so."""
    return _fitting(values, read) == len(values)


def _fitting(values: Sequence[str], read: Callable[[str], object]) -> int:
    fitting = 0
    for value in values:
        with suppress(ValueError):
            read(value)
            fitting += 1
    return fitting


def time_column(name: str, values: Sequence[str], *, american: bool = False) -> Column | None:
    """The column with the pattern of its times; 3/4/2026 is the third of April unless it is `american`."""
    matches = filter(None, (SLASHED.fullmatch(value.strip()) for value in values[:5]))
    patterns = ["", *dict.fromkeys(pattern for match in matches for pattern in _slashed(match, american))]
    best = max(patterns, key=lambda pattern: _fitting(values, partial(_moment, pattern)))
    return Column(name, best) if values and fits(values, partial(_moment, best)) else None


def _moment(pattern: str, value: str) -> datetime:
    return moment(value, ANY_ZONE, pattern)


def _slashed(match: re.Match[str], american: bool) -> list[str]:
    mark, comma, space, colon, seconds, half = match.groups()
    clock = f"%{'I' if half else 'H'}{colon}%M{f'{colon}%S' if seconds else ''}" if space else ""
    ending = f"{comma}{space or ''}{clock}{(' ' if half.startswith(' ') else '') + '%p' if half else ''}"
    days = [f"%d{mark}%m{mark}%Y", f"%m{mark}%d{mark}%Y"]
    return [day + ending for day in (reversed(days) if american else days)]


def _field(name: str, values: Sequence[str], taken: Mapping[str, Column]) -> tuple[str, Column] | None:
    for field in fields_named(name):
        if field not in taken and (column := column_for(field, name, values)):
            return field, column
    return None


def fields_named(name: str) -> list[str]:
    """The fields that the wording of a header speaks of."""
    wording = re.sub(r"[_\s]+", " ", name[:MAX_WORDING].lower())
    return [field for field, words in WORDS.items() if re.search(words, wording)]


def _why_not(name: str, values: Sequence[str]) -> str:
    """Why a column becomes no field and no metadata either; "" where it is plain enough to be kept."""
    if is_personal(name, values):
        return "personal data"
    if any(len(value) > MAX_METADATA_CHARACTERS or "\n" in value or value.count(" ") > 5 for value in values):
        return "free text of no known kind"
    if "verbatim" in fields_named(name) and values and not all_fit(values, rating):
        return "one more open answer: the first is read"
    return f"{field}, but of an unknown scale" if (field := _unscaled(name, values)) else ""


def _unscaled(name: str, values: Sequence[str]) -> str:
    asked = [field for field in fields_named(name) if field in SCALES]
    return asked[0] if asked and fits(values, rating) and not _scale(asked[0], name, values) else ""


def _rating_column(field: str, name: str, values: Sequence[str]) -> Column | None:
    scale = _scale(field, name, values)
    own = SCALES[field]
    if not scale or (field == "nps_rating" and scale != own):
        return None
    if not fits(values, lambda value: rescaled(rating(value), scale, own)):
        return None
    is_reversed = field != "nps_rating" and _is_reversed(name, values, scale)
    return Column(name, scale=None if scale == own else scale, reversed=is_reversed)


def _scale(field: str, name: str, values: Sequence[str]) -> tuple[int, int] | None:
    """The scale that the question names, else the one that the answers can only come from."""
    ends = [int(end) for end, _ in ENDS.findall(name[:MAX_WORDING])]
    named = [(int(low), int(high)) for low, high in RANGE.findall(name[:MAX_WORDING])] + (
        [(min(ends), max(ends))] if len(ends) > 1 else []
    )
    if found := next((pair for pair in named if pair[0] in LOWEST and pair[1] in HIGHEST and pair[0] < pair[1]), None):
        return found
    numbers = [rating(value) for value in values] if all_fit(values, rating) else []
    own = SCALES[field]
    if field != "ces_rating" and all(own[0] <= number <= own[1] for number in numbers):
        return own  # nothing is said against it
    highest = max(numbers, default=0)
    if highest > 7 or 0 in numbers:
        return (0, 10)
    if highest > 5:
        return (1, 7)
    return (1, 5) if len(numbers) >= ENOUGH and highest == 5 else None


def _is_reversed(name: str, values: Sequence[str], scale: tuple[int, int]) -> bool:
    """Whether the highest is the worst: by the label of an end, else by what the question asks for (effort or ease)."""
    labels = [(int(end), label.lower()) for end, label in ENDS.findall(name[:MAX_WORDING])]
    labels += [(rating(value), label_of(value)) for value in values if all_fit([value], rating)]
    for end, label in labels:
        is_bad, is_good = bool(EFFORT.search(label)), bool(EASE.search(label))
        if end in scale and is_bad != is_good:
            return is_bad == (end == scale[1])
    wording = name[:MAX_WORDING].lower()
    return bool(EFFORT.search(wording)) and not EASE.search(wording)
