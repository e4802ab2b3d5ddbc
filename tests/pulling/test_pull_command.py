"""`tunnepolku pull`, the night under Prefect, and the record of processing: what they say of the sources."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline import pulling
from pipeline.audit import write_record
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.pulls import Pull
from tests.pulling.conftest import SECRET, Reply, Server
from tests.pulling.test_zendesk import Zendesk

DAY = date(2026, 11, 3)


@pytest.fixture
def two(config: Config, server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Settings with two sources, of which one has nothing for us."""
    server.route = Zendesk(1, 2, 3)
    tables = "".join(
        f'[pull.{name}]\nkind = "zendesk"\nurl = "{server.url}{path}"\nsince = 2026-03-01\n'
        for name, path in (("rikki", "/rikki"), ("tuki", ""))
    )
    account = server.route
    server.route = lambda request: Reply(status=403) if request.path.startswith("/rikki") else account(request)
    home = config.paths.secret.parents[1]
    (home / "tunnepolku.toml").write_text(tables, "utf-8")
    for name in ("RIKKI", "TUKI"):
        monkeypatch.setenv(f"TUNNEPOLKU_PULL_{name}", SECRET)
    monkeypatch.setenv("NO_PROXY", "*")
    load_config.cache_clear()
    return load_config.cache_clear


def test_one_that_fails_is_told_and_the_others_are_pulled(
    two: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pull"]) == 1
    shown = capsys.readouterr()
    assert "rikki" in shown.out
    assert "not whole" in shown.out
    lines = shown.err.splitlines()
    assert lines[0].startswith("rikki (127.0.0.1): answered 403 to the ticket export: ")
    assert lines[1] == "tunnepolku: 1 of 2 sources were not pulled whole, as said above: rikki."
    assert len(list((load_config().paths.landing / "tuki").glob("tuki-*.json"))) == 2
    assert SECRET not in shown.out + shown.err


def test_one_alone(two: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pull", "tuki"]) == 0
    assert capsys.readouterr().err == ""
    assert not (load_config().paths.landing / "rikki").exists()
    assert main(["pull", "toinen"]) == 2
    assert "The settings know no source toinen: it is one of rikki, tuki." in capsys.readouterr().err


def test_without_sources_it_says_how_to_name_one(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pull"]) == 2
    assert "write a table [pull.NAME]" in capsys.readouterr().err


def test_without_its_extra_it_says_what_to_install(two: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    (pulled,) = pulling.pull_all(load_config(), "tuki")
    assert pulled.error == "tuki: httpx is not installed: pip install -e '.[pull]'."


def test_the_record_says_that_nothing_is_fetched_only_where_nothing_is(config: Config) -> None:
    text = write_record(config, DAY)
    assert "Ohjelma ei hae mitään verkosta." in text
    assert "ajo ei avaa verkkoyhteyksiä" in text
    assert "ei käytä ulkoista palvelua" in text


def test_the_record_names_every_source_and_no_secret(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = (
        Pull("tuki", "zendesk", "https://esimerkki.zendesk.com", "tickets", date(2026, 9, 1)),
        Pull("viestit", "intercom", "https://api.intercom.io", "conversations", secret_block="intercom-token"),
        Pull("kyselyt", "sftp", "sftp://siirto.esimerkki.fi/vienti", "*{1}.csv"),
        Pull("puhelut", "genesys", "https://api.mypurecloud.de", "transcripts"),
    )
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", SECRET)
    key = config.paths.secret.with_name("pull-kyselyt.key")
    key.parent.mkdir(parents=True)
    key.write_text(SECRET)
    key.chmod(0o600)
    text = write_record(replace(config, pull=sources), DAY)
    address = "`https://esimerkki.zendesk.com`, 1.9.2026 alkaen"
    variable = "Tunnus annetaan ympäristömuuttujassa TUNNEPOLKU_PULL_TUKI; ohjelma ei tallenna sitä."
    assert f"- `tuki`: tukipyynnöt kommentteineen; Zendesk, {address}. {variable}\n" in text
    assert "Tunnus on Prefectin salaisuuslohkossa intercom-token." in text
    assert "- `kyselyt`: tiedostot, joiden nimi on muotoa `*{1}.csv`; SFTP-palvelin" in text
    assert f"Tunnus on tiedostossa `{key}` (oikeudet 0600" in text
    assert "litteroinnit" in text
    assert "Tunnusta ei ole." in text
    assert "Kohdassa 4 luetelluille järjestelmille" in text
    assert "ajo avaa yhteyksiä vain kohdassa 4 lueteltuihin" in text
    assert "{reading_section}" not in text
    for untrue in ("Ohjelma ei hae mitään", "ei avaa verkkoyhteyksiä", "ei käytä ulkoista palvelua", SECRET):
        assert untrue not in text


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # a server, its scheduler and its database driver warn of their own affairs
def test_the_night_pulls_first_and_goes_on_without_what_failed(
    two: Callable[[], None], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    home = config.paths.secret.parents[1]
    settings = (home / "tunnepolku.toml").read_text()
    extra = settings.replace("[pull.rikki]", '[pull.rikki]\nsecret_block = "puuttuu"')
    extra = extra.replace("[pull.tuki]", '[pull.tuki]\nsecret_block = "zendesk-avain"')
    (home / "tunnepolku.toml").write_text(extra)
    for name in ("RIKKI", "TUKI"):
        monkeypatch.delenv(f"TUNNEPOLKU_PULL_{name}")
    load_config.cache_clear()
    from prefect.blocks.system import Secret as Block
    from prefect.client.orchestration import get_client
    from prefect.testing.utilities import prefect_test_harness

    from pipeline import flows

    nights: list[Path] = []
    monkeypatch.setattr(flows, "_night", lambda paths, period: nights.append(paths))
    real = flows.pull_all
    defect = {"tuki": False}

    def pull_all(config: Config, name: str) -> list[pulling.Pulled]:
        if defect[name]:
            raise KeyError("Matti Virtanen")
        return real(config, name)

    monkeypatch.setattr(flows, "pull_all", pull_all)
    with prefect_test_harness(server_startup_timeout=120):
        Block(value=SECRET).save("zendesk-avain")
        try:
            flows.nightly()
            flows.nightly([str(home)])
            defect["tuki"] = True
            flows.nightly()
        finally:
            monkeypatch.delenv("TUNNEPOLKU_PULL_TUKI", raising=False)
        with get_client(sync_client=True) as client:
            artifacts = [json.loads(artifact.data) for artifact in client.read_artifacts()]
    assert nights == [None, [str(home)], None]
    by_errors = sorted(artifacts, key=lambda rows: sum(bool(row["error"]) for row in rows))
    text = json.dumps(artifacts)
    assert len(list((config.paths.landing / "tuki").glob("tuki-*.json"))) == 2
    rows, broken = ({row["source"]: row for row in table} for table in by_errors)
    assert rows["tuki"] == {"source": "tuki", "files": 2, "records": 3, "error": ""}
    assert "Prefect has no secret block puuttuu" in rows["rikki"]["error"]
    assert broken["tuki"]["error"] == "tuki: the pull failed (KeyError): see its task in Prefect."
    assert SECRET not in text
    assert "Virtanen" not in text
