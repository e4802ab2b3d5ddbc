"""journeys and journey_summary: whose contacts belong together, what came before each, and what became of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline.conversation import MaskedText
from tests.store.rows import Placed, answer, conversation, failed, key, load, rows


def contact(
    conversation_id: str, started_at: str | None, *feelings: float, customer: int | None = 1, **more: Any
) -> Placed:
    return conversation(
        conversation_id, [("customer", value) for value in feelings or (0.0,)],
        started_at=started_at, customer=customer, **more,
    )  # fmt: skip


def joined(connection: DuckDBPyConnection, source: str = "journeys") -> dict[str, tuple[str, int | None]]:
    """Conversation or answer → journey and number of the contact."""
    found = rows(connection, f"SELECT coalesce(response_id, conversation_id), journey_id, contact_number FROM {source}")
    assert len(found) == len(dict.fromkeys(name for name, *_ in found)), "none stands twice"
    return {name: (journey, number) for name, journey, number in found}


def column(connection: DuckDBPyConnection, *names: str, source: str = "journeys") -> list[Any]:
    found = rows(
        connection, f"SELECT {', '.join(names)} FROM {source} ORDER BY customer_key, started_at, conversation_id"
    )
    return [row[0] for row in found] if len(names) == 1 else found


def test_fourteen_days_join_contacts_of_all_channels(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Each is at most 14 days from the one before, however far from the first; a second more begins a new journey."""
    load(connection, tmp_path, [
        contact("a", "2026-09-01T09:00", channel="chat"), contact("b", "2026-09-15T09:00", channel="call"),
        contact("c", "2026-09-29T09:00", channel="email"), contact("d", "2026-10-13T09:00:01", channel="call"),
        contact("e", "2026-09-02T09:00", customer=2),
    ])  # fmt: skip
    assert joined(connection) == {"a": ("a", 1), "b": ("a", 2), "c": ("a", 3), "d": ("d", 1), "e": ("e", 1)}
    assert joined(connection, "journeys(days := 15)")["d"] == ("a", 4)
    assert joined(connection, "journeys(days := 13)") == {name: (name, 1) for name in "abcde"}
    assert column(connection, "channel") == ["chat", "call", "email", "call", "chat"]


