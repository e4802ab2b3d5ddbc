"""What stands in the cells of a table: numbers and times as Finns write them, ratings with a label, yes and no."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from math import ceil, floor
from zoneinfo import ZoneInfo

from pipeline.sources.text import utc

FINNISH_TIME = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:klo\s*)?(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?)?", re.ASCII
)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)
RATING = re.compile(r"(\d{1,3})(?:[.,]0+)?(?:\s*[-–—=:.,)(/]\s*\D.*|\s+\D.*)?", re.ASCII | re.DOTALL)
LABEL = re.compile(r"^\d+\s*[-–—=:.,)(/]*\s*")
UNANSWERED = {"", "-", "–", "n/a", "na", "null", "none", "eos", "en osaa sanoa", "ei vastausta", "en tiedä",
              "en halua vastata", "don't know", "do not know", "prefer not to say",
              "no answer", "vet ej", "vet inte", "kan inte säga"}  # fmt: skip
"""Cells of a question that was asked and not answered."""
YES = {"1", "true", "yes", "kyllä", "joo", "ja", "k", "y"}
NO = {"0", "false", "no", "ei", "nej", "e", "n"}


def is_answered(cell: str) -> bool:
    """Whether a cell holds more than "I cannot say"."""
    return cell.strip().lower() not in UNANSWERED


def number(cell: str) -> float:
    """A number with a comma or a full stop, and spaces between thousands: 1 234,5.

    Raises:
        ValueError: it is none.
    """
    plain = re.sub(r"\s", "", cell).replace("−", "-")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    if not NUMBER.fullmatch(plain) or len(plain) > 30:
        raise ValueError("no number")
    return float(plain)


def rating(cell: str) -> int:
    """A whole number, alone or before its label: 10 – Erittäin todennäköisesti.

    Raises:
        ValueError: it is none.
    """
    match = RATING.fullmatch(cell.strip())
    if not match:
        raise ValueError("no rating")
    return int(match.group(1))


def label_of(cell: str) -> str:
    """What stands beside the number of a rating."""
    return LABEL.sub("", cell.strip()).lower()


def yes_or_no(cell: str, yes: Collection[str] = (), no: Collection[str] = ()) -> bool:
    """An answer in these words, else in the usual Finnish, Swedish and English ones; a label may follow (Kyllä, heti).

    Raises:
        ValueError: it is neither.
    """
    answer = cell.strip().lower()
    for words, meaning in ((yes, True), (no, False)):
        if answer in words:
            return meaning
    first = answer if answer in YES | NO else re.split(r"[\s,.;:–-]", answer, maxsplit=1)[0]
    if yes or no or first not in YES | NO or (first != answer and len(first) < 2):
        raise ValueError("neither yes nor no")
    return first in YES


def rescaled(value: int, scale: tuple[int, int], to: tuple[int, int], *, is_reversed: bool = False) -> int:
    """A rating on another scale, by its share of the way; halves go towards the middle, so that nobody says more.

    Raises:
        ValueError: it does not lie on its scale.
    """
    if not scale[0] <= value <= scale[1]:
        raise ValueError("outside its scale")
    share = (value - scale[0]) / (scale[1] - scale[0])
    exact = to[0] + (1 - share if is_reversed else share) * (to[1] - to[0])
    return floor(exact + 0.5) if exact < sum(to) / 2 else ceil(exact - 0.5)


def moment(cell: str, zone: ZoneInfo, pattern: str = "") -> datetime:
    """A time as aware UTC; one without a zone is read in `zone`.

    Args:
        cell: the time.
        zone: where clocks without a zone hang.
        pattern: of `strptime`, `unix`, `unix_ms`, or "" for ISO 8601 and Finnish ones (2.3.2026 9.21).

    Raises:
        ValueError: it is no such time.
    """
    text = cell.strip()
    if pattern in ("unix", "unix_ms"):
        try:
            return datetime.fromtimestamp(number(text) / (1000 if pattern == "unix_ms" else 1), UTC)
        except (OverflowError, OSError):
            raise ValueError("outside the calendar") from None
    if pattern:
        return utc(datetime.strptime(text, pattern).isoformat(), zone)
    if match := FINNISH_TIME.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
        return utc(datetime(year, month, day, hour, minute, second).isoformat(), zone)
    return utc(text, zone)
