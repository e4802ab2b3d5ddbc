"""Whose figures a metric tells: every metric says so, counts people and not contacts, and some never leave."""

from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from pipeline.errors import ConfigError
from pipeline.sharing import Table, read_table, shareable
from pipeline.sharing.people import people_of
from tests.store.rows import answer, conversation, key, load

LEAVING = {
    "agent_behaviour", "asr_quality", "bond", "channel_gaps", "channels", "contact_points", "contact_waits", "cues",
    "cx_on_ex", "cx_on_ex_segments", "drivers", "emotion_words", "emotions", "empathy_effects", "languages", "nps",
    "recovery", "recovery_nps", "synchrony", "touchpoints", "arcs", "arc_nps", "dimensions", "coverage", "events",
    "expectations", "surprises", "advocacy", "hand_offs", "fcr", "fcr_agreement", "timing", "waits",
    "touchpoint_map", "pillars",
    "weakest_link", "emotion_and_reason",
}  # fmt: skip


NAMED = [(kind, "lasku", turn, 0, 5, 1.0) for kind in ("contact_point", "driver") for turn in range(4)]
NAMED.append(("driver", "edullisuus", 3, 0, 5, 1.0))
NAMED += [("target", label, turn, 0, 5, 0.9) for turn, label in ((0, "ihminen"), (3, "tuote"))]
"""Everybody names the same."""


def turns(cue: str = "thanks", agent: int | None = None) -> list[dict[str, object]]:
    """A turn of an angry customer with evidence, one of an agent, a suspect one."""
    told = {"cues": {cue: 0.9, "expectation_over": 0.9, "advocacy": 0.9}, "evidence": [["anger", 0, 5, 0.9]]}
    customer = {"role": "customer", "sentiment": -0.9, "emotions": {"anger": 0.9, "surprise": 0.9}, "told": told}
    said = [
        customer,
        {"role": "agent", "sentiment": 0.1, "told": told, "participant_key": key(agent)},
        {"role": "customer", "asr_suspect": "phrase"},
        customer,
    ]
    return [{**turn, "seconds": 10.0 * index, "end_seconds": 10.0 * index + 5} for index, turn in enumerate(said)]


@pytest.fixture
def two_people(connection: DuckDBPyConnection, tmp_path: Path) -> DuckDBPyConnection:
    """Customer 1 calls three times and answers twice each time, a stranger once; two agents and one unknown reply."""
    read = {"channel": "call", "goal": "yes", "ease": "easy", "moves": {"1": {"hand_over": 0.9}}}
    calls = [
        *(conversation(f"c{number}", turns(agent=7), customer=1, mentions=NAMED, **read) for number in range(2)),
        conversation("c2", turns(agent=8), customer=1, mentions=NAMED, **read),
        conversation("c3", turns(), mentions=NAMED, **read),
    ]
    answers = [
        answer(f"a{number}", 9, conversation_id=f"c{number // 2}", customer=1 if number in (0, 2, 4) else None,
               ces_rating=5, first_contact_resolution=True,
               verbatim=MaskedText("lasku"), sentiment=-0.9, emotions={"anger": 0.9},
               tokens=[["lasku", "lasku", "NOUN"]], told={"evidence": [["anger", 0, 5, 0.9]]})
        for number in range(8)
    ]  # fmt: skip
    load(connection, tmp_path, calls, answers)
    return connection


