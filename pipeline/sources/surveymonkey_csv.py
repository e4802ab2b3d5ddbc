"""Survey answers as SurveyMonkey exports them to CSV: two header rows, the second naming the choices of a question.

Dates are American. What an invitation carried (`Custom Data 1`) is the id of the conversation where it looks like one.
"""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import Column
from pipeline.sources.answers import read_answers
from pipeline.sources.cells import is_answered
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.questions import Plan, plan, time_column
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows

REQUIRED = ("Respondent ID", "Collector ID", "Start Date", "End Date")
OPEN = {"Open-Ended Response", "Response", ""}
"""What the second row says where a question has one column."""
CUSTOM = "Custom Data 1"
AMERICAN = "%m/%d/%Y %I:%M:%S %p"
SHORTEST_ID = 6


def matches(head: Head) -> bool:
    """Whether the header begins as SurveyMonkey's does."""
    return head.columns.issuperset(REQUIRED)


def rows(file: SourceFile) -> Rows:
    """The answers, each choice of a question a column: `question: choice`."""
    return table_rows(file, _names, 2)


def columns(file: SourceFile) -> Plan:
    """What each column becomes."""
    sample = sample_of(rows(file))
    names = names_of(sample)
    times = [row["End Date"] for row in sample if row.get("End Date", "").strip()]
    fixed = {
        "response_id": Column("Respondent ID"),
        "responded_at": time_column("End Date", times, american=True) or Column("End Date", time=AMERICAN),
    }
    if _are_ids([row[CUSTOM].strip() for row in sample if is_answered(row.get(CUSTOM, ""))]):
        fixed["conversation_id"] = Column(CUSTOM)
    return plan(names, sample, fixed, {"Start Date": "of the survey, not of the answer"})


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    return read_answers(rows(file), columns(file).mapping, zone)


def _names(headers: Sequence[list[str]]) -> list[str]:
    """A column without a name belongs to the question before it."""
    questions, choices = headers[0], headers[-1] if len(headers) > 1 else []
    names: list[str] = []
    question = ""
    for own, choice in zip(questions, [*choices, *[""] * len(questions)], strict=False):
        question = own.strip() or question
        names.append(question if choice.strip() in OPEN else f"{question}: {choice.strip()}")
    return names


def _are_ids(values: Sequence[str]) -> bool:
    """Whether these are ids, not words: long, with digits, without spaces, no two alike."""
    looks = all(len(v) >= SHORTEST_ID and " " not in v and "@" not in v and any(map(str.isdigit, v)) for v in values)
    return bool(values) and looks and len(set(values)) == len(values)
