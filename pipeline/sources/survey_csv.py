"""Survey answers as CSV: `responded_at`, `nps_rating` (0-10) and, where asked, more.

Optional: `response_id`, `verbatim`, `customer_id`, `conversation_id`, `ces_rating` (1-7, 7 = very easy),
`csat_rating` (1-5), `first_contact_resolution` (yes/no, true/false, 1/0, kyllä/ei). An empty cell means not answered.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import SURVEY_FIELDS, Column
from pipeline.sources.answers import read_answers
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.questions import Plan, plan
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows

REQUIRED = ("responded_at", "nps_rating")


def matches(head: Head) -> bool:
    """Whether the header has a time and an NPS rating."""
    return head.columns.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers."""
    return table_rows(file)


def columns(file: SourceFile) -> Plan:
    """What each column becomes: the fields by their names, the rest as `questions` understands it."""
    sample = sample_of(rows(file))
    return plan(names_of(sample), sample, {field: Column(field) for field in sorted(SURVEY_FIELDS)})


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    return read_answers(rows(file), columns(file).mapping, zone)
