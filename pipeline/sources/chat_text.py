"""A chat as it is pasted from a screen: who and when before the words, or on a line of their own above them.

Keskustelu 42 – 2.3.2026 klo 9.15
[09.15.03] Maija (asiakaspalvelija): Hei, kuinka voin auttaa?
Asiakas klo 9.15: Moi

A line that names nobody belongs to the turn before. A name that is no role becomes a label; where two speak and one is
called the customer, the other is the agent.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical, mail
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import whole_text

DAY = r"(?:(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})|(?P<iso>\d{4}-\d{2}-\d{2}))"
HOUR = r"(?P<hour>[01]?\d|2[0-3])[.:](?P<minute>[0-5]\d)(?:[.:](?P<second>[0-5]\d))?(?![\d.:]*\d)"
WHEN = rf"[\[(]?(?:{DAY}[ T,]{{0,3}})?(?:klo ?)?{HOUR}[\])]?"
ROLE = "|".join(map(re.escape, canonical.SPEAKER_NAMES))
WHO = r"(?P<name>[^\W\d_][^:;,<>|\[\]{}()\"\t]{0,40}?)(?: ?\((?P<role>[^()\n]{1,30})\))?"
GAP = r"[ \t]*[-–—|,]?[ \t]*"
TIMED = [rf"{WHEN}{GAP}{WHO}:(?P<words>.*)", rf"{WHO},?[ \t]+{WHEN}:(?P<words>.*)"]
ABOVE = [
    rf"{WHO},?[ \t]+{WHEN}(?P<words>)$",
    rf"{WHEN}{GAP}{WHO}(?P<words>)$",
    rf"{WHO}:(?P<words>)$",
    rf"(?P<name>(?i:{ROLE}))(?P<role>)(?P<words>)$",  # without a time, only roles are surely nobody's words
    rf"(?P<name>[^\W\d_][^:;,()\t]{{0,40}}?) ?\((?P<role>(?i:{ROLE}))\)(?P<words>)$",
]
UNTIMED = [rf"{WHO}:(?=[ \t])(?P<words>.*)"]
HEADER = re.compile(
    rf"\W*(?:keskustelu|chat|conversation|istunto)\w*(?P<number>[^\n]{{0,40}}?)\b{DAY}.{{0,40}}$", re.IGNORECASE
)
EVENT = re.compile(
    r".{1,80}\b(?:liittyi|poistui|siirrettiin|päättyi|joined|left|ended)\b.{0,60}$|"
    r"(?:keskustelu|chat|conversation)\w* (?:alkoi|on alkanut|päättyi|on päättynyt|started|ended)\W*$",
    re.IGNORECASE,
)
UNSAID = {"järjestelmä", "system", "huomautus"}
BREAK = re.compile(r"\r\n|\r|\n")
HALF_A_DAY = timedelta(hours=12)
UNKNOWN_DAY = date(1, 1, 1)
MIN_SHARE = 0.2
"""Of the lines must name a speaker where no time tells that they do; a program's source has colons too."""


