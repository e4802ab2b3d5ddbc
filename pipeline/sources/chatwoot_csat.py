"""Chatwoot's CSAT report as JSON: a rating from 1 to 5 and a message about one of its conversations; Unix seconds."""

from collections.abc import Iterator
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
from pipeline.sources.values import text

SYSTEM = "chatwoot"
REQUIRED = ("item.rating", "item.feedback_message", "item.conversation_id")
FIXED = {
    "response_id": Column("id"),
    "responded_at": Column("created_at", time="unix"),
    "csat_rating": Column("rating"),
    "verbatim": Column("feedback_message"),
    "conversation_id": Column("conversation_id"),
}


def matches(head: Head) -> bool:
    """Whether ratings of conversations are listed."""
    return head.json_paths.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers as rows, without the people: the contact and the agent."""
    for found in json_records(file):
        if isinstance(found, RecordError):
            yield found
        else:
            yield found[0], {column.name: text(found[1].get(column.name)) for column in FIXED.values()}


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
