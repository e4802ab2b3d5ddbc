"""Survey answers from the rows of a table, read by a column mapping: what the survey readers share."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import Column, ColumnMapping
from pipeline.sources.cells import is_answered, moment, rating, rescaled, yes_or_no
from pipeline.sources.tables import Rows
from pipeline.sources.text import Row, clean

SCALES = {"nps_rating": (0, 10), "ces_rating": (1, 7), "csat_rating": (1, 5)}
MAX_METADATA_CHARACTERS = 80
"""What is longer is free text, and no label."""


def read_answers(rows: Rows, mapping: ColumnMapping, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order; an answer without an id gets a hash of its row as one."""
    seen: Counter[str] = Counter()
    for item in rows:
        if isinstance(item, RecordError):
            yield item
            continue
        position, row = item
        digest = sha256("\x1f".join(row.values()).encode("utf-8", "surrogatepass")).hexdigest()[:24]
        seen[digest] += 1
        try:
            yield _response(row, position, f"{digest}-{seen[digest]}", mapping, zone)
        except RecordError as error:
            yield error
        except UnicodeError:
            yield RecordError(position, "not_unicode")


def _response(row: Row, position: str, fallback_id: str, mapping: ColumnMapping, zone: ZoneInfo) -> SurveyResponse:
    columns = dict(mapping.fields)
    texts = {field: clean(row.get(column.name, "")) for field, column in columns.items()}
    ratings = {field: _rating(texts.get(field, ""), field, columns, position) for field in SCALES}
    resolution = _resolution(texts.get("first_contact_resolution", ""), columns, position)
    verbatim = texts.get("verbatim", "")
    if resolution is None and not verbatim and all(rating is None for rating in ratings.values()):
        raise RecordError(position, "no_answer")
    return SurveyResponse(
        response_id=texts.get("response_id") or fallback_id,
        responded_at=_moment(texts.get("responded_at", ""), columns, position, zone),
        first_contact_resolution=resolution,
        verbatim=verbatim or None,
        conversation_id=texts.get("conversation_id") or None,
        customer_id=texts.get("customer_id") or None,
        position=position,
        has_own_id=bool(texts.get("response_id")),
        metadata={clean(name): text for name in mapping.metadata if (text := _label(row.get(name, "")))},
        nps_rating=ratings["nps_rating"],
        ces_rating=ratings["ces_rating"],
        csat_rating=ratings["csat_rating"],
    )


def _label(cell: str) -> str:
    text = clean(cell)
    return text if len(text) <= MAX_METADATA_CHARACTERS else ""


def _moment(text: str, columns: Mapping[str, Column], position: str, zone: ZoneInfo) -> datetime:
    try:
        return moment(text, zone, columns["responded_at"].time if "responded_at" in columns else "")
    except ValueError:
        raise RecordError(position, "bad_time") from None


def _rating(text: str, field: str, columns: Mapping[str, Column], position: str) -> int | None:
    if not is_answered(text):
        return None
    column = columns[field]
    try:
        own = SCALES[field]
        return rescaled(rating(text), column.scale or own, own, is_reversed=column.reversed)
    except ValueError:
        raise RecordError(position, f"bad_{field}") from None


def _resolution(text: str, columns: Mapping[str, Column], position: str) -> bool | None:
    if not is_answered(text):
        return None
    column = columns["first_contact_resolution"]
    try:
        return yes_or_no(text, column.yes, column.no)
    except ValueError:
        raise RecordError(position, "bad_first_contact_resolution") from None
