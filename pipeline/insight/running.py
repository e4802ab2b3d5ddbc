"""Metrics and insights by name, so that whoever asks need not know which is which."""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.errors import ConfigError
from pipeline.insight import reading
from pipeline.insight.bursts import bursts
from pipeline.insight.empathy import empathy_effects
from pipeline.insight.experience import cx_on_ex
from pipeline.insight.importance import touchpoint_map
from pipeline.insight.pillars import weakest_link
from pipeline.insight.reading import Table
from pipeline.insight.segments import cx_on_ex_segments
from pipeline.insight.synchrony import synchrony

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

INSIGHTS: dict[str, Callable[..., Table]] = {
    "bursts": bursts,
    "cx_on_ex": cx_on_ex,
    "cx_on_ex_segments": cx_on_ex_segments,
    "empathy_effects": empathy_effects,
    "synchrony": synchrony,
    "touchpoint_map": touchpoint_map,
    "weakest_link": weakest_link,
}
"""Name → function from a connection and its options, which are keywords with defaults."""


def named() -> dict[str, Path]:
    """All metrics and insights: name → the SQL file whose first comments say what it tells."""
    found = store.metrics() | {name: reading.INSIGHTS / f"{name}.sql" for name in INSIGHTS}
    return dict(sorted(found.items()))


def run(connection: "DuckDBPyConnection", name: str, parameters: Mapping[str, str]) -> Table:
    """The column names and rows of a metric or an insight, nothing hidden.

    Raises:
        ConfigError: none has that name, or its parameters are not those given.
        StoreError: the database is none of ours.
    """
    if name in INSIGHTS:
        return INSIGHTS[name](connection, **_options(name, parameters))
    if name not in named():
        raise ConfigError(f"There is no metric {name}: choose one of {', '.join(named())}.")
    return store.run_metric(connection, name, parameters)


def _options(name: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The options of an insight as their defaults are: text or whole numbers."""
    known = {
        option.name: option.default
        for option in signature(INSIGHTS[name]).parameters.values()
        if option.kind is Parameter.KEYWORD_ONLY
    }
    if not given.keys() <= known.keys():
        takes = " ".join(f"{option}={default}" for option, default in known.items())
        raise ConfigError(f"The metric {name} takes {takes + ', or another value' if takes else 'no parameters'}.")
    try:
        return {option: type(known[option])(value) for option, value in given.items()}
    except ValueError:
        raise ConfigError(f"A parameter of {name} has the wrong form: write a whole number.") from None