def read(connection: DuckDBPyConnection, name: str) -> dict[str, int]:
    """Counts of people in the metric's rows; each has but one value here."""
    table = read_table(connection, name)
    assert table.rows
    return {column: size for column in table.people.covers for size in table.sizes(column) if size}


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("touchpoints", {"customer_count": 2, "respondent_count": 2}),
        ("channels", {"customer_count": 2, "respondent_count": 2}),
        ("recovery", {"customer_count": 2}),
        ("asr_quality", {"customer_count": 2}),
        ("emotions", {"customer_count": 2, "present_customer_count": 2, "everywhere_customer_count": 2}),
        ("cues", {"customer_count": 2, "agent_count": 3, "present_customer_count": 2, "present_agent_count": 3}),
        ("languages", {"customer_count": 2, "agent_count": 3, "main_customer_count": 2, "speaking_customer_count": 2}),
        ("contact_points", {"customer_count": 2, "naming_customer_count": 2, "agent_count": 3}),
        ("drivers", {"customer_count": 2, "emotion_customer_count": 2}),
        ("nps", {"respondent_count": 2}),
        ("agent_behaviour", {"customer_count": 2, "agent_count": 2, "present_agent_count": 2,
                             "present_customer_count": 2, "other_customer_count": 2}),
        ("empathy_effects", {}),
        ("recovery_nps", {"customer_count": 2}),
        ("bond", {"customer_count": 2}),
        ("contact_waits", {"customer_count": 1, "all_customer_count": 1}),
        ("emotion_words", {"customer_count": 2, "example_customer_count": 2}),
        ("arcs", {"customer_count": 2}),
        ("arc_nps", {"respondent_count": 2}),
        ("dimensions", {"customer_count": 2, "goal_customer_count": 2, "ease_customer_count": 2, "respondent_count": 2,
                        "felt_customer_count": 2}),
        ("coverage", {"customer_count": 2, "known_customer_count": 2}),
        ("events", {"customer_count": 2, "present_customer_count": 2}),
        ("expectations", {"customer_count": 2, "gap_customer_count": 2}),
        ("surprises", {"customer_count": 2, "shocked_customer_count": 2}),
        ("advocacy", {"customer_count": 2, "present_customer_count": 2}),
        ("hand_offs", {"customer_count": 2, "compared_customer_count": 2, "told_customer_count": 2}),
        ("fcr", {"customer_count": 2, "known_customer_count": 2}),
        ("fcr_agreement", {"customer_count": 2}),
        ("timing", {"customer_count": 2, "agent_count": 3, "call_customer_count": 2, "waiting_customer_count": 2}),
        ("waits", {"customer_count": 2, "agent_count": 3}),
        ("pillars", {"customer_count": 2, "agent_count": 2, "cx_customer_count": 2, "ux_customer_count": 2,
                     "least_customer_count": 2}),
        ("emotion_and_reason", {"customer_count": 2, "price_customer_count": 2, "goal_customer_count": 2}),
    ],
)  # fmt: skip
def test_people_are_counted_and_not_contacts(two_people: DuckDBPyConnection, name: str, counts: dict[str, int]) -> None:
    assert read(two_people, name) == counts


@pytest.mark.parametrize("name", ["touchpoints", "emotion_and_reason"])
def test_people_whose_emotion_stands_out(two_people: DuckDBPyConnection, tmp_path: Path, name: str) -> None:
    """The anger of two people at laskutus does, once somebody is calm elsewhere."""
    calm = conversation("calm", [("customer", 0.1)] * 9, touchpoint="toimitus")
    load(two_people, tmp_path, [calm], file="calm.jsonl")
    table = read_table(two_people, name)
    assert [size for size in table.sizes("dominant_customer_count") if size] == [2], table.rows


