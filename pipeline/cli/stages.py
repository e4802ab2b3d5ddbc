"""The stages alone: `read`, `mask`, `lemmatize`, `score`.

What they write is a contract: later versions only add keys. Raw text goes to the terminal only, never to a log.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import ModelError, RecordError, SourceError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.conversation import Conversation, DeviceEvent, Evidence, SurveyResponse

LINES_AT_ONCE = 256


def read(options: argparse.Namespace) -> None:
    """The records of the files at an address; an unreadable one becomes a line on standard error.

    With `--explain`, for people: what each file is taken for, and why.
    """
    from pipeline import sources
    from pipeline.cli.explain import explain
    from pipeline.config import load_config
    from pipeline.conversation import Conversation, DeviceEvent
    from pipeline.sources.roles import infer

    config = load_config()
    mappings = config.sources.mappings
    for file in sources.find_files([options.file]):
        if options.explain:
            explain(file, config)
            continue
        for record in sources.read(file, sources.recognise(file, mappings), config.time.zone, mappings):
            if isinstance(record, RecordError):
                print(f"tunnepolku: {record}", file=sys.stderr)
            elif isinstance(record, DeviceEvent):
                _write_json(_event(record))
            else:
                _write_json(_conversation(infer(record)) if isinstance(record, Conversation) else _response(record))


def _conversation(conversation: "Conversation") -> dict[str, Any]:
    return {
        "conversation_id": conversation.conversation_id,
        "channel": conversation.channel,
        "language": conversation.language,
        "started_at": conversation.started_at.isoformat() if conversation.started_at else None,
        "role_confidence": conversation.role_confidence,
        "role_warnings": conversation.warnings,
        "turns": [
            {"index": turn.index, "speaker": turn.speaker, "seconds": turn.seconds, "text": turn.text}
            for turn in conversation.utterances
        ],
    }


def _response(response: "SurveyResponse") -> dict[str, Any]:
    return {
        "response_id": response.response_id,
        "channel": "survey",
        "responded_at": response.responded_at.isoformat(),
        "nps_rating": response.nps_rating,
        "ces_rating": response.ces_rating,
        "csat_rating": response.csat_rating,
        "first_contact_resolution": response.first_contact_resolution,
        "verbatim": response.verbatim,
        "conversation_id": response.conversation_id,
        "metadata": dict(response.metadata),
    }


def _event(event: "DeviceEvent") -> dict[str, Any]:
    return {
        "device_id": event.device_id,
        "channel": "device",
        "occurred_at": event.occurred_at.isoformat(),
        "code": event.code,
        "severity": event.severity,
        "message": event.message,
    }


def mask(options: argparse.Namespace) -> None:
    """Texts in, masked texts and spans out."""
    from pipeline.config import load_config
    from pipeline.privacy import mask

    names = load_config().privacy.names

    def masked(texts: list[str]) -> Iterator[dict[str, Any]]:
        for text in texts:
            result, spans = mask(text, names=names)
            yield {"text": result, "spans": [asdict(span) for span in spans]}

    _each_line(options, masked, lambda row: (row["text"], ", ".join(span["type"] for span in row["spans"])))


def lemmatize(options: argparse.Namespace) -> None:
    """Texts in, tokens out."""
    from pipeline.config import load_config
    from pipeline.conversation import MaskedText
    from pipeline.language import load_lemmatizer
    from pipeline.language.speech import mark

    settings = load_config().language
    lemmatizer = load_lemmatizer(settings.lemmatizer, stanza_folder=settings.stanza_folder)

    def lemmatized(texts: list[str]) -> Iterator[dict[str, Any]]:
        for tokens in lemmatizer.lemmatize([MaskedText(text) for text in texts]):
            yield {"tokens": [asdict(token) for token in mark(tokens)]}

    _each_line(
        options, lemmatized, lambda row: tuple(_spoken(row["tokens"], key) for key in ("lemma", "upos", "normal"))
    )


def _spoken(tokens: list[dict[str, Any]], key: str) -> str:
    """One field of all tokens; fillers and repeats in brackets."""
    return " ".join(
        f"({token[key] or token['text']})" if token["disfluency"] else token[key] or token["text"] for token in tokens
    )


def score(options: argparse.Namespace) -> None:
    """Texts in, masked, probabilities out; a text in another language is scored too, and says which it is in.

    Raises:
        ModelError: no model is where `--model` or `--backend` points.
    """
    from pipeline.annotate import load_scorer
    from pipeline.config import load_config
    from pipeline.language.identify import identify
    from pipeline.privacy import mask

    config = load_config()
    evidence = getattr(options, "evidence", False)
    affect = replace(config.affect, model=_model(options, config), evidence=evidence)
    scorer = load_scorer(replace(config, affect=affect))

    def scored(texts: list[str]) -> Iterator[dict[str, Any]]:
        masked = [mask(text, names=config.privacy.names)[0] for text in texts]
        for text, score in zip(masked, scorer.score(masked), strict=True):
            row = {
                "sentiment": score.sentiment,
                "sentiment_probability": _rounded(score.sentiment_probability),
                "emotions": _rounded(score.emotions),
                "model": score.model,
                "model_version": score.model_version,
                "is_sure": score.is_sure,
                "intensity": _rounded(score.intensity),
                "cues": _rounded(score.cues),
                "language": identify([text])[0],
            }
            yield row | ({"evidence": [_found(one, text) for one in score.evidence]} if evidence else {})

    _each_line(
        options,
        scored,
        lambda row: (
            row["sentiment"],
            *(f"{value:.2f}" for value in row["emotions"].values()),
            *(", ".join(f"{one['label']}: {one['words']}" for one in row[key]) for key in row if key == "evidence"),
        ),
    )


def _model(options: argparse.Namespace, config: "Config") -> str:
    """The folder of `--model`, else that of the newest model of `--backend`, else what the settings name."""
    from pipeline.cli.affect import model_folder
    from pipeline.models import all_cards

    name, backend = getattr(options, "model", None), getattr(options, "backend", None)
    if name:
        return str(model_folder(config, str(name)))
    if not backend:
        return config.affect.model
    cards = [card for card in all_cards(config.paths.models) if card.task == "affect"]
    found = [card for card in cards if card.backend == backend]
    if not found:
        known = " or ".join(sorted({card.backend for card in cards}))
        raise ModelError(f"There is no model with the backend {backend} in {config.paths.models}: choose {known}.")
    return str(max(found, key=lambda card: [int(number) for number in re.findall(r"\d+", card.version)]).folder)


def _found(evidence: "Evidence", text: str) -> dict[str, Any]:
    """A piece of evidence with its words, cut from the masked text that its offsets count in."""
    return asdict(evidence) | {
        "weight": round(evidence.weight, 6),
        "words": text[evidence.start : evidence.end],
    }


def _rounded(probabilities: Mapping[Any, float]) -> dict[str, float]:
    return {name: round(float(value), 6) for name, value in probabilities.items()}


def _each_line(
    options: argparse.Namespace,
    stage: Callable[[list[str]], Iterator[dict[str, Any]]],
    cells: Callable[[dict[str, Any]], tuple[str, ...]],
) -> None:
    """Feed the lines of a file or of standard input through a stage, a few hundred at a time, and write its rows."""
    lines = lines_of(options.file)
    while texts := list(islice(lines, LINES_AT_ONCE)):
        for text, row in zip(texts, stage(texts), strict=True):
            if options.format == "jsonl":
                _write_json(row)
            else:
                print("\t".join((text, *cells(row))))
        sys.stdout.flush()


def lines_of(name: str) -> Iterator[str]:
    """The lines of a text file, or with `-` of standard input.

    Raises:
        SourceError: there is no such file, or it is not UTF-8.
    """
    path = Path(name)
    if name != "-" and not path.is_file():
        raise SourceError(f"{name} is not there: check the path.", code="missing_file")
    try:
        if name == "-":
            for raw in sys.stdin.buffer:
                yield raw.decode("utf-8").rstrip("\r\n")
        else:
            with path.open(encoding="utf-8-sig", newline="\n") as file:
                for line in file:
                    yield line.rstrip("\r\n")
    except UnicodeDecodeError:
        raise SourceError("The input is not UTF-8: convert it first.", code="not_utf8") from None


def _write_json(row: dict[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False))
