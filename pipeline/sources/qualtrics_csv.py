"""Survey answers as Qualtrics exports them to CSV: three header rows (ids, questions, ImportIds), or the old two.

Previews and tests of the survey (`Status`) are passed over. Choices exported as numbers are understood for yes and no
alone, as Qualtrics numbers them: 1 is yes, 2 no.
"""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import Column
from pipeline.sources.answers import read_answers
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.questions import Plan, fields_named, plan
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows

IMPORT_ID = '"ImportId"'
BUILT_IN = {"startdate": "StartDate", "enddate": "EndDate", "status": "Status", "recordeddate": "RecordedDate",
            "responseid": "ResponseId", "externalreference": "ExternalReference", "finished": "Finished",
            "externaldatareference": "ExternalReference"}  # fmt: skip
NO_QUESTION = {"Progress", "Duration (in seconds)", "ResponseSet", "StartDate", "EndDate", "Finished", "Status"}
NOT_MEANT = {"1", "2", "survey preview", "survey test", "spam", "8", "9", "12"}
"""Values of `Status`: previews, tests, and what Qualtrics itself takes for spam."""


def matches(head: Head) -> bool:
    """Whether the third row holds the ImportIds, or the second names the V1, V2 of the old export."""
    rows = head.rows
    if len(rows) >= 3 and any(IMPORT_ID in cell for cell in rows[2]):
        return True
    return len(rows) >= 2 and rows[0][:1] == ["V1"] and "ResponseID" in rows[1]


def rows(file: SourceFile) -> Rows:
    """The answers under the names of Qualtrics' own columns, and the others under their questions."""
    header_rows = 2 if _first_name(file) == "V1" else 3
    for item in table_rows(file, _names, header_rows):
        if isinstance(item, RecordError) or item[1].get("Status", "").strip().lower() not in NOT_MEANT:
            yield item


def columns(file: SourceFile) -> Plan:
    """What each column becomes."""
    sample = sample_of(rows(file))
    names = names_of(sample)
    fixed = {
        "response_id": Column("ResponseId"),
        "responded_at": Column("RecordedDate" if "RecordedDate" in names else "EndDate"),
        "customer_id": Column("ExternalReference"),
    }
    for name in names:
        values = {row[name].strip() for row in sample} - {""}
        if "first_contact_resolution" in fields_named(name) and values and values <= {"1", "2"}:
            fixed.setdefault("first_contact_resolution", Column(name, yes=("1",), no=("2", "0")))
    skipped = dict.fromkeys(NO_QUESTION, "of the survey, not of the answer")
    skipped |= {name: "follows from the rating" for name in names if name.endswith("NPS_GROUP")}
    return plan(names, sample, fixed, skipped)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row; its times are read in `zone`, which is to be the zone of the account.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    return read_answers(rows(file), columns(file).mapping, zone)


def _names(headers: Sequence[list[str]]) -> list[str]:
    """Built-in columns under one spelling, NPS groups under their id, the rest under their question."""
    ids, questions = headers[0], headers[min(1, len(headers) - 1)]
    named = zip(ids, [*questions, *ids[len(questions) :]], strict=False)
    return [_name(own.strip(), question.strip()) for own, question in named]


def _name(own: str, question: str) -> str:
    for known in (own, question):
        if found := BUILT_IN.get(known.lower()):
            return found
    is_own = own in NO_QUESTION or own.startswith(("Recipient", "IPAddress", "Location")) or own.endswith("NPS_GROUP")
    return own if is_own or not question else question


def _first_name(file: SourceFile) -> str:
    for item in table_rows(file):
        if not isinstance(item, RecordError):
            return next(iter(item[1]), "")
    return ""
