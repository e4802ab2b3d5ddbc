"""Survey answers as CSV: `responded_at`, `nps_rating` (0-10) and, where asked, more.

Optional: `response_id`, `verbatim`, `customer_id`, `conversation_id`, `ces_rating` (1-7, 7 = very easy),
`csat_rating` (1-5), `first_contact_resolution` (yes/no, true/false, 1/0, kyllä/ei). An empty cell means not answered.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from zoneinfo import ZoneInfo

from pipeline.conversation import SurveyResponse
from pipeline.errors import RecordError
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import Row, clean, csv_rows, utc

REQUIRED = ("responded_at", "nps_rating")
SCALES = {"nps_rating": (0, 10), "ces_rating": (1, 7), "csat_rating": (1, 5)}
YES = {"1", "true", "yes", "kyllä"}
NO = {"0", "false", "no", "ei"}


def matches(head: Head) -> bool:
    """Whether the header has a time and an NPS rating."""
    return head.columns.issuperset(REQUIRED)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[SurveyResponse | RecordError]:
    """One answer per row, in order.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    seen: Counter[str] = Counter()
    for item in csv_rows(file):
        if isinstance(item, RecordError):
            yield item
            continue
        position, row = item
        digest = sha256("\x1f".join(row.values()).encode("utf-8", "surrogatepass")).hexdigest()[:24]
        seen[digest] += 1
        try:
            yield _response(row, position, f"{digest}-{seen[digest]}", zone)
        except RecordError as error:
            yield error
        except UnicodeError:
            yield RecordError(position, "not_unicode")


def _response(row: Row, position: str, fallback_id: str, zone: ZoneInfo) -> SurveyResponse:
    ratings = {column: _rating(row.get(column, ""), column, position) for column in SCALES}
    resolution = _yes_or_no(row.get("first_contact_resolution", ""), position)
    verbatim, own_id = clean(row.get("verbatim", "")), clean(row.get("response_id", ""))
    if resolution is None and not verbatim and all(rating is None for rating in ratings.values()):
        raise RecordError(position, "no_answer")
    try:
        responded_at = utc(row["responded_at"], zone)
    except ValueError:
        raise RecordError(position, "bad_time") from None
    return SurveyResponse(
        response_id=own_id or fallback_id,
        responded_at=responded_at,
        first_contact_resolution=resolution,
        verbatim=verbatim or None,
        conversation_id=clean(row.get("conversation_id", "")) or None,
        customer_id=clean(row.get("customer_id", "")) or None,
        position=position,
        has_own_id=bool(own_id),
        nps_rating=ratings["nps_rating"],
        ces_rating=ratings["ces_rating"],
        csat_rating=ratings["csat_rating"],
    )


def _rating(cell: str, column: str, position: str) -> int | None:
    if not cell.strip():
        return None
    lowest, highest = SCALES[column]
    if cell.strip() not in map(str, range(lowest, highest + 1)):
        raise RecordError(position, f"bad_{column}")
    return int(cell.strip())


def _yes_or_no(cell: str, position: str) -> bool | None:
    answer = cell.strip().lower()
    if answer in YES | NO:
        return answer in YES
    if answer:
        raise RecordError(position, "bad_first_contact_resolution")
    return None
