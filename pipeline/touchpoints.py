"""Put a conversation on the palvelupolku (service path): rules are data, and each row names the rule that decided."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.conversation import MaskedConversation
from pipeline.errors import ConfigError

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One place where customer and company meet, and how to know that they met there."""

    id: str
    stage: str
    name: str
    metadata: Mapping[str, frozenset[str]]
    lemmas: re.Pattern[str] | None
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Palvelupolku:
    """The service path: touchpoints in the order in which their rules are tried."""

    touchpoints: tuple[Touchpoint, ...]
    min_mentions: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """A stretch of a conversation, both ends inclusive, and the touchpoint it belongs to."""

    first_utterance_index: int
    last_utterance_index: int
    stage: str
    touchpoint: str
    rule: str


@cache
def load_palvelupolku(path: Path) -> Palvelupolku:
    """The service path that a TOML file describes; `pipeline/palvelupolku.toml` explains the keys.

    Raises:
        ConfigError: the file is missing, no TOML, or a touchpoint lacks its id, stage, name or a known stage.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        stages = {stage["id"] for stage in content["stages"]}
        touchpoints = tuple(_touchpoint(entry) for entry in content["touchpoints"])
        min_mentions = content["min_mentions"]
        if type(min_mentions) is not int or min_mentions < 1:
            raise ValueError("min_mentions must be a whole number from 1")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): set touchpoints.palvelupolku.") from None
    except KeyError as error:
        raise ConfigError(f"{path} lacks the key {error}: see pipeline/palvelupolku.toml.") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is no service path ({error}): see pipeline/palvelupolku.toml.") from None
    ids = [touchpoint.id for touchpoint in touchpoints]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        raise ConfigError(f"{path} describes {', '.join(repeated)} twice: keep one.")
    if lost := sorted(touchpoint.id for touchpoint in touchpoints if touchpoint.stage not in stages):
        raise ConfigError(f"{path} puts {', '.join(lost)} at a stage that [[stages]] does not name: add it there.")
    return Palvelupolku(touchpoints, min_mentions)


def _touchpoint(entry: Mapping[str, Any]) -> Touchpoint:
    if not all(isinstance(entry[key], str) for key in ("id", "stage", "name")):
        raise TypeError("id, stage and name must be strings")
    lists = [entry.get("lemmas", []), entry.get("channels", []), *entry.get("metadata", {}).values()]
    if not all(isinstance(values, list) for values in lists):
        raise TypeError("lemmas, channels and metadata values must be lists")
    patterns = [translate(pattern.lower()) for pattern in entry.get("lemmas", [])]
    return Touchpoint(
        id=entry["id"],
        stage=entry["stage"],
        name=entry["name"],
        metadata={
            field: frozenset(value.lower() for value in values) for field, values in entry.get("metadata", {}).items()
        },
        lemmas=re.compile("|".join(patterns)) if patterns else None,
        channels=frozenset(entry.get("channels", [])),
    )


def assign(conversation: MaskedConversation, path: Palvelupolku) -> tuple[Assignment, ...]:
    """The touchpoints of a conversation, in order; today one for the whole of it, `unknown` where no rule fits."""
    candidates = [t for t in path.touchpoints if not t.channels or conversation.channel in t.channels]
    touchpoint, rule = _by_metadata(conversation, candidates) or _by_lemmas(conversation, candidates, path.min_mentions)
    return (
        Assignment(
            first_utterance_index=0,
            last_utterance_index=len(conversation.utterances) - 1,
            stage=touchpoint.stage if touchpoint else UNKNOWN,
            touchpoint=touchpoint.id if touchpoint else UNKNOWN,
            rule=rule,
        ),
    )


def _by_metadata(conversation: MaskedConversation, candidates: list[Touchpoint]) -> tuple[Touchpoint, str] | None:
    facts = {**conversation.metadata, "queue": conversation.queue or ""}
    for touchpoint in candidates:
        for field, values in touchpoint.metadata.items():
            if facts.get(field, "").lower() in values:
                return touchpoint, f"{touchpoint.id}.metadata.{field}"
    return None


def _by_lemmas(
    conversation: MaskedConversation, candidates: list[Touchpoint], min_mentions: int
) -> tuple[Touchpoint | None, str]:
    mentioned = Counter(
        token.lemma.lower()
        for utterance in conversation.utterances
        if utterance.speaker != "bot" and utterance.asr_suspect is None
        for token in utterance.tokens
        if not token.disfluency
    )
    hits = [
        sum(count for lemma, count in mentioned.items() if touchpoint.lemmas and touchpoint.lemmas.fullmatch(lemma))
        for touchpoint in candidates
    ]
    if not hits or max(hits) < min_mentions:
        return None, "none"
    touchpoint = candidates[hits.index(max(hits))]
    return touchpoint, f"{touchpoint.id}.lemmas"
