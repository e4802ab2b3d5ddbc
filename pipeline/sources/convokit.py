"""ConvoKit corpora (Cornell): `utterances.jsonl`, with what `speakers.json` and `conversations.json` beside it say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.json_stream import json_records
from pipeline.sources.values import clock, gathered, holds, mapping, number, text

UTTERANCES = re.compile(r"utterances(?=\.jsonl?(?:\.gz)?(?:::|$))")
BESIDE = re.compile(r"(?:conversations|corpus|index|speakers|users)(?=\.json(?:\.gz)?(?:::|$))")
MIN_CLOCK = 10**8
"""Corpora without a clock count seconds from a start of their own; no clock since 1973 is so low."""


def matches(head: Head) -> bool:
    """Whether utterances that reply to each other start here; older corpora say `root` and `user`."""
    kinds = (("conversation_id", "speaker"), ("root", "user"))
    return any(holds(head, (*keys, "reply_to", "text")) for keys in kinds)


def without_companions(files: Iterable[SourceFile]) -> list[SourceFile]:
    """The files without those that lie beside utterances and only describe them: they are read with them."""
    files = list(files)
    corpora = {_folder(UTTERANCES, file) for file in files} - {None}
    return [file for file in files if _folder(BESIDE, file) not in corpora]


def _folder(name: re.Pattern[str], file: SourceFile) -> tuple[str, str] | None:
    """What stands before and after the name in an address, where it has such a name."""
    found = [match for match in name.finditer(file.address) if file.address[: match.start()][-1:] in ("/", "\\", "")]
    return (file.address[: found[0].start()], file.address[found[0].end() :].partition("::")[2]) if found else None


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations in the order of their first utterances.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    roles = {name: _role(speaker) for name, speaker in {**_beside(file, "users"), **_beside(file, "speakers")}.items()}
    facts = _beside(file, "conversations")
    utterances = gathered(json_records(file), lambda item: text(item.get("conversation_id")) or text(item.get("root")))
    yield from canonical.conversations(utterances, lambda found: _plain(found, roles, facts), "chat", zone)


def _beside(file: SourceFile, name: str) -> Mapping[str, Any]:
    """What a file beside this one says by id; nothing where there is none, or none that can be read."""
    address = UTTERANCES.sub(name, file.address).replace(f"{name}.jsonl", f"{name}.json")
    if address == file.address:
        return {}
    with suppress(SourceError):
        for found in json_records(SourceFile(address)):
            return {} if isinstance(found, RecordError) else found[1]
    return {}


def _role(holder: object) -> str:
    """The role that the metadata of a speaker or an utterance names."""
    role = text(mapping(mapping(holder).get("meta")).get("role")).lower()
    return role if role in canonical.SPEAKER_NAMES else ""


def _plain(found: Mapping[str, Any], roles: Mapping[str, str], facts: Mapping[str, Any]) -> dict[str, Any]:
    meta = mapping(mapping(facts.get(found["conversation_id"])).get("meta"))
    channel = text(meta.get("channel")).lower()
    return {
        **{key: value for key, value in meta.items() if key not in canonical.KNOWN_KEYS},
        "conversation_id": found["conversation_id"],
        "channel": channel if channel in canonical.CHANNEL_NAMES else "",
        "turns": [_turn(utterance, roles) for utterance in found["messages"]],
    }


def _turn(utterance: Mapping[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    speaker = text(utterance.get("speaker")) or text(utterance.get("user"))
    time = number(utterance.get("timestamp"))
    return {
        "speaker": _role(utterance) or roles.get(speaker, ""),
        "participant_id": speaker,
        **(
            {"seconds": time}
            if time is not None and time < MIN_CLOCK
            else {"sent_at": clock(utterance.get("timestamp"))}
        ),
        "text": text(utterance.get("text")),
    }