def test_a_note_of_a_visit_and_a_chat_are_one_journey(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """What staff writes of a visit tells nothing of the customer's feeling; what the customer said there does."""
    load(connection, tmp_path, [
        conversation("visit", [("agent", -0.9)], started_at="2026-09-01T16:40", customer=1, channel="in_person"),
        conversation("said", [("agent", 0.9), ("customer", -0.6)], started_at="2026-09-02T16:40", customer=1,
                     channel="in_person"),
        contact("chat", "2026-09-08T09:00", 0.4, channel="chat"), contact("post", "2026-09-09T09:00", channel="social"),
        contact("late", "2026-09-24T09:00", channel="chat"),
    ])  # fmt: skip
    assert joined(connection) == {
        "visit": ("visit", 1), "said": ("visit", 2), "chat": ("visit", 3), "post": ("visit", 4), "late": ("late", 1)
    }  # fmt: skip
    assert column(connection, "channel", "first_sentiment")[:3] == [
        ("in_person", None), ("in_person", pytest.approx(-0.6)), ("chat", pytest.approx(0.4))
    ]  # fmt: skip
    assert rows(connection, "SELECT channels FROM journey_summary WHERE journey_id = 'visit'") == [
        (["in_person", "chat", "social"],)
    ]
    assert failed(connection) == set()


def test_a_note_is_nothing_that_an_agent_said_to_the_customer(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    for channel, count in (("in_person", 0), ("chat", 1)):
        talk = conversation(
            channel, [("customer", -0.6), ("agent", 0.9)], goal="yes", channel=channel, moves={"1": {"mandate": 0.9}}
        )
        load(connection, tmp_path, [talk], batch=channel)
        found = f"SELECT count(*) FROM %s WHERE conversation_id = '{channel}'"
        assert rows(connection, found % "agent_turns") == [(count,)]
        assert rows(connection, found % "felt_turns" + " AND speaker_role = 'agent'") == [(count,)]
        assert rows(connection, found % "dyads") == [(count,)]


def test_without_a_customer_or_a_time_there_is_no_journey(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [
        contact("a", "2026-09-01T09:00", customer=None), contact("b", "2026-09-01T10:00", customer=None),
        contact("c", None), contact("d", "2026-09-01T09:00"),
    ])  # fmt: skip
    assert joined(connection) == {"d": ("d", 1)}
    assert rows(connection, "SELECT wait_hours, previous_last_sentiment, is_same_touchpoint FROM journeys") == [
        (None, None, False)
    ]


def test_the_same_minute_in_two_systems(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Their order is that of their ids, on every run; no time lies between them."""
    load(connection, tmp_path, [contact("b", "2026-09-01T09:00", 0.5, source="zendesk"),
                                contact("a", "2026-09-01T09:00", -0.5, source="genesys", channel="call")])  # fmt: skip
    assert joined(connection) == {"a": ("a", 1), "b": ("a", 2)}
    assert column(connection, "wait_hours", "previous_last_sentiment") == [(None, None), (0, pytest.approx(-0.5))]


def test_a_contact_in_a_longer_one_waits_for_nothing(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """A thread of mails over 20 days, a call in the midst, a chat 14 days after its end, another in half an hour."""
    mails = [{"role": "customer", "sentiment": 0.0, "seconds": day * 86400} for day in (0, 20)]
    load(connection, tmp_path, [
        conversation("mails", mails, started_at="2026-09-01T09:00", customer=1, channel="email"),
        contact("call", "2026-09-11T09:00"), contact("chat", "2026-10-05T09:00"), contact("next", "2026-10-05T09:30"),
    ])  # fmt: skip
    assert joined(connection) == {
        "mails": ("mails", 1),
        "call": ("mails", 2),
        "chat": ("mails", 3),
        "next": ("mails", 4),
    }
    assert column(connection, "wait_hours") == [None, 0, 14 * 24, 0.5]


def test_feelings_and_touchpoints_of_before(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [
        contact("a", "2026-09-01T09:00", -0.2, -0.6, touchpoint="toimitus"),
        contact("b", "2026-09-02T09:00", 0.4, 0.8, touchpoint="laskutus"),
        conversation("c", [("agent", 0.5)], started_at="2026-09-03T09:00", customer=1, touchpoint="toimitus"),
        contact("d", "2026-09-04T09:00", 0.1, touchpoint="unknown"),
        contact("e", "2026-09-05T09:00", 0.1, touchpoint="unknown"),
    ])  # fmt: skip
    assert column(connection, "is_same_touchpoint") == [False, False, True, False, False], "unknown is no touchpoint"
    felt = column(connection, "previous_last_sentiment", "first_sentiment", "last_sentiment")
    assert felt == [
        (None, pytest.approx(-0.2), pytest.approx(-0.6)), (pytest.approx(-0.6), pytest.approx(0.4), pytest.approx(0.8)),
        (pytest.approx(0.8), None, None), (None, pytest.approx(0.1), pytest.approx(0.1)),
        (pytest.approx(0.1),) * 3,
    ]  # fmt: skip


def test_answers_stand_in_journeys_and_make_none(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """They neither join b to a nor are the contact before it, and have no number."""
    load(connection, tmp_path, [
        contact("a", "2026-09-01T09:00", -0.4, touchpoint="toimitus"), contact("b", "2026-09-20T09:00"),
        contact("other", "2026-09-01T09:00", customer=2),
    ], [
        answer("of_a", 3, "2026-09-01T10:30", conversation_id="a", ces_rating=2, csat_rating=1,
               verbatim=MaskedText("huono"), sentiment=-0.9, told={"cues": {"churn": 0.8}}),
        answer("late", 9, "2026-12-24T09:00", conversation_id="a", customer=1),
        answer("by_customer", 8, "2026-09-10T09:00", customer=1),
        answer("too_late", 8, "2026-09-15T09:00:01", customer=1),
        answer("too_early", 8, "2026-08-31T09:00", customer=1),
        answer("about_another", 8, "2026-09-02T09:00", conversation_id="other", customer=1),
        answer("nobody", 8, "2026-09-02T09:00"), answer("stranger", 8, "2026-09-02T09:00", customer=3),
    ])  # fmt: skip
    assert joined(connection) == {
        "a": ("a", 1), "of_a": ("a", None), "by_customer": ("a", None), "late": ("a", None), "b": ("b", 1),
        "other": ("other", 1), "about_another": ("other", None),
    }  # fmt: skip
    told = ("customer_key, channel, wait_hours, previous_last_sentiment, first_sentiment, touchpoints, "
            "churn_probability, goal, is_same_touchpoint, nps_rating, ces_rating, csat_rating")  # fmt: skip
    assert rows(connection, f"SELECT {told} FROM journeys WHERE response_id = 'of_a'") == [
        (key(1), "survey", 1.5, pytest.approx(-0.4), pytest.approx(-0.9), ["toimitus"], 0.8, None, False, 3, 2, 1)
    ]
    assert rows(connection, f"SELECT {told} FROM journeys WHERE response_id = 'about_another'")[0][0] == key(2)
    (summed,) = rows(connection, """
        SELECT contact_count, answer_count, channels, days, last_sentiment, last_nps_rating FROM journey_summary
        WHERE journey_id = 'a'
    """)  # fmt: skip
    assert summed == (1, 3, ["chat"], 0, pytest.approx(-0.4), 9)


YES, NO, COMPLAINED = {"goal": "yes"}, {"goal": "no"}, {"events": {"complaint": 0.9}}


@pytest.mark.parametrize(
    ("contacts", "is_open"),
    [
        ([NO | COMPLAINED], [True]),
        ([YES | COMPLAINED], [False]),
        ([NO | COMPLAINED, NO], [True, False]),
        ([NO | COMPLAINED, NO, YES], [False, False, False]),
        ([YES, NO | COMPLAINED], [False, True]),
        ([NO | COMPLAINED, YES, NO | COMPLAINED], [False, False, True]),
        ([NO], [False]),
    ],
)
def test_a_complaint_is_open_until_the_goal_is_reached(
    connection: DuckDBPyConnection, tmp_path: Path, contacts: Sequence[dict[str, Any]], is_open: list[bool]
) -> None:
    load(connection, tmp_path, [contact(f"c{n}", f"2026-09-0{n}T09:00", **told) for n, told in enumerate(contacts, 1)])
    assert column(connection, "is_open_complaint") == is_open
    assert rows(connection, "SELECT open_complaint_count FROM journey_summary") == [(sum(is_open),)]


def test_whether_a_complaint_is_open_needs_a_goal_that_was_read(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """By cues alone c1 complains and c2 does not; the answer complains after all contacts: nothing made it good."""
    turns = [[{"role": "customer", "sentiment": 0.0, "told": {"cues": {"complaint": share}}}] for share in (0.9, 0.2)]
    load(connection, tmp_path, [
        conversation(f"c{n}", said, started_at=f"2026-09-0{n}T09:00", customer=1) for n, said in enumerate(turns, 1)
    ], [answer("a", 2, "2026-09-03T09:00", customer=1, verbatim=MaskedText("huono"), sentiment=-0.9,
               told={"cues": {"complaint": 0.9}})])  # fmt: skip
    assert column(connection, "is_open_complaint") == [None, False, True]


def test_a_journey_in_a_row(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [
        contact("a", "2026-09-01T09:00", -0.8, -0.4, touchpoint="toimitus", goal="no", channel="call"),
        contact("b", "2026-09-02T09:00", -0.2, touchpoint="toimitus", goal="yes", channel="chat"),
        contact("c", "2026-09-03T09:00", 0.1, 0.6, touchpoint="laskutus", channel="call"),
        conversation("d", [("agent", 0.1)], touchpoint="toimitus", started_at="2026-09-03T21:00", customer=1),
    ])  # fmt: skip
    columns = [name for (name, *_) in rows(connection, "DESCRIBE journey_summary")]
    (found,) = rows(connection, "FROM journey_summary")
    summed = dict(zip(columns, found, strict=True))
    assert {name: str(summed.pop(name)) for name in ("started_at", "started_date", "ended_at")} == {
        "started_at": "2026-09-01 09:00:00", "started_date": "2026-09-01", "ended_at": "2026-09-03 21:00:00"
    }  # fmt: skip
    assert summed == {
        "journey_id": "a", "customer_key": key(1), "contact_count": 4, "answer_count": 0, "device_event_count": 0,
        "channels": ["call", "chat"],
        "touchpoints": ["toimitus", "laskutus", "toimitus"], "days": 2.5,
        "first_sentiment": pytest.approx(-0.8), "last_sentiment": pytest.approx(0.6),
        "sentiment_change": pytest.approx(1.4), "goal": "yes", "repeat_contact_count": 2, "open_complaint_count": 0,
        "last_nps_rating": None,
    }  # fmt: skip
    assert rows(connection, "SELECT count(*) FROM journey_summary(days := 0)") == [(4,)]
