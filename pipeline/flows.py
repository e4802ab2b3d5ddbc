"""The night under Prefect: `steps` wrapped in tasks with retries and timeouts, nothing else.

Only addresses, run ids and file names are parameters and results, never text; results are not persisted and nothing is
cached. `prefect.yaml` schedules these flows.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any, cast

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from pipeline import steps
from pipeline.config import Config, load_config
from pipeline.errors import CheckFailed, PipelineError, PrivacyError, StoreError
from pipeline.privacy.pseudonyms import VARIABLE
from pipeline.pulling import Pulled, pull_all
from pipeline.pulling.credentials import file_of, variable_of
from pipeline.pulls import Pull
from pipeline.staging import StagedFile

HOURS = 3600


def _is_passing(_task: Any, _run: Any, state: Any) -> bool:
    """Whether trying again may help: a busy disk or database, not a wrong setting, a bad model or a failed check."""
    error = state.result(raise_on_failure=False)
    return not isinstance(error, PipelineError) or (
        isinstance(error, StoreError) and not isinstance(error, CheckFailed)
    )


OPTIONS: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": [10, 60],
    "retry_condition_fn": _is_passing,
}


@task(name="pull", timeout_seconds=5 * HOURS, cache_policy=NO_CACHE, persist_result=False)
def pull(name: str) -> Pulled:
    """`pulling.pull_all` of one source as a task; it has retries of its own, and its errors are part of the result."""
    return pull_all(load_config(), name)[0]


@task(name="find work", timeout_seconds=HOURS, **OPTIONS)
def find_work(paths: list[str], period: steps.Period | None) -> list[str] | None:
    """`steps.find_work` as a task."""
    files = steps.find_work(paths, load_config(), period)
    return None if files is None else [file.address for file in files]


@task(name="begin", timeout_seconds=HOURS, **OPTIONS)
def begin() -> str:
    """`steps.begin` as a task."""
    return steps.begin(load_config())


@task(name="stage", timeout_seconds=4 * HOURS, **OPTIONS)
def stage(file: str, run_id: str, period: steps.Period | None) -> StagedFile:
    """`steps.stage` as a task."""
    return steps.stage(file, run_id, load_config(), period)


@task(name="load", timeout_seconds=HOURS, **OPTIONS)
def load(file: StagedFile, run_id: str, period: steps.Period | None) -> None:
    """`steps.load` as a task."""
    steps.load(file, run_id, load_config(), period)


@task(name="expire", timeout_seconds=HOURS, **OPTIONS)
def expire() -> dict[str, int]:
    """`steps.expire` as a task."""
    return steps.expire(load_config())


@task(name="verify", timeout_seconds=HOURS, **OPTIONS)
def verify(run_id: str) -> None:
    """`steps.verify` as a task."""
    steps.verify(run_id, load_config())


@task(name="publish", timeout_seconds=HOURS, **OPTIONS)
def publish(run_id: str) -> None:
    """`steps.publish` as a task."""
    steps.publish(run_id, load_config())


@flow(name="nightly", timeout_seconds=10 * HOURS)  # 4 for what is pulled at most (max_minutes), 6 for the night
def nightly(paths: list[str] | None = None) -> None:
    """Everything new at `paths` into the published database; without, what can be pulled, and `paths.landing`.

    Raises:
        PipelineError: whatever stopped the night.
    """
    if paths is None:
        _pull_all(load_config())
    _night(paths, None)


@flow(name="backfill", timeout_seconds=24 * HOURS)
def backfill(first: date, last: date, paths: list[str] | None = None) -> None:
    """Read the files at `paths` again and replace what they stored of the days from `first` to `last`.

    Raises:
        PipelineError: whatever stopped it.
    """
    _night(paths, steps.Period(first, last, load_config().time.zone))


def _night(paths: list[str] | None, period: steps.Period | None) -> None:
    config = load_config()
    _hand_on_secret(config)
    with steps.only_run(config):
        files = find_work(paths or [str(config.paths.landing)], period)
        run_id, expired = None, {}
        if files is not None:
            run_id = begin()
            for file in files:
                load(stage(file, run_id, period), run_id, period)
            expired = expire()
            verify(run_id)
            publish(run_id)
        _leave_artifacts(steps.report(run_id, config, expired))


def _pull_all(config: Config) -> None:
    """All sources side by side; one that fails is told of, and stops neither the others nor the night."""
    missing = {source.name: sentence for source in config.pull if (sentence := _without_secret(source, config))}
    asked = {source: pull.submit(source.name) for source in config.pull if source.name not in missing}
    found = [
        Pulled(source.name, source.kind, error=missing[source.name]) for source in config.pull if source.name in missing
    ]
    found += [_outcome(source, one) for source, one in asked.items()]
    for pulled in found:
        for sentence in filter(None, (*pulled.warnings, pulled.error)):
            get_run_logger().warning(sentence)
    if found:
        create_table_artifact(
            key="night-pulls",
            table=[
                {"source": one.name, "files": one.files, "records": one.records, "error": one.error} for one in found
            ],
            description="What was pulled before the night",
        )


def _outcome(source: Pull, asked: PrefectFuture[Any]) -> Pulled:
    """What a task brought; a defect of ours, or a task that took too long, is no reason to have no night."""
    outcome = asked.result(raise_on_failure=False)
    if isinstance(outcome, Pulled):
        return outcome
    sentence = f"{source.name}: the pull failed ({type(outcome).__name__}): see its task in Prefect."
    return Pulled(source.name, source.kind, error=sentence)


def _without_secret(source: Pull, config: Config) -> str:
    """Why a source has no secret, although a block is named for it."""
    try:
        _hand_on(variable_of(source), file_of(source, config), source.secret_block, f"pull.{source.name}.secret_block")
    except PrivacyError as error:
        return str(error)
    return ""


def _hand_on_secret(config: Config) -> None:
    """The secret of the keyed hashes; see `_hand_on`."""
    _hand_on(VARIABLE, config.paths.secret, config.privacy.secret_block, "privacy.secret_block")


def _hand_on(variable: str, path: Path, name: str, setting: str) -> None:
    """A secret block of the settings, where there is neither variable nor file, as the variable of this process.

    Raises:
        PrivacyError: there is no such block.
    """
    if not name or variable in os.environ or path.exists():
        return
    try:
        block = cast("Secret[str]", Secret.load(name))  # not awaited where no event loop runs, as in these flows
    except ValueError:
        raise PrivacyError(
            f"Prefect has no secret block {name}: make it there, or correct {setting} in the settings."
        ) from None
    os.environ[variable] = str(block.value.get_secret_value())  # `get` would read digits as a number


def _leave_artifacts(report: steps.Report) -> None:
    """The night's counts and touchpoint table, to read in Prefect's user interface."""
    night = report.run_id or "nothing was new"
    if report.note:
        get_run_logger().warning(report.note)
    create_table_artifact(
        key="night-counts",
        table=[{"what": name, "count": count} for name, count in report.counts.items()],
        description=f"Counts of the night: {night}",
    )
    create_table_artifact(
        key="night-touchpoints",
        table=[
            {
                name: round(value, 2) if isinstance(value, float) else value
                for name, value in zip(report.columns, row, strict=True)
            }
            for row in report.rows
        ],
        description=f"Touchpoints after the night: {night}",
    )
