"""A staged batch: masked, scored rows as one compressed JSON file, on their way from the models into the database.

Making one is pure and needs no database; loading one is a single transaction. So a killed night goes on where it
stopped, and batches may be made anywhere.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import MaskedConversation, MaskedDeviceEvent, MaskedSurveyResponse, Score, Token
from pipeline.errors import RecordError, StoreError
from pipeline.touchpoints import Dimensions, Mention, Reading, Segment

RARE = ("normal", "rule", "disfluency")


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """A slice of a source file, ready to load."""

    batch_id: str
    path: Path
    reader_hash: str | None = None
    """What read it, as `Config.reader_hash` tells."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A source file with its batches; `rejection_code` says why there are none when it cannot be read as a whole."""

    file_name: str
    file_sha256: str | None
    format: str | None = None
    batches: tuple[StagedBatch, ...] = ()
    rejection_code: str | None = None


def write_batch(
    path: Path,
    conversations: Sequence[tuple[MaskedConversation, Reading]],
    responses: Sequence[MaskedSurveyResponse],
    rejections: Sequence[RecordError],
    zone: ZoneInfo,
    answer_mentions: Sequence[Sequence[Mention]] = (),
    device_events: Sequence[MaskedDeviceEvent] = (),
) -> None:
    """Write one batch to `path`, whole or not at all.

    Args:
        path: the file.
        conversations: each with what was read in it.
        responses: survey answers.
        rejections: what could not be read.
        zone: `_date` columns are its calendar days.
        answer_mentions: what each of `responses` names; empty: nothing.
        device_events: what devices reported.

    Raises:
        StoreError: it cannot be written.
    """
    document = {
        "conversations": [
            {"ordinal": number, **_conversation_row(conversation, reading, zone)}
            for number, (conversation, reading) in enumerate(conversations)
        ],
        "survey_responses": [
            {"ordinal": number, **_response_row(response, mentions, zone)}
            for number, (response, mentions) in enumerate(
                zip(responses, answer_mentions or [()] * len(responses), strict=True)
            )
        ],
        "device_events": [
            {"ordinal": number, **asdict(event), **_time_columns("occurred", event.occurred_at, zone)}
            for number, event in enumerate(device_events)
        ],
        "rejections": [{"position": rejection.position, "code": rejection.code} for rejection in rejections],
    }
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(gzip.compress(json.dumps(document, ensure_ascii=False).encode(), mtime=0))
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise StoreError(f"{path} cannot be written ({error.strerror}): make room or correct the path.") from None


def forget_batches(folder: Path) -> None:
    """Delete every staged batch, finished or not; the night that needs one makes it again."""
    for path in folder.glob("*.json.gz*"):
        path.unlink(missing_ok=True)


def _conversation_row(conversation: MaskedConversation, reading: Reading, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "position": conversation.position,
        "conversation_id": conversation.conversation_id,
        "qualified_id": conversation.qualified_id,
        **_version_columns(conversation),
        "has_own_id": conversation.has_own_id,
        "role_confidence": conversation.role_confidence,
        "role_warnings": conversation.role_warnings,
        "ignored": dict(conversation.ignored),
        "channel": conversation.channel,
        "language": conversation.language,
        "detected_language": conversation.detected_language,
        "queue": conversation.queue,
        **_time_columns("started", conversation.started_at, zone),
        "customer_key": conversation.customer_key,
        "special_categories": conversation.special_categories,
        "metadata": dict(conversation.metadata) or None,
        "touchpoints": [_segment_row(segment) for segment in reading.segments],
        "reading": _reading_row(reading),
        "mentions": [_mention_row(mention) for mention in reading.mentions],
        "utterances": [
            {
                "utterance_index": utterance.index,
                "speaker_role": utterance.speaker,
                "participant_key": utterance.participant_key,
                "seconds": utterance.seconds,
                "end_seconds": utterance.end_seconds,
                "text": utterance.text,
                "normalized_text": utterance.normalized_text,
                "language": utterance.language,
                "asr_suspect": utterance.asr_suspect,
                "tokens": _token_rows(utterance.tokens),
                "score": _score_row(utterance.score),
                "reading": _turn_row(reading, utterance.index),
            }
            for utterance in conversation.utterances
        ],
    }