def test_pairs_of_channels_count_customers(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Customer 1 called twice and chatted three times, 2 once each and was read, 3 only called."""
    contacts = [(1, "call")] * 2 + [(1, "chat")] * 3 + [(2, "call"), (2, "chat"), (3, "call")]
    load(connection, tmp_path, [
        conversation(f"c{number}", customer=customer, channel=channel, goal="yes" if customer == 2 else None)
        for number, (customer, channel) in enumerate(contacts)
    ])  # fmt: skip
    assert read(connection, "channel_gaps") == {"paired_customer_count": 2, "paired_goal_customer_count": 1}


def test_every_metric_that_leaves_is_counted_above() -> None:
    assert set(shareable()) == LEAVING


@pytest.mark.parametrize("name", sorted(LEAVING))
def test_columns_of_people_are_numbers_and_groups_are_distinct(connection: DuckDBPyConnection, name: str) -> None:
    """A NULL would pass for something hidden already."""
    table = read_table(connection, name)
    assert not table.rows
    assert table.people.groups
    assert set(table.people.groups).isdisjoint(table.people.covers)
    first = next(iter(table.people.covers.values()))
    assert first == set(table.columns) - set(table.people.groups), "the first covers every figure"


@pytest.mark.slow
def test_columns_of_people_are_numbers_over_the_samples(sample_night: Path) -> None:
    with store.opened(sample_night, read_only=True) as connection:
        for table in (read_table(connection, name) for name in LEAVING):
            assert len(set(table.names())) == len(table.rows)
            assert all(isinstance(size, int) for column in table.people.covers for size in table.sizes(column))


@pytest.mark.parametrize("name", sorted(set(store.metrics()) - LEAVING))
def test_the_others_say_why_they_stay(connection: DuckDBPyConnection, name: str) -> None:
    reason = store.metrics()[name].read_text(encoding="utf-8").split("\n-- people: none (")[1].split(")\n")[0]
    with pytest.raises(ConfigError, match=rf"^The metric {name} does not leave the house: .{{20,}}") as refused:
        read_table(connection, name)
    assert reason in str(refused.value)


def test_an_unknown_metric_is_told_the_known_ones(connection: DuckDBPyConnection) -> None:
    with pytest.raises(ConfigError, match="no metric invented: choose one of"):
        read_table(connection, "invented")


def invent(folder: Path, monkeypatch: pytest.MonkeyPatch, sql: str, people: str = "") -> None:
    (folder / "invented.sql").write_text(f"-- description: d\n-- grain: g\n-- unit: u\n{people}{sql};\n", "utf-8")
    monkeypatch.setattr(store, "metrics", lambda: {"invented": folder / "invented.sql"})


AGENTS = "count(DISTINCT participant_key) AS agent_count"
COUNTED = "-- people: agent_count by queue\n"


@pytest.mark.parametrize(
    ("sql", "people", "why"),
    [
        ("SELECT 1 AS n", "", "no line `-- people:`"),
        ("-- parameter: date, a day\nSELECT $date AS g, 9 AS customer_count", "-- people: customer_count by g\n",
         "the difference may be one person"),
        (f"SELECT participant_key, {AGENTS} FROM utterances GROUP BY 1", "-- people: agent_count by participant_key\n",
         "participant_key would tell of single persons"),
        (f"SELECT conversation_id, {AGENTS} FROM utterances GROUP BY 1", "-- people: agent_count by conversation_id\n",
         "conversation_id would"),
        (f"SELECT 'Aino' AS agent_name, {AGENTS} FROM utterances", "-- people: agent_count by agent_name\n",
         "agent_name would"),
        (f"SELECT 'x' AS queue, any_value(text) AS text, {AGENTS} FROM utterances", COUNTED, "text would"),
        ("SELECT 'x' AS queue, 9 AS customer_count", "-- people: customer_count by queue\n", "a queue is a team"),
        (f"SELECT 'x' AS queue, 9 AS customer_count, 1 AS mean, {AGENTS} FROM utterances",
         "-- people: customer_count by queue; agent_count for agent_count\n", "a queue is a team"),
        ("SELECT 'x' AS g, 1 AS n", "-- people: others by g\n", "not understood"),
        ("SELECT 'x' AS g, 1 AS n", "-- people: n\n", "not understood"),
        ("SELECT 'x' AS g, 1 AS n", "-- people: n by g; n for other\n", "not understood"),
    ],
)  # fmt: skip
def test_single_persons_and_what_says_nothing_of_people_stay(
    connection: DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, people: str, why: str
) -> None:
    invent(tmp_path, monkeypatch, sql, people)
    with pytest.raises(ConfigError, match=why):
        read_table(connection, "invented")


def test_a_team_leaves_with_its_agents_counted(
    connection: DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invent(tmp_path, monkeypatch, f"SELECT 'x' AS queue, 0.5 AS mean_sentiment, {AGENTS} FROM utterances", COUNTED)
    table = read_table(connection, "invented")
    assert table == Table(("queue", "mean_sentiment", "agent_count"), table.rows, table.people)
    assert table.people.covers == {"agent_count": {"mean_sentiment", "agent_count"}}


def test_how_the_line_is_read() -> None:
    columns = ["touchpoint", "role", "a_count", "b_count", "mean", "c_count", "nps"]
    people = people_of("a_count, b_count by touchpoint, role; c_count for nps", columns)
    everything = {"a_count", "b_count", "mean", "c_count", "nps"}
    assert people.groups == ("touchpoint", "role")
    assert people.covers == {"a_count": everything, "b_count": everything, "c_count": {"c_count", "nps"}}
