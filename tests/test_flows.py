"""The Prefect wrapping, against a real server; what the night does is tested in test_steps.py."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipeline import store
from pipeline.config import Config, load_config
from pipeline.privacy import Secret, pseudonymize
from tests.conftest import ROOT
from tests.packing import zipped
from tests.test_steps import chat, write

pytestmark = pytest.mark.slow


def test_schedule_and_limits_are_those_the_readme_promises() -> None:
    deployments = {d["name"]: d for d in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
    assert deployments["nightly"]["schedules"] == [{"cron": "30 1 * * *", "timezone": "Europe/Helsinki"}]
    assert all(deployment["concurrency_limit"] == 1 for deployment in deployments.values())
    assert all(deployment["work_pool"]["name"] == "tunnepolku" for deployment in deployments.values())


@pytest.mark.filterwarnings("default")  # a server, its scheduler and its database driver warn of their own affairs
def test_night_and_backfill_under_a_real_server(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import LogFilter
    from prefect.testing.utilities import prefect_test_harness

    from pipeline.errors import CheckFailed
    from pipeline.flows import backfill, nightly

    secret_word = "salasanaton"
    landing = config.paths.landing
    write(landing, "a.jsonl", chat(1, f"moi {secret_word}"))
    (landing / "packed.zip").write_bytes(zipped({"in/b.jsonl": chat(2)}))
    with prefect_test_harness(server_startup_timeout=120):
        nightly()
        backfill(first=date(2026, 9, 1), last=date(2026, 9, 1))
        write(landing, "b.jsonl", f"{{broken {secret_word}", "{broken")
        with pytest.raises(CheckFailed):
            nightly([str(landing)])

        async def facts() -> tuple[list, list, list]:
            async with get_client() as client:
                return await client.read_artifacts(), await client.read_flow_runs(), await client.read_logs(LogFilter())

        artifacts, runs, logs = asyncio.run(facts())
    counts = [json.loads(artifact.data) for artifact in artifacts if artifact.key == "night-counts"]
    assert {"what": "conversations", "count": 2} in counts[0]
    assert len(counts) == 2
    touchpoints = [json.loads(artifact.data) for artifact in artifacts if artifact.key == "night-touchpoints"]
    assert all("mean_sentiment" in row for row in touchpoints[0])
    assert sorted(run.state_name for run in runs) == ["Completed", "Completed", "Failed"]
    written = " ".join([*(log.message for log in logs), *(str(run.parameters) for run in runs), json.dumps(counts)])
    assert secret_word not in written
    assert config.paths.published.exists()


@pytest.mark.filterwarnings("default")
def test_secret_block_is_taken_where_there_is_neither_variable_nor_file(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("TUNNEPOLKU_PRIVACY__SECRET_BLOCK", "tunnepolku-secret")
    monkeypatch.delenv("TUNNEPOLKU_SECRET")
    load_config.cache_clear()
    from prefect.blocks.system import Secret as Block
    from prefect.testing.utilities import prefect_test_harness

    from pipeline.errors import PrivacyError
    from pipeline.flows import nightly

    digits = "0123456789" * 4  # which the block would rather read as a number
    write(config.paths.landing, "a.jsonl", chat(1))
    with prefect_test_harness(server_startup_timeout=120):
        with pytest.raises(PrivacyError, match="no secret block tunnepolku-secret"):
            nightly()
        assert not config.paths.database.exists()
        Block(value=digits[1:]).save("tunnepolku-secret")
        nightly()
        monkeypatch.setenv("TUNNEPOLKU_SECRET", digits)  # it beats the block, and does not fit
        write(config.paths.landing, "b.jsonl", chat(2))
        with pytest.raises(PrivacyError, match="restore it"):
            nightly()
    with store.opened(config.paths.published, read_only=True) as connection:
        found = connection.execute("SELECT customer_key FROM conversations").fetchall()
    assert found == [(pseudonymize("K1", Secret((digits[1:],)), "customer"),)]
