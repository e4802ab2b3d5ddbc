"""What insights are made of, read as columns; and how figures are written in a table."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from pipeline import store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

INSIGHTS = store.SQL / "insights"
"""A file for each: its first comments say what the table holds, as those of a metric; then what Python is to read."""
Table = tuple[list[str], list[tuple[Any, ...]]]
"""Column names and rows, as `store.run_metric` gives them."""
Columns = dict[str, "NDArray[Any]"]


def read(connection: "DuckDBPyConnection", name: str, parameters: Mapping[str, Any] | None = None) -> Columns:
    """The columns that the query of an insight gives for its parameters; NaN and None stand for NULL.

    Raises:
        StoreError: the database is none of ours, or one of another version.
    """
    import numpy as np

    (statement,) = connection.extract_statements((INSIGHTS / f"{name}.sql").read_text(encoding="utf-8"))
    with store.our_tables():
        found = connection.execute(statement, dict(parameters or {})).fetchnumpy()
    return {name: _plain(np.ma.asanyarray(column)) for name, column in found.items()}


def _plain(column: Any) -> "NDArray[Any]":
    import numpy as np

    if not np.ma.getmaskarray(column).any():
        return np.asarray(np.ma.getdata(column))
    return np.asarray(column.filled(np.nan) if column.dtype.kind == "f" else column.astype(object).filled(None))


def number(value: Any) -> float | None:
    """A figure as it stands in a table; None where there is none."""
    return float(value) if isfinite(value) else None


def count_people(numbers: "NDArray[Any]") -> int:
    """How many different ones there are; negative ones stand for nobody."""
    import numpy as np

    return len(np.unique(numbers[numbers >= 0]))


def people(columns: Columns) -> tuple[int, int, int]:
    """How many customers, agents and conversations rows are of."""
    customers, agents, conversations = (count_people(columns[name]) for name in ("customer", "agent", "conversation"))
    return customers, agents, conversations


def share(flags: "NDArray[Any]") -> float | None:
    """The share of flags that are set, 0-1; None of none."""
    return float(flags.mean()) if len(flags) else None


def mean_feeling(feelings: "Sequence[float] | NDArray[Any]") -> tuple[float | None, float | None, float | None]:
    """The mean of feelings and both ends of its 95 % interval by Student's t, within -1…1; None of too few."""
    import numpy as np
    from scipy.stats import t

    if not len(feelings):
        return None, None, None
    mean = float(np.mean(feelings))
    if len(feelings) < 2:
        return mean, None, None
    reach = float(t.ppf(0.975, len(feelings) - 1) * np.std(feelings, ddof=1) / np.sqrt(len(feelings)))
    return mean, max(mean - reach, -1.0), min(mean + reach, 1.0)
