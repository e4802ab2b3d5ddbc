"""Survey answers as Delighted's API gives them: a score whose scale follows from `survey_type`, a comment, properties.

Times are Unix seconds. The id of the conversation is a property of the person, as whoever sent the survey called it.
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

REQUIRED = ("item.survey_type", "item.score", "item.person_properties")
FIELD_OF_TYPE = {"nps": "nps_rating", "ces": "ces_rating", "csat": "csat_rating", "stars5": "csat_rating",
                 "smileys": "csat_rating", "stars": "csat_rating"}  # fmt: skip
FIXED = {
    "response_id": Column("id"),
    "responded_at": Column("created_at", time="unix"),
    "nps_rating": Column("nps_rating"),
    "ces_rating": Column(
        "ces_rating", scale=(1, 5)
    ),  # 5 = strongly agree, "made it easy": help.delighted.com, article 530
    "csat_rating": Column("csat_rating"),
    "verbatim": Column("comment"),
}


def matches(head: Head) -> bool:
    """Whether answers with a type, a score and properties are listed."""
    return head.json_paths.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers as rows: their own keys, then the properties and the further questions under their own names."""
    for found in json_records(file):
        yield found if isinstance(found, RecordError) else (found[0], _row(found[1]))


def columns(file: SourceFile) -> Plan:
    """What each key becomes."""
    sample = sample_of(rows(file))
    return plan(names_of(sample), sample, FIXED)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per object, in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return read_answers(rows(file), columns(file).mapping, zone)


def _row(answer: Mapping[str, Any]) -> Row:
    kind = text(answer.get("survey_type")).lower()
    row = {
        "id": text(answer.get("id")),
        "created_at": text(answer.get("created_at")),
        FIELD_OF_TYPE.get(kind, f"{kind} score"): text(answer.get("score")),
        "comment": text(answer.get("comment")),
        "tags": ", ".join(map(text, sequence(answer.get("tags")))),
    }
    further = {key: text(value) for key, value in mapping(answer.get("person_properties")).items()}
    for one in map(mapping, sequence(answer.get("additional_answers"))):
        said = next(filter(None, map(text, mapping(one.get("value")).values())), "")
        further[text(mapping(one.get("question")).get("text"))] = said
    return row | {name: value for name, value in further.items() if name and name not in row}