def matches(head: Head) -> bool:
    """Whether the lines of a conversation start here, and it is no table, subtitle or mail."""
    first = head.text.lstrip()[:500].partition("\n")[0]
    is_table = max(first.count(";"), first.count("\t"), len(re.findall(r",(?! )", first))) > 1
    if (
        is_table
        or "-->" in head.text
        or "\0" in head.text
        or first.startswith(("{", "WEBVTT", "<"))
        or mail.matches(head)
    ):
        return False
    return bool(_style(BREAK.split(head.text)))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order; a header with a date starts a new one.

    Raises:
        SourceError: the file cannot be opened, is too large, or is no text.
    """
    lines = [line.strip() for line in BREAK.split(whole_text(file, or_cp1252=True))]
    yield from canonical.conversations(_chats(lines, file), dict, "chat", zone)


@dataclass(frozen=True, slots=True)
class _Style:
    """How the lines of a file say who speaks."""

    patterns: Sequence[re.Pattern[str]]
    names: frozenset[str] | None = None
    """Who does, where a line without a time could be anything; None for anybody."""

    def turn(self, line: str) -> re.Match[str] | None:
        found = next((match for pattern in self.patterns if line and (match := pattern.match(line))), None)
        return found if found and (self.names is None or found["name"] in self.names) else None


def _style(lines: Sequence[str]) -> _Style | None:
    """The first style in which two lines begin, or which two speakers share."""
    for texts in (TIMED, ABOVE, UNTIMED):
        patterns = [re.compile(text) for text in texts]
        found = [match for line in map(str.strip, lines) if (match := _Style(patterns).turn(line))]
        if texts is TIMED:
            if len(found) > 1:
                return _Style(patterns)
        elif len(found) > MIN_SHARE * sum(map(bool, lines)) and len(names := _speakers(found)) > 1:
            return _Style(patterns, names)
    return None


def _speakers(found: Sequence[re.Match[str]]) -> frozenset[str]:
    """The names that are roles, or have a capital and come again; where that is only one, also those that do not."""
    counts = Counter(match["name"] for match in found if _role(match) or match["name"][0].isupper())
    sure = {match["name"] for match in found if _role(match) or counts[match["name"]] > 1}
    return frozenset(sure if len(sure) != 1 else counts)


def _role(match: re.Match[str]) -> str:
    """The role that a line names, in brackets or for a name; else nothing."""
    names = (match["role"] or "", match["name"])
    return next((name for name in names if name.strip().lower() in canonical.SPEAKER_NAMES), "")


@dataclass(slots=True)
class _Chat:
    """One conversation, put together line by line."""

    position: str
    day: date | None
    number: str = ""
    first_day: date | None = None
    turns: list[dict[str, Any]] = field(default_factory=list)
    moments: list[datetime | None] = field(default_factory=list)
    last: datetime | None = None
    event_count: int = 0
    is_said: bool = True
    """Whether the lines that name nobody are anybody's words."""

    def add(self, line: str, turn: re.Match[str] | None) -> None:
        """Put a line where it belongs."""
        if turn:
            self.is_said = turn["name"].strip().lower() not in UNSAID
            self.event_count += not self.is_said
            if self.is_said:
                self.moments.append(self._moment(turn))
                self.turns.append({"name": turn["name"].strip(), "role": _role(turn), "lines": [turn["words"]]})
        elif not self.turns:
            self.day = _day(re.search(DAY, line)) or self.day
        elif EVENT.match(line):
            self.event_count += 1
        elif self.is_said:
            self.turns[-1]["lines"].append(line)

    def _moment(self, turn: re.Match[str]) -> datetime | None:
        """When a turn was, on a day of its own or the one before's; past midnight the next begins."""
        parts = turn.groupdict()
        if not parts.get("hour"):
            return None
        own_day = _day(turn)
        clock = time(int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0))
        moment = datetime.combine(own_day or self.day or UNKNOWN_DAY, clock)
        if not own_day and self.last and self.last - moment > HALF_A_DAY and moment.date() < date.max:
            moment += timedelta(days=1)
        self.day, self.last = moment.date(), moment
        return moment

    def record(self, stem: str) -> dict[str, Any]:
        """What `canonical` makes a conversation of."""
        names = {turn["name"]: turn["role"] for turn in self.turns}
        speakers = {canonical.SPEAKER_NAMES[role.strip().lower()] if role else "" for role in names.values()}
        start = next(filter(None, self.moments), None)
        others = "agent" if len(names) == 2 and speakers == {"customer", ""} else ""
        return {
            "conversation_id": f"{self.number}-{self.first_day}" if self.number else stem,
            "has_own_id": bool(self.number),
            "ignored": {"event": self.event_count},
            "turns": [
                {
                    "speaker": turn["role"] or others,
                    "participant_id": "" if turn["role"] == turn["name"] else turn["name"],
                    "text": "\n".join(turn["lines"]),
                    **_time(moment, start),
                }
                for turn, moment in zip(self.turns, self.moments, strict=True)
            ],
        }


def _time(moment: datetime | None, start: datetime | None) -> dict[str, Any]:
    """A clock where the day is known, else seconds from the first time."""
    if not moment or not start:
        return {}
    if moment.year > UNKNOWN_DAY.year:
        return {"sent_at": moment.isoformat()}
    return {"seconds": (moment - start).total_seconds()}


def _chats(lines: Sequence[str], file: SourceFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """The conversations of the lines, each with its position."""
    style = _style(lines)
    chats = [_Chat("file", _day(re.search(DAY, file.stem)))]
    for number, line in enumerate(lines, start=1):
        turn = style.turn(line) if style else None
        header = None if turn else HEADER.match(line)
        if header and (day := _day(header)):
            if chats[-1].turns:
                chats.append(_Chat(f"line {number}", day))
            chats[-1].day = chats[-1].first_day = day
            chats[-1].number = next(iter(re.findall(r"\d[\w-]*", header["number"])), "")
        else:
            chats[-1].add(line, turn)
    for number, chat in enumerate(chats, start=1):
        yield chat.position, chat.record(f"{file.stem}-{number}" if number > 1 else file.stem)


def _day(match: re.Match[str] | None) -> date | None:
    """The day that a line names, if there is such a day."""
    parts = match.groupdict() if match else {}
    try:
        if parts.get("iso"):
            return date.fromisoformat(parts["iso"])
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"])) if parts.get("year") else None
    except ValueError:
        return None