def _segment_row(segment: Segment) -> dict[str, Any]:
    return {
        "first_utterance_index": segment.first_utterance_index,
        "last_utterance_index": segment.last_utterance_index,
        "stage": segment.stage,
        "touchpoint": segment.touchpoint,
        "rule": segment.rule,
        "confidence": segment.confidence,
        "evidence": [asdict(place) for place in segment.evidence] or None,
        **_dimension_columns(segment.dimensions),
        "reason": asdict(segment.reason) if segment.reason else None,
    }


def _dimension_columns(dimensions: Dimensions | None) -> dict[str, float]:
    if dimensions is None:
        return {}
    return {
        **{f"goal_{goal}_probability": value for goal, value in dimensions.goal.items()},
        **{f"ease_{ease}_probability": value for ease, value in dimensions.ease.items()},
    }


def _reading_row(reading: Reading) -> dict[str, Any] | None:
    if reading.dimensions is None:
        return None
    return {
        **_dimension_columns(reading.dimensions),
        **{f"{event}_probability": value for event, value in reading.events.items()},
        "model": reading.model,
        "model_version": reading.model_version,
    }


def _turn_row(reading: Reading, index: int) -> dict[str, Any] | None:
    turn = reading.turns.get(index)
    if turn is None:
        return None
    return {
        **{f"{sentiment}_probability": value for sentiment, value in (turn.feeling or {}).items()},
        "feeling_strength": turn.strength,
        **{f"{move}_probability": value for move, value in turn.moves.items()},
        "model": reading.model,
        "model_version": reading.model_version,
    }


def _mention_row(mention: Mention) -> dict[str, Any]:
    return {"kind": mention.kind, "label": mention.label, **asdict(mention.place), "weight": mention.weight}


def _response_row(response: MaskedSurveyResponse, mentions: Sequence[Mention], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "position": response.position,
        "response_id": response.response_id,
        "qualified_id": response.qualified_id,
        **_version_columns(response),
        **_time_columns("responded", response.responded_at, zone),
        "nps_rating": response.nps_rating,
        "ces_rating": response.ces_rating,
        "csat_rating": response.csat_rating,
        "first_contact_resolution": response.first_contact_resolution,
        "verbatim": response.verbatim,
        "normalized_verbatim": response.normalized_text,
        "language": response.language,
        "tokens": _token_rows(response.tokens),
        "conversation_id": response.conversation_id,
        "customer_key": response.customer_key,
        "special_categories": response.special_categories,
        "metadata": dict(response.metadata) or None,
        "mentions": [_mention_row(mention) for mention in mentions],
        "score": _score_row(response.score),
    }


def _version_columns(record: MaskedConversation | MaskedSurveyResponse) -> Mapping[str, str | None]:
    """What tells whose record it is, and which of two deliveries of it is the newer."""
    return {"source": record.source, "content_key": record.content_key, "changed_at": _without_zone(record.changed_at)}


def _without_zone(moment: datetime | None) -> str | None:
    return moment.replace(tzinfo=None).isoformat() if moment else None


def _time_columns(name: str, moment: datetime | None, zone: ZoneInfo) -> Mapping[str, str | None]:
    return {
        f"{name}_at": _without_zone(moment),
        f"{name}_date": moment.astimezone(zone).date().isoformat() if moment else None,
    }


def _token_rows(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Each token's fields; what most tokens do not have is left out, and NULL in the database."""
    return [
        {
            "token": token.text,
            "lemma": token.lemma,
            "upos": token.upos,
            **{name: value for name in RARE if (value := getattr(token, name))},
            "sentence": token.sentence,
        }
        for token in tokens
    ]


def _score_row(score: Score | None) -> dict[str, Any] | None:
    """What a score tells; what its model does not know is left out, and NULL in the database."""
    if score is None:
        return None
    return {
        "sentiment": score.sentiment,
        "sentiment_score": score.sentiment_score,
        **{f"{sentiment}_probability": value for sentiment, value in score.sentiment_probability.items()},
        **{f"{emotion}_probability": value for emotion, value in score.emotions.items()},
        "model": score.model,
        "model_version": score.model_version,
        "is_sure": score.is_sure,
        **{f"{emotion}_intensity": value for emotion, value in score.intensity.items()},
        **{f"{cue}_probability": value for cue, value in score.cues.items()},
        "evidence": [asdict(evidence) for evidence in score.evidence] or None,
    }
