"""One conversation from one plain mapping: what the chat and call readers share.

Keys, by our names: `conversation_id`, `channel`, `language`, `started_at`, `changed_at`, `customer_id`, `agent_id`,
`queue`, `has_own_id` (False where a reader takes the name of the file for want of an id), `ignored` (a count for each
kind of what is no turn: `note` between colleagues, `event`, `typing`, `redacted`, `attachment`, and `missing` where the
vendor left some out), and `turns`, each with `speaker`, `text`, `participant_id` and either `sent_at` (a clock) or
`seconds` (from the start); a turn of a call may have Whisper's figures of its own work, `no_speech_prob`,
`avg_logprob` and `compression_ratio`. A turn whose source names no role has no `speaker`, and the source's label
(`SPEAKER_00`) as its `participant_id`: `roles` infers the rest.
Every other key of the conversation with a short plain value becomes metadata that touchpoint rules can look at.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import isfinite, nan
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Channel, Conversation, Speaker, Utterance
from pipeline.errors import RecordError
from pipeline.sources.text import clean, utc
from pipeline.sources.values import mapping

SPEAKER_NAMES: dict[str, Speaker] = {
    "customer": "customer", "client": "customer", "consumer": "customer", "visitor": "customer",
    "end_user": "customer", "asiakas": "customer", "soittaja": "customer",
    "agent": "agent", "asiakaspalvelija": "agent", "asiakaspalvelu": "agent", "agentti": "agent",
    "bot": "bot", "botti": "bot", "automated_agent": "bot", "ivr": "bot", "system": "bot",
    "unknown": "unknown",
}  # fmt: skip
CHANNEL_NAMES: dict[str, Channel] = {
    "chat": "chat", "call": "call", "phone": "call", "voice": "call", "puhelu": "call", "puhelin": "call",
    "email": "email", "sähköposti": "email",
    "in_person": "in_person", "käynti": "in_person", "myymälä": "in_person",
    "social": "social", "social_media": "social", "some": "social",
}  # fmt: skip
KNOWN_KEYS = {"conversation_id", "channel", "language", "started_at", "changed_at", "customer_id", "agent_id", "queue",
              "turns", "ignored", "has_own_id"}  # fmt: skip
MAX_METADATA_CHARACTERS = 200


def conversation(record: Mapping[str, Any], position: str, channel: Channel, zone: ZoneInfo) -> Conversation:
    """The conversation that `record` describes; `channel` is used where the record names none.

    Raises:
        RecordError: something required is missing or cannot be understood; its code says what.
    """
    try:
        return _conversation(record, position, channel, zone)
    except UnicodeError:
        raise RecordError(position, "not_unicode") from None


def _conversation(record: Mapping[str, Any], position: str, channel: Channel, zone: ZoneInfo) -> Conversation:
    conversation_id = _short(record.get("conversation_id"))
    if not conversation_id:
        raise RecordError(position, "missing_conversation_id")
    said_start = _time(record.get("started_at"), position, zone)
    clocks = _clocks(_turns(record, position), said_start, position, zone)
    started_at = said_start or min(filter(None, clocks), default=None)
    utterances = [
        _utterance(turn, clock, started_at, record.get("agent_id"), position)
        for turn, clock in zip(record["turns"], clocks, strict=True)
    ]
    if all(clocks):  # a stable sort: equal times keep the order of the source
        utterances.sort(key=lambda utterance: utterance.seconds or 0.0)
    spoken = [utterance for utterance in utterances if utterance.text]
    if not spoken:
        raise RecordError(position, "no_text")
    return Conversation(
        conversation_id=conversation_id,
        channel=_channel(record.get("channel"), channel, position),
        utterances=tuple(replace(utterance, index=index) for index, utterance in enumerate(spoken)),
        language=(_short(record.get("language")) or "fi").partition("-")[0].lower(),
        started_at=started_at,
        customer_id=_short(record.get("customer_id")) or None,
        queue=_short(record.get("queue")) or None,
        metadata={
            clean(str(key)): text for key, value in record.items() if key not in KNOWN_KEYS and (text := _short(value))
        },
        position=position,
        changed_at=_time(record.get("changed_at"), position, zone),
        ignored={kind: count for kind, count in mapping(record.get("ignored")).items() if count and type(count) is int},
        has_own_id=record.get("has_own_id") is not False,
    )


def _turns(record: Mapping[str, Any], position: str) -> list[Mapping[str, Any]]:
    turns = record.get("turns")
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        raise RecordError(position, "missing_turns")
    return turns


def _clocks(
    turns: Sequence[Mapping[str, Any]], start: datetime | None, position: str, zone: ZoneInfo
) -> list[datetime | None]:
    """When each turn was said.

    A local time of the hour that autumn doubles is the second one where the first would go back from the turn before.
    In the hour that spring leaves out nothing can be said: a clock that shows it is read as not yet set forward, and
    what follows on a clock that is, and would so lie before it, is of the same moment.
    """
    clocks: list[datetime | None] = []
    before, is_ahead = start, False
    for turn in turns:
        clock = _time(turn.get("sent_at"), position, zone)
        if clock and before and clock < before:
            second = _time(turn.get("sent_at"), position, zone, fold=1)
            clock = second if second and second >= before else before if is_ahead else clock
        clocks.append(clock)
        if clock:
            is_ahead = clock == before if is_ahead else _is_missing(turn.get("sent_at"), zone)
            before = clock
    return clocks


def _is_missing(value: object, zone: ZoneInfo) -> bool:
    """Whether a time is one of the hour that a change of the clocks leaves out."""
    moment = datetime.fromisoformat(str(value).strip())
    return moment.tzinfo is None and utc(str(value), zone).astimezone(zone).replace(tzinfo=None) != moment


def _utterance(
    turn: Mapping[str, Any], clock: datetime | None, started_at: datetime | None, agent_id: object, position: str
) -> Utterance:
    text = turn.get("text")
    if not isinstance(text, str):
        raise RecordError(position, "missing_text")
    name = _short(turn.get("speaker")).lower()
    if name and name not in SPEAKER_NAMES:
        raise RecordError(position, "unknown_speaker")
    speaker = SPEAKER_NAMES.get(name, "unknown")
    participant = _short(turn.get("participant_id")) or (_short(agent_id) if speaker == "agent" else "")
    from_clock = (clock - started_at).total_seconds() if clock and started_at else None
    return Utterance(
        index=0,
        speaker=speaker,
        text=clean(text),
        seconds=from_clock if from_clock is not None else _number(turn.get("seconds"), position),
        end_seconds=_number(turn.get("end_seconds"), position),
        participant_id=participant or None,
        no_speech_prob=_figure(turn.get("no_speech_prob")),
        avg_logprob=_figure(turn.get("avg_logprob")),
        compression_ratio=_figure(turn.get("compression_ratio")),
    )


def _channel(value: object, default: Channel, position: str) -> Channel:
    name = _short(value).lower()
    if name and name not in CHANNEL_NAMES:
        raise RecordError(position, "unknown_channel")
    return CHANNEL_NAMES[name] if name else default


def _time(value: object, position: str, zone: ZoneInfo, fold: int = 0) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return utc(str(value), zone, fold)
    except ValueError:
        raise RecordError(position, "bad_time") from None


def _number(value: object, position: str) -> float | None:
    number = _figure(value)
    if value is not None and number is None:
        raise RecordError(position, "bad_time")
    return number


def _figure(value: object) -> float | None:
    """A finite number; anything else as none, for what a record can do without (Whisper writes NaN at times)."""
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else nan
    except OverflowError:
        number = nan
    return number if isfinite(number) else None


def _short(value: object) -> str:
    """A string or number as clean text; anything else, or anything long, as nothing."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = clean(str(value))
    return text if len(text) <= MAX_METADATA_CHARACTERS else ""


def spoken_by(name: str, label: str = "") -> dict[str, Any]:
    """The keys of a turn that say who spoke: a speaker where the name is a role, else the label, or the name as one."""
    name = name.strip()
    return {"speaker": name} if name.lower() in SPEAKER_NAMES else {"participant_id": label.strip() or name}


def conversations(
    found: Iterable[tuple[str, Mapping[str, Any]] | RecordError],
    plain: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    channel: Channel,
    zone: ZoneInfo,
) -> Iterator[Conversation | RecordError]:
    """The conversations of a file's records, each made one plain mapping by `plain`; a bad record costs only itself."""
    for item in found:
        if isinstance(item, RecordError):
            yield item
            continue
        position, record = item
        try:
            yield conversation(plain(record), position, channel, zone)
        except RecordError as error:
            yield error
