"""What is stored, as the types that flow through the pipeline: texts that were masked before they were stored.

A conversation comes back part by part, as it was delivered and read (`conversation_parts`): its utterances are counted
from 0.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.conversation import MaskedConversation, MaskedSurveyResponse, MaskedText, MaskedUtterance, Token
from pipeline.touchpoints import Palvelupolku

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BY_FIELD = ".metadata."
"""Between a touchpoint and the source's field that decided, in the name of a rule."""


def stored_text(text: str) -> MaskedText:
    """A text of the pipeline's own database: only masked ones are stored, and the checks at rest look after that."""
    return MaskedText(text)


def parts_of(
    connection: "DuckDBPyConnection", conversations: Sequence[str], path: Palvelupolku
) -> list[MaskedConversation]:
    """The parts of these conversations that `waiting.sql` found, in order; `position` is the first utterance of each.

    Of what was stored before version 008 the source's fields are not: where one of them decided, its rule tells of it.
    """
    found = store.rows(connection, "rescoring/parts", {"conversations": list(conversations)})
    return [_conversation(row, path) for row in found]


def answers_of(connection: "DuckDBPyConnection", responses: Sequence[str]) -> list[MaskedSurveyResponse]:
    """These answers, each with its open answer, in order."""
    return [_answer(row) for row in store.rows(connection, "rescoring/answers", {"responses": list(responses)})]


def _conversation(row: Mapping[str, Any], path: Palvelupolku) -> MaskedConversation:
    utterances = tuple(_utterance(index, turn) for index, turn in enumerate(row["utterances"]))
    metadata = json.loads(row["metadata"]) if row["metadata"] else _told_by_rules(row["decided_by"], path)
    return MaskedConversation(
        conversation_id=row["conversation_id"],
        channel=row["channel"],
        utterances=utterances,
        language=row["language"],
        started_at=_utc(row["started_at"]),
        customer_key=row["customer_key"],
        queue=row["queue"],
        metadata=metadata,
        position=str(row["part_index"]),
        detected_language=row["detected_language"],
    )


def _utterance(index: int, turn: Mapping[str, Any]) -> MaskedUtterance:
    normalized = turn["normalized_text"]
    return MaskedUtterance(
        index=index,
        speaker=turn["speaker"],
        text=stored_text(turn["text"]),
        seconds=turn["seconds"],
        end_seconds=turn["end_seconds"],
        participant_key=turn["participant_key"],
        tokens=_tokens(turn["tokens"]),
        normalized_text=None if normalized is None else stored_text(normalized),
        language=turn["language"],
        asr_suspect=turn["asr_suspect"],
    )


def _answer(row: Mapping[str, Any]) -> MaskedSurveyResponse:
    normalized = row["normalized_verbatim"]
    return MaskedSurveyResponse(
        response_id=row["response_id"],
        responded_at=row["responded_at"].replace(tzinfo=UTC),
        nps_rating=None,  # what is not read again is not needed
        ces_rating=None,
        csat_rating=None,
        first_contact_resolution=None,
        verbatim=stored_text(row["verbatim"]),
        conversation_id=row["conversation_id"],
        customer_key=row["customer_key"],
        position="",
        tokens=_tokens(row["tokens"]),
        normalized_text=None if normalized is None else stored_text(normalized),
        language=row["language"],
    )


def _tokens(stored: Sequence[Mapping[str, Any]]) -> tuple[Token, ...]:
    return tuple(
        Token(
            text=token["token"],
            lemma=token["lemma"],
            upos=token["upos"],
            normal=token["normal"] or "",
            rule=token["rule"] or "",
            disfluency=token["disfluency"] or "",
            sentence=token["sentence"] or 0,
        )
        for token in stored
    )


def _told_by_rules(rules: Sequence[str], path: Palvelupolku) -> dict[str, str]:
    """A field and a value that the rules of this path take for the touchpoint that the stored rule names."""
    of_id = {touchpoint.id: touchpoint for touchpoint in path.touchpoints}
    named = [rule.split(BY_FIELD, 1) for rule in rules if BY_FIELD in rule]
    return {
        field: min(of_id[touchpoint].metadata[field])
        for touchpoint, field in sorted(named)
        if touchpoint in of_id and of_id[touchpoint].metadata.get(field)
    }


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
