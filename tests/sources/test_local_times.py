"""Times without a zone are local: both clock changes of Europe/Helsinki in 2026."""

import json
from datetime import UTC, datetime, timedelta
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


def seconds_of(tmp_path, *times, **facts):
    """When each turn of a chat was said, and the texts in the order in which they are told."""
    turns = [{"speaker": "customer", "sent_at": time, "text": str(number)} for number, time in enumerate(times)]
    file = tmp_path / "chat.jsonl"
    file.write_text(json.dumps({"conversation_id": "c1", "turns": turns, **facts}), "utf-8")
    (conversation,) = read(file, "chat_jsonl", HELSINKI)
    assert conversation.started_at == min(
        conversation.started_at + timedelta(seconds=turn.seconds) for turn in conversation.utterances
    )
    return [turn.seconds for turn in conversation.utterances], "".join(turn.text for turn in conversation.utterances)


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        (("03:50", "03:10", "03:20", "04:05"), (0, 20, 30, 75)),  # the second time round since it would go back
        (("02:59", "03:58", "03:02", "03:02"), (0, 59, 63, 63)),
        (("03:20", "03:40", "04:10"), (0, 20, 110)),  # nothing tells of the hour between
        (("04:10", "03:50"), (0, 80)),  # newest first, and the first of the two hours: sorted
    ],
)
def test_the_doubled_hour_of_october_keeps_the_order_of_the_source(tmp_path, times, minutes):
    seconds, order = seconds_of(tmp_path, *(f"2026-10-25T{time}" for time in times))
    assert seconds == [60.0 * minute for minute in minutes]
    assert order == ("10" if times[0] == "04:10" else "0123"[: len(times)])


def test_a_start_before_the_doubled_hour_ends_tells_which_is_meant(tmp_path):
    seconds, _ = seconds_of(tmp_path, "2026-10-25T03:55", "2026-10-25T03:05", started_at="2026-10-25T03:55")
    assert seconds == [0.0, 600.0]


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        (("02:58", "04:01", "04:02"), (0, 3, 4)),
        (("02:58", "03:30", "03:31"), (0, 32, 33)),  # a clock that was not set forward
        (("02:58", "03:30", "04:10", "04:20", "04:40"), (0, 32, 32, 32, 42)),  # and was at last: no turn goes back
    ],
)
def test_the_missing_hour_of_march_keeps_the_order_of_the_source(tmp_path, times, minutes):
    seconds, order = seconds_of(tmp_path, *(f"2026-03-29T{time}" for time in times))
    assert seconds == [60.0 * minute for minute in minutes]
    assert order == "01234"[: len(times)]


def test_a_chat_told_from_its_end_is_turned_round_on_any_other_day(tmp_path):
    times = ("2026-09-01T09:20", "2026-09-01T09:10", "2026-09-01T09:10", "2026-09-01T09:00")
    assert seconds_of(tmp_path, *times) == ([0.0, 600.0, 600.0, 1200.0], "3120")
