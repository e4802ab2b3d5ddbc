"""Fixtures shared by the tests: settings of one's own in a temporary folder, and one night over the samples."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.config import Config, Retention, load_config
from tests.packing import Memory

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data" / "samples"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all tests of the sample night in one process, so that it is run once; none of them is of the quick set.

    First of these hooks: xdist's own reads the groups.
    """
    for item in items:
        if "sample_night" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("sample_night"))


LEMMATIZER = "TUNNEPOLKU_LANGUAGE__LEMMATIZER"
FOR_EVER = {f"TUNNEPOLKU_RETENTION__{name.upper()}": "0" for name in Retention.__slots__}
"""The samples and the texts of tests have days that pass: they are kept in any year."""


def environment(home: Path) -> dict[str, str]:
    """The environment of a machine that has nothing but this checkout and `home`; its lemmatizer is always there."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TUNNEPOLKU_")},
        "TUNNEPOLKU_HOME": str(home),
        "TUNNEPOLKU_SECRET": "a-secret-for-the-tests-only-of-32-characters-or-more",
        "TUNNEPOLKU_PATHS__MODELS": str(ROOT / "models"),
        "PREFECT_HOME": str(home / ".prefect"),
        LEMMATIZER: "simplemma",
        **FOR_EVER,
    }


def user_environment(home: Path) -> dict[str, str]:
    """The same with the default lemmatizer, which is only as good as the Voikko that is there."""
    return {name: value for name, value in environment(home).items() if name != LEMMATIZER}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """Settings whose every path lies in a fresh folder, with the models of the repository."""
    for name in [name for name in os.environ if name.startswith("TUNNEPOLKU_")]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    load_config.cache_clear()
    yield load_config()
    load_config.cache_clear()


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Puts bytes into fsspec's storage in memory, which is emptied behind the test."""
    from fsspec.implementations.memory import MemoryFileSystem

    def put(name: str, content: bytes) -> str:
        MemoryFileSystem().pipe_file(f"/{name}", content)
        return f"memory://{name}"

    yield put
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture(scope="session")
def sample_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published database of one night over data/samples, with the default lemmatizer as a user runs it.

    Without evidence, which takes most of a night and which the small nights of other tests look for.
    """
    home = tmp_path_factory.mktemp("night")
    subprocess.run(
        [sys.executable, "-m", "pipeline", "run", str(SAMPLES)],
        env=user_environment(home) | {"TUNNEPOLKU_AFFECT__EVIDENCE": "false"},
        cwd=ROOT, check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    return home / "data" / "published" / "tunnepolku.duckdb"
