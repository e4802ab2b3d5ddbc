"""Insights are asked for as metrics are, say of themselves what metrics say, and tell of no small team."""

import json
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from pipeline import insight, store
from pipeline.cli import main
from pipeline.config import Config
from pipeline.errors import ConfigError, StoreError
from pipeline.insight.reading import INSIGHTS as FOLDER
from pipeline.sharing import large_enough, read_table, shareable
from tests.store.rows import add_run, conversation, key, load

NAMES = sorted(insight.INSIGHTS)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_tells(name: str) -> None:
    head = [
        line.split(":")[0] for line in insight.named()[name].read_text("utf-8").splitlines() if line.startswith("-- ")
    ]
    assert head[:4] == ["-- description", "-- grain", "-- unit", "-- people"]


@pytest.mark.parametrize("name", NAMES)
def test_each_names_its_options_and_their_defaults(name: str) -> None:
    lines = insight.named()[name].read_text("utf-8").splitlines()
    told = {line.removeprefix("-- option: ").split(",")[0]: line for line in lines if line.startswith("-- option: ")}
    options = {
        option.name: option.default
        for option in signature(insight.INSIGHTS[name]).parameters.values()
        if option.kind is Parameter.KEYWORD_ONLY
    }
    assert told.keys() == options.keys()
    assert all(told[option].endswith(f"({default})") for option, default in options.items())


def test_every_file_is_an_insight_and_none_is_a_metric_too() -> None:
    assert [path.stem for path in sorted(FOLDER.glob("*.sql"))] == NAMES
    assert not set(NAMES) & set(store.metrics())
    assert insight.named().keys() == {*NAMES, *store.metrics()}


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_database_has_columns_and_tells_nothing(connection: DuckDBPyConnection, name: str) -> None:
    columns, rows = insight.run(connection, name, {})
    assert len(set(columns)) == len(columns) > 3
    assert rows == []
    if name in shareable():
        assert set(read_table(connection, name).people.covers) <= set(columns)


@pytest.mark.parametrize("name", NAMES)
def test_one_conversation_tells_nothing(connection: DuckDBPyConnection, tmp_path: Path, name: str) -> None:
    load(
        connection, tmp_path, [conversation("c1", [("customer", -0.5), ("agent", 0.3), ("customer", 0.1)], goal="yes")]
    )
    columns, rows = insight.run(connection, name, {})
    assert large_enough(name, columns, rows, 5) == (rows if name == "empathy_effects" else [])
    assert all(row[columns.index("effect")] is None for row in rows if name == "empathy_effects")


def test_metrics_are_run_as_before(connection: DuckDBPyConnection) -> None:
    assert insight.run(connection, "nps", {}) == store.run_metric(connection, "nps", {})
    with pytest.raises(ConfigError, match=r"no metric churn: choose one of .*cx_on_ex, .*nps, .*synchrony.*\.$"):
        insight.run(connection, "churn", {})


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("synchrony", {"sed": "1"}, "The metric synchrony takes seed=1, or another value."),
        ("empathy_effects", {"seed": "1"}, "The metric empathy_effects takes no parameters."),
        ("cx_on_ex", {"seed": "x"}, "A parameter of cx_on_ex has the wrong form: write a whole number."),
    ],
)
def test_other_options_are_told_the_right_ones(
    connection: DuckDBPyConnection, name: str, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        insight.run(connection, name, given)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("name", NAMES)
def test_a_database_of_somebody_else_says_so(name: str) -> None:
    with duckdb.connect() as other, pytest.raises(StoreError, match="no database of Tunnepolku"):
        insight.run(other, name, {})


def turns(agent: int | None) -> list[Any]:
    """A customer's turn and the agent's."""
    return [("customer", -0.5), {"role": "agent", "sentiment": 0.1, "participant_key": key(agent)}]


TEAMS = {"four agents": 4, "five agents": 5, "nobody named": 0}


@pytest.fixture
def teams(config: Config, tmp_path: Path) -> Path:
    """Teams of four agents, of five, and of some nobody names, six customers each; five agents with four customers."""
    talks = [
        conversation(
            f"{team} {number}",
            turns(number % size if size else None),
            queue=team, customer=place * 10 + number, goal="yes",
        )
        for place, (team, size) in enumerate(TEAMS.items()) for number in range(6)
    ]  # fmt: skip
    few = [
        conversation(
            f"few {number}", turns(20 + number), queue="few customers", customer=90 + number % 4, goal="yes",
        )
        for number in range(5)
    ]  # fmt: skip
    with store.opened(config.paths.published) as connection:
        store.migrate(connection)
        add_run(connection, "run", status="published")
        load(connection, tmp_path, [*talks, *few])
    return config.paths.published


def test_teams_under_the_floor_are_not_shown(teams: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "agent_behaviour", "--format", "jsonl"]) == 0
    shown = capsys.readouterr()
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert {row["queue"] for row in rows} == {"five agents"}
    assert len({row["behaviour"] for row in rows}) == 9
    assert shown.err == "Left out: 27 rows of fewer than 5 people.\n"


def test_the_floor_is_the_setting(
    teams: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.config import load_config

    monkeypatch.setenv("TUNNEPOLKU_PRIVACY__MIN_GROUP", "4")
    load_config.cache_clear()
    main(["query", "agent_behaviour", "--format", "jsonl"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["queue"] for row in rows} == {"five agents", "four agents", "few customers"}


def test_small_teams_leave_the_house_hidden(teams: Path, tmp_path: Path) -> None:
    assert main(["share", str(tmp_path / "out"), "--metric", "agent_behaviour"]) == 0
    lines = (tmp_path / "out" / "agent_behaviour.csv").read_text("utf-8-sig").splitlines()
    names = lines[0].split(";")
    rows = [dict(zip(names, line.split(";"), strict=True)) for line in lines[1:]]
    assert {row["queue"] for row in rows if row["customer_count"]} <= {"five agents"}
    assert {row["is_hidden"] for row in rows if row["queue"] == "four agents"} == {"TRUE"}


def test_metrics_that_tell_of_no_team_are_shown_whole(connection: DuckDBPyConnection) -> None:
    assert large_enough("recovery", ["touchpoint", "customer_count"], [("laskutus", 1)], 5) == [("laskutus", 1)]
    assert large_enough("not_asked", ["conversation_id"], [("c1",)], 5) == [("c1",)]


def test_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["metrics"])
    text = capsys.readouterr().out
    assert all(f"\n{name}\n    description: " in f"\n{text}" for name in NAMES)
