"""Survey answers as Typeform's responses API gives them: `items`, each with `answers` by the reference of its question.

The questions' words are not in the file; what a question is stands in the reference its maker gave it (`nps`, `miksi`)
and in its type. What was hidden in the link (`conversation_id`) is read, whoever's browser it was is not.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import Column
from pipeline.sources.answers import read_answers
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.json_stream import json_records
from pipeline.sources.questions import Plan, plan
from pipeline.sources.tables import Rows, names_of, sample_of
from pipeline.sources.text import Row
from pipeline.sources.values import mapping, sequence, text

SYSTEM = "typeform"
REQUIRED = ("items.item.submitted_at", "items.item.answers", "items.item.answers.item.field")
LONG_TEXT = " [long_text]"


def matches(head: Head) -> bool:
    """Whether answers with their fields stand under `items`."""
    return head.json_paths.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers as rows, a question as `its reference [its type]`."""
    for found in json_records(file, under=("items",)):
        yield found if isinstance(found, RecordError) else (found[0], _row(found[1]))


def columns(file: SourceFile) -> Plan:
    """What each question becomes; a single long text of any name is the open answer."""
    sample = sample_of(rows(file))
    names = names_of(sample)
    fixed = {"response_id": Column("response_id"), "responded_at": Column("submitted_at")}
    found = plan(names, sample, fixed)
    long_texts = [name for name in names if name.endswith(LONG_TEXT)]
    if len(long_texts) == 1 and "verbatim" not in dict(found.mapping.fields):
        return plan(names, sample, {**fixed, "verbatim": Column(long_texts[0])})
    return found


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per item, in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return read_answers(rows(file), columns(file).mapping, zone)


def _row(item: Mapping[str, Any]) -> Row:
    row = {
        "response_id": text(item.get("response_id")) or text(item.get("token")),
        "submitted_at": text(item.get("submitted_at")) or text(item.get("landed_at")),
        "tags": ", ".join(map(text, sequence(item.get("tags")))),
    }
    for answer in map(mapping, sequence(item.get("answers"))):
        question = mapping(answer.get("field"))
        name = f"{text(question.get('ref')) or text(question.get('id'))} [{text(question.get('type'))}]"
        row.setdefault(name, _said(answer))
    return row | {key: text(value) for key, value in mapping(item.get("hidden")).items() if key not in row}


def _said(answer: Mapping[str, Any]) -> str:
    """The answer, which stands under the name of its type."""
    value = answer.get(text(answer.get("type")))
    if isinstance(value, bool):
        return "true" if value else "false"
    choice = mapping(value)
    labels = [text(label) for label in sequence(choice.get("labels"))] or [text(choice.get("label"))]
    return text(value) or ", ".join(filter(None, labels))
