"""Survey answers as Typeform exports them to CSV: the questions are the names of the columns, times are UTC."""

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import Column
from pipeline.sources.answers import read_answers
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.questions import Plan, plan
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows

REQUIRED = ("#", "Submit Date (UTC)", "Network ID")
SYSTEM = "typeform"
SUBMITTED, STAGED = "Submit Date (UTC)", "Stage Date (UTC)"
OF_THE_SURVEY = dict.fromkeys(
    ("Start Date (UTC)", STAGED, "Response Type", "Network ID"), "of the survey, not of the answer"
)


def matches(head: Head) -> bool:
    """Whether the header has Typeform's own columns."""
    return head.columns.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers; one that was begun and never sent counts from its last step."""
    for item in table_rows(file):
        if not isinstance(item, RecordError) and not item[1][SUBMITTED].strip():
            item[1][SUBMITTED] = item[1].get(STAGED, "").strip() or item[1].get("Start Date (UTC)", "")
        yield item


def columns(file: SourceFile) -> Plan:
    """What each column becomes."""
    sample = sample_of(rows(file))
    fixed = {"response_id": Column("#"), "responded_at": Column(SUBMITTED)}
    return plan(names_of(sample), sample, fixed, OF_THE_SURVEY)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    return read_answers(rows(file), columns(file).mapping, ZoneInfo(str(UTC)))
