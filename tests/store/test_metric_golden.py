"""Every metric over a few invented rows: `golden/<metric>/<case>/` holds input, parameters and the expected table."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from tests.store.rows import load_document

GOLDEN = Path(__file__).with_name("golden")
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/input.json"))
TOLERANCE = 1e-4
"""NPS intervals are written with four decimals; nothing else needs as much."""


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def plain(value: object) -> object:
    """A value as JSON would spell it."""
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_metric(case: Path, connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_document(connection, tmp_path, read(case / "input.json"))
    expected = read(case / "expected.json")
    columns, rows = store.run_metric(connection, case.parent.name, read(case / "parameters.json"))
    wanted = [columns.index(name) for name in expected["columns"]]
    found = [[plain(row[index]) for index in wanted] for row in rows]
    assert len(found) == len(expected["rows"]), found
    for found_row, expected_row in zip(found, expected["rows"], strict=True):
        assert found_row == pytest.approx(expected_row, abs=TOLERANCE)


def test_every_metric_has_a_golden_folder_with_all_its_columns(connection: DuckDBPyConnection) -> None:
    assert {case.parent.name for case in CASES} == set(store.metrics())
    for name in store.metrics():
        cases = [case for case in CASES if case.parent.name == name]
        columns, _ = store.run_metric(connection, name, read(cases[0] / "parameters.json"))
        assert columns in [read(case / "expected.json")["columns"] for case in cases], name


def test_golden_folders_hold_nothing_else() -> None:
    found = {path.name for path in GOLDEN.rglob("*") if path.is_file()}
    assert found == {"input.json", "expected.json", "parameters.json"}


@pytest.mark.parametrize("name", store.metrics())
def test_metric_names_its_parameters(name: str, connection: DuckDBPyConnection) -> None:
    text = store.metrics()[name].read_text(encoding="utf-8")
    (statement,) = connection.extract_statements(text)
    lines = [line.removeprefix("-- parameter: ") for line in text.splitlines() if line.startswith("-- parameter: ")]
    assert {line.split(",")[0] for line in lines} == statement.named_parameters
