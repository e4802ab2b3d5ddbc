"""The documentation is true: whatever a user can name stands in it, and what it names exists."""

import re
import subprocess
import sys
import tomllib

import duckdb
import pytest

from pipeline import store
from pipeline.language import LEMMATIZERS
from pipeline.sources import FORMATS
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def named_in_code() -> set[str]:
    """The rejection codes in the source: second arguments of RecordError, `code=` of SourceError, duplicates in SQL."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    text += (ROOT / "pipeline" / "sql" / "steps" / "finish_batch.sql").read_text(encoding="utf-8")
    codes = set(re.findall(r'RecordError\([^()]*?"([a-z_0-9]+)"\)', text)) | set(
        re.findall(r'code="([a-z_0-9]+)"', text)
    )
    codes |= set(re.findall(r'code: str = "([a-z_]+)"', text)) | set(re.findall(r"'(duplicate_\w+)'", text))
    codes |= {f"bad_{column}" for column in ("nps_rating", "ces_rating", "csat_rating")}
    codes |= {f"missing_{column}" for column in ("conversation_id", "sent_at", "speaker", "text")}
    return codes | {"not_utf8", "unknown_speaker", "bad_time"}


@pytest.mark.parametrize("code", sorted(named_in_code()))
def test_every_rejection_code_is_explained(code: str) -> None:
    assert f"`{code}`" in README


def test_every_explained_rejection_code_exists() -> None:
    section = README.split("### When something is rejected")[1].split("\n## ")[0]
    assert set(re.findall(r"`([a-z_0-9]+)`", section)) - {"rejections"} == named_in_code()


@pytest.mark.parametrize("name", [*store.metrics(), *FORMATS])
def test_every_metric_and_format_is_in_the_readme(name: str) -> None:
    assert f"`{name}" in README


def test_every_table_and_view_is_in_the_readme() -> None:
    with duckdb.connect() as connection:
        store.migrate(connection)
        rows = connection.execute(
            "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
    missing = {name for (name,) in rows if f"`{name}`" not in README}
    assert missing == {"schema_versions"}, "only how the file is kept up to date is nobody's concern"


def test_every_command_is_in_the_readme() -> None:
    output = subprocess.run(
        [sys.executable, "-m", "pipeline", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^    ([a-z][\w-]+)\b", output, re.MULTILINE)
    assert {"run", "lemmatize", "add-model", "query"} <= set(commands)
    for command in commands:
        assert re.search(rf"`{command}[ `]|tunnepolku {command}\b", README), command


def test_every_setting_has_a_comment() -> None:
    lines = (ROOT / "pipeline" / "defaults.toml").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if "=" in line and not line.startswith("#") and not line.startswith("models"):
            assert "#" in line, line


def test_lemmatizers_in_the_settings_exist() -> None:
    text = (ROOT / "pipeline" / "defaults.toml").read_text(encoding="utf-8")
    for name in LEMMATIZERS:
        assert name in text


def test_metrics_describe_themselves() -> None:
    for name, path in store.metrics().items():
        head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("-- ")]
        assert [line.split(":")[0] for line in head[:4]] == ["-- description", "-- grain", "-- unit", "-- people"], name


def test_every_dependency_has_a_range_and_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *(r for extra in extras.values() for r in extra)]:
        if not requirement.startswith("tunnepolku["):
            assert re.search(r"==|<", requirement) or requirement.startswith("tzdata"), requirement


def test_nothing_of_this_machine_or_of_a_registry_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.", "download." + "pytorch"]
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in (".npz", ".bloom") or not path.exists():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for host in hosts:
            assert host not in text, f"{name} names {host}"
        assert "/" + "work/" not in text, name
