"""Running a named metric: what it answers, and what it says when it is asked wrongly."""

from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.errors import ConfigError, StoreError
from tests.store.rows import answer, conversation, load

WEEKS = {"touchpoint": "laskutus"}
BEFORE_AFTER = {**WEEKS, "date": "2026-10-01"}


def test_columns_and_rows(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, answers=[answer("a1", 9)])
    columns, rows = store.run_metric(connection, "nps", {})
    assert columns == ["month", "respondent_count", "nps_count", "nps", "nps_low", "nps_high"]
    assert [row[:4] for row in rows] == [("2026-09", 1, 1, 100)]


def test_unknown_metric_is_told_the_known_ones(connection: DuckDBPyConnection) -> None:
    with pytest.raises(ConfigError, match=r"no metric churn: choose one of .*nps, .*touchpoints\b.*\.$"):
        store.run_metric(connection, "churn", {})


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("before_after", {}, "takes date=… touchpoint=…."),
        ("before_after", WEEKS, "takes date=… touchpoint=…."),
        ("before_after", {**BEFORE_AFTER, "channel": "chat"}, "takes date=… touchpoint=…."),
        ("touchpoint_weeks", {"Touchpoint": "laskutus"}, "takes touchpoint=…."),
        ("nps", WEEKS, "takes no parameters."),
    ],
)
def test_other_parameters_are_told_the_right_ones(
    connection: DuckDBPyConnection, name: str, parameters: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        store.run_metric(connection, name, parameters)
    assert str(caught.value) == f"The metric {name} {sentence}"


@pytest.mark.parametrize("day", ["eilen", "1.10.2026", "2026-13-01", "2026-02-30", "20261001", ""])
def test_bad_date_is_told_the_form(connection: DuckDBPyConnection, tmp_path: Path, day: str) -> None:
    load(connection, tmp_path, [conversation("c1")])
    with pytest.raises(ConfigError, match="dates are written 2026-10-01"):
        store.run_metric(connection, "before_after", {**BEFORE_AFTER, "date": day})


def test_parameters_are_values_and_never_sql(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1")])
    assert store.run_metric(connection, "touchpoint_weeks", {"touchpoint": "x' OR 'a' = 'a"})[1] == []
    assert len(store.run_metric(connection, "touchpoint_weeks", WEEKS)[1]) == 1


def test_a_database_of_somebody_else_says_so(tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    duckdb.connect(str(other)).close()
    with store.opened(other, read_only=True) as connection:
        with pytest.raises(StoreError, match="no database of Tunnepolku"):
            store.run_metric(connection, "nps", {})
        with pytest.raises(StoreError, match="no database of Tunnepolku"):
            store.check(connection, {"max_rejected_share": 0.1})
