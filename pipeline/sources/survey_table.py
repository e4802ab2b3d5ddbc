"""Survey answers in any other table, as Finnish Excel writes them: CSV in UTF-8 or cp1252, or .xlsx (its first sheet).

The header has to name a time of answering and at least one rating in words that `questions` knows.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.sources import (
    device_csv,
    gsa_touchpoints_csv,
    qualtrics_csv,
    survey_csv,
    surveymonkey_csv,
    typeform_csv,
)
from pipeline.sources.answers import SCALES, read_answers
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.questions import Plan, plan
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows, unique

KNOWN_BETTER = (survey_csv, qualtrics_csv, surveymonkey_csv, typeform_csv, gsa_touchpoints_csv, device_csv)
"""Formats that know their columns by name: such a table is theirs."""


def matches(head: Head) -> bool:
    """Whether a time and a rating are found in the first rows, and no survey tool wrote them."""
    names = unique(head.rows[0]) if head.rows else []
    sample = [dict(zip(names, row, strict=True)) for row in head.rows[1:] if len(row) == len(names)]
    if not sample or any(known.matches(head) for known in KNOWN_BETTER):
        return False
    found = dict(plan(names, sample).mapping.fields)
    return "responded_at" in found and any(field in found for field in SCALES)


def rows(file: SourceFile) -> Rows:
    """The answers."""
    return table_rows(file)


def columns(file: SourceFile) -> Plan:
    """What each column becomes."""
    sample = sample_of(rows(file))
    return plan(names_of(sample), sample)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order.

    Raises:
        SourceError: the file cannot be opened, or is no table.
    """
    return read_answers(rows(file), columns(file).mapping, zone)
