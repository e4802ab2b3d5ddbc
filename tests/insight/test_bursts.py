"""Words that customers have begun to use: planted ones are found, of words that only vary nearly none is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pipeline.conversation import Token
from pipeline.errors import ConfigError
from pipeline.insight.bursts import COLUMNS, ratio, table
from pipeline.insight.running import run
from tests.store.rows import conversation, load, utterance

DAYS = [f"2026-09-{day:02d}T09:00" for day in range(1, 31)]


def said(*lemmas: str, role: str = "customer", upos: str = "NOUN") -> Any:
    return lambda index: utterance(index, role, 0.0, tokens=[Token(lemma, lemma, upos) for lemma in lemmas])


def talk(name: str, day: int, *turns: Any, mentions: Any = ()) -> Any:
    return conversation(
        name, [turn(index) for index, turn in enumerate(turns)], started_at=DAYS[day], mentions=mentions
    )


def told(connection: DuckDBPyConnection, **options: Any) -> dict[str, dict[str, Any]]:
    names, rows = run(connection, "bursts", {name: str(value) for name, value in options.items()})
    return {row[1]: dict(zip(names, row, strict=True)) for row in rows}


@pytest.fixture
def filled(connection: DuckDBPyConnection, tmp_path: Path) -> DuckDBPyConnection:
    """Sixty talks, two a day; in the last week two words come up together, and a third one by itself."""
    talks = []
    for number in range(60):
        day, words = number // 2, ["maksu"]
        words += ["kuitti"] if number % 3 == 0 else []
        if day >= 23:
            words += ["katkos", "masto"] if number % 2 else ["jono"]
        turns = [said(*words), said("pahoittelu", "katkos", role="agent"), said("että", "joku", upos="SCONJ")]
        named = [("driver", "nopeus", 0, 0, 1, 1.0)] if "jono" in words else []
        talks.append(talk(f"t{number:02d}", day, *turns, mentions=named))
    talks.append(talk("early", 2, said("katkos")))
    load(connection, tmp_path, talks)
    return connection


def test_what_comes_up_is_found_with_what_comes_with_it_and_whether_it_is_known(filled: DuckDBPyConnection) -> None:
    found = told(filled)
    assert set(found) == {"katkos", "masto", "jono"}
    assert found["katkos"]["topic"] == found["masto"]["topic"] == "masto", "which was never said before"
    assert found["jono"]["topic"] == "jono"
    katkos = found["katkos"]
    assert (katkos["recent_count"], katkos["recent_share"], katkos["earlier_count"]) == (7, 0.5, 1)
    assert katkos["earlier_share"] == pytest.approx(1 / 47)
    assert katkos["times_low"] < katkos["times"] < katkos["times_high"]
    assert katkos["false_discovery_rate"] < 0.01
    assert (katkos["known_share"], found["jono"]["known_share"]) == (0.0, 1.0)


def test_the_days_are_those_asked_for(filled: DuckDBPyConnection) -> None:
    assert set(told(filled, days=25, before=4)) == set(), "not enough before to compare with"
    assert "katkos" in told(filled, days=5, before=100)


@pytest.mark.parametrize("options", [{"days": 0}, {"before": -1}, {"days": "viikko"}])
def test_what_is_no_number_of_days_is_told(filled: DuckDBPyConnection, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="write"):
        told(filled, **options)


def test_nothing_stored_is_no_burst(connection: DuckDBPyConnection) -> None:
    assert run(connection, "bursts", {}) == (list(COLUMNS), [])


def test_of_words_that_only_vary_nearly_none_bursts() -> None:
    """A false discovery rate of 10 % is, where nothing bursts, the share of tables with any row."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(200):
        shares = rng.beta(0.5, 10, 300)
        recent, earlier = rng.binomial(40, shares), rng.binomial(300, shares)
        kept = recent + earlier >= 3
        count = int(kept.sum())
        alarms += bool(table({
            "lemma": np.array([f"sana{place}" for place in range(count)], dtype=object),
            "recent_count": recent[kept], "earlier_count": earlier[kept], "recent_size": np.full(count, 40),
            "earlier_size": np.full(count, 300), "known_share": np.zeros(count),
            "recent": np.array([[place] for place in range(count)] + [None], dtype=object)[:-1],
        })[1])  # fmt: skip
    assert alarms / 200 <= 0.13


def test_the_interval_of_the_ratio_holds_the_truth() -> None:
    rng = np.random.default_rng(1)
    recent, earlier = rng.binomial(40, 0.3, 4000).astype(float), rng.binomial(300, 0.1, 4000).astype(float)
    _, low, high = ratio(recent, np.full(4000, 40.0), earlier, np.full(4000, 300.0))
    assert np.mean((low <= 3) & (high >= 3)) == pytest.approx(0.95, abs=0.015)
