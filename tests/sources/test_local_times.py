"""Times without a zone are local: both clock changes of Europe/Helsinki in 2026."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.sources import read
from pipeline.sources.text import utc

HELSINKI = ZoneInfo("Europe/Helsinki")
TIMES = {
    "2026-01-15T12:00": "2026-01-15T10:00",  # winter, UTC+2
    "2026-07-15T12:00": "2026-07-15T09:00",  # summer, UTC+3
    "2026-03-29T02:59:59": "2026-03-29T00:59:59",  # the last second of winter time
    "2026-03-29T04:00": "2026-03-29T01:00",  # the first of summer time
    "2026-03-29T03:30": "2026-03-29T01:30",  # never was: read with the offset before the change
    "2026-10-25T02:59:59": "2026-10-24T23:59:59",  # once only
    "2026-10-25T03:30": "2026-10-25T00:30",  # was twice: the first is meant
    "2026-10-25T04:00": "2026-10-25T02:00",  # once only again
    "2026-10-25T03:30+02:00": "2026-10-25T01:30",  # the second, said outright
    "2026-10-25T03:30+03:00": "2026-10-25T00:30",
    "2026-09-01T12:00Z": "2026-09-01T12:00",
    "2026-09-01T12:00:00.250-05:00": "2026-09-01T17:00:00.250",
    " 2026-09-01 00:30 ": "2026-08-31T21:30",
    "20260901T0930": "2026-09-01T06:30",
}


@pytest.mark.parametrize(("local", "expected"), TIMES.items())
def test_a_local_time_becomes_utc(local, expected):
    moment = utc(local, HELSINKI)
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "time",
    [
        "",
        "eilen",
        "1.9.2026 9.15",
        "2026-13-01",
        "2026-02-30T10:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:00-02:00",
    ],
)
def test_what_is_no_time_is_a_value_error(time):
    with pytest.raises(ValueError, match=r"\w"):
        utc(time, HELSINKI)


def test_the_zone_is_the_one_that_is_asked_for(tmp_path):
    file = tmp_path / "nps.csv"
    file.write_text("responded_at,nps_rating\n2026-09-01T12:00,9\n", "utf-8")
    hours = [next(read(file, "survey_csv", ZoneInfo(zone))).responded_at.hour for zone in ("Europe/Helsinki", "UTC")]
    assert hours == [9, 12]


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-03-29T02:59:30", "2026-03-29T04:00:30"), ("2026-10-25T02:59:30", "2026-10-25T03:00:30")],
)
def test_a_chat_over_a_clock_change_lasts_as_long_as_it_did(tmp_path, before, after):
    file = tmp_path / "chat.csv"
    rows = [f"k1,{before},customer,moi", f"k1,{after},agent,hei"]
    file.write_text("\n".join(["conversation_id,sent_at,speaker,text", *rows]), "utf-8")
    (conversation,) = read(file, "chat_csv", HELSINKI)
    assert [utterance.seconds for utterance in conversation.utterances] == [0.0, 60.0]
