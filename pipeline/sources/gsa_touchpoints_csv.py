"""Survey answers of US agencies (GSA Touchpoints): a rating, fourteen drivers of it, and an open answer.

https://github.com/GSA/touchpoints, docs/models/cx_responses.md. `question_1` is 1-5 or a thumb, 0 or 1. The file has a
time only if `created_at` was exported; else the day stands in the file's name (`cx_2026-03-02.csv`).
"""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError, SourceError
from pipeline.mappings import Column, ColumnMapping
from pipeline.sources.answers import read_answers
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.questions import Plan
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows

REQUIRED = ("question_1", "question_4", "positive_ease", "negative_ease")
DAY = re.compile(r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})(?!\d)")
THUMB = (0, 1)
CREATED = "created_at"
DRIVERS = ("positive_", "negative_")


def matches(head: Head) -> bool:
    """Whether the header has the questions and the drivers."""
    return head.columns.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers, each with a day.

    Raises:
        SourceError: neither the file nor its name has one, or it cannot be opened.
    """
    day = DAY.search(file.stem)
    for item in table_rows(file):
        if not isinstance(item, RecordError) and not item[1].get(CREATED, "").strip():
            if not day:
                raise SourceError(
                    f"{file.name} has no dates: export created_at too, or put the day into its name, as 2026-03-02.",
                    code="missing_date",
                )
            item[1][CREATED] = "-".join(day.groups())
        yield item


def columns(file: SourceFile) -> Plan:
    """What each column becomes."""
    sample = sample_of(rows(file))
    ratings = {row["question_1"].strip() for row in sample}
    fields = {
        "responded_at": Column(CREATED),
        "conversation_id": Column("external_id"),
        "csat_rating": Column("question_1", scale=THUMB if "0" in ratings and ratings <= {"0", "1", ""} else None),
        "verbatim": Column("question_4"),
    }
    names = [name for name in names_of(sample) if name not in {column.name for column in fields.values()}]
    drivers = tuple(name for name in names if name.startswith(DRIVERS))
    unread = tuple((name, "of the upload, not of the answer") for name in names if name not in drivers)
    return Plan(ColumnMapping("", tuple(fields.items()), drivers), unread)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order.

    Raises:
        SourceError: the file cannot be opened, is no text, or nothing says when it was answered.
    """
    return read_answers(rows(file), columns(file).mapping, zone)
