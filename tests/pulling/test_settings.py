"""What the settings may say of a source, and where its secret is: one clear sentence for each mistake."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.config import Config, load_config
from pipeline.errors import ConfigError
from pipeline.pulling.credentials import file_of, variable_of
from pipeline.pulls import KINDS, Pull
from tests.pulling.conftest import SECRET, Server, Source
from tests.pulling.test_zendesk import Zendesk

load = load_config.__wrapped__
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd0"
WHOLE = {
    "zendesk": '[pull.tuki]\nkind = "zendesk"\nurl = "https://esimerkki.zendesk.com"\nsince = 2026-09-01\n',
    "intercom": '[pull.tuki]\nkind = "intercom"\nurl = "https://api.intercom.io"\nsince = "2026-09-01"\n',
    "genesys": '[pull.tuki]\nkind = "genesys"\nurl = "https://api.mypurecloud.de"\nuser = "c"\nsince = 2026-09-01\n',
    "https": '[pull.tuki]\nkind = "https"\nurl = "https://esimerkki.fi/vienti/"\n',
    "sftp": f'[pull.tuki]\nkind = "sftp"\nurl = "sftp://esimerkki.fi:2222/v"\nuser = "u"\nhost_key = "{HOST_KEY}"\n',
}


def settings(config: Config, text: str) -> Config:
    """The settings with this in the user's file."""
    home = config.paths.secret.parents[1]
    home.joinpath("tunnepolku.toml").write_text(text, "utf-8")
    return load()


def test_nothing_is_pulled_by_default(config: Config) -> None:
    assert config.pull == ()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_needs_only_what_it_needs(config: Config, kind: str) -> None:
    (pull,) = settings(config, WHOLE[kind]).pull
    expected = {"zendesk": "tickets", "intercom": "conversations", "genesys": "transcripts"}
    assert (pull.name, pull.kind, pull.what) == ("tuki", kind, expected.get(kind, "*"))
    assert pull.overlap_minutes == {"zendesk": 10, "intercom": 1440, "genesys": 4320}.get(kind, 0)
    assert pull.since == (date(2026, 9, 1) if kind in expected else date.min)
    assert pull.begins(ZoneInfo("Europe/Helsinki")) == (1_788_210_000 if kind in expected else 31_528_800)


def test_several_sources_keep_their_order_and_shape_no_row(config: Config) -> None:
    text = WHOLE["https"] + WHOLE["zendesk"].replace("tuki", "a1_b") + 'what = "chats"\nmax_minutes = 5\n'
    found = settings(config, text)
    assert [(pull.name, pull.what, pull.max_minutes) for pull in found.pull] == [
        ("tuki", "*", 60),
        ("a1_b", "chats", 5),
    ]
    assert found.config_hash == config.config_hash


WRONG = {
    "[pull]\ntuki = 1\n": r"pull.tuki must be a table",
    '[pull.tuki]\nurl = "https://a.fi"\n': r"pull.tuki.kind must be one of zendesk, intercom, genesys, https, sftp",
    '[pull.tuki]\nkind = ["zendesk"]\n': r"pull.tuki.kind must be one of",
    WHOLE["zendesk"].replace("[pull.tuki]", '[pull."../tuki"]'): "must be named with",
    WHOLE["zendesk"].replace("[pull.tuki]", "[pull.a__b]"): "must be named with",
    WHOLE["zendesk"].replace("[pull.tuki]", "[pull.Tuki]"): "must be named with",
    WHOLE["zendesk"].replace("since = 2026-09-01", ""): "pull.tuki.since is missing",
    WHOLE["zendesk"].replace("2026-09-01", '"syksy"'): "pull.tuki.since must be a day",
    WHOLE["zendesk"].replace("2026-09-01", "2026-09-01T00:00:00"): "pull.tuki.since must be a day",
    WHOLE["zendesk"] + 'what = "views"\n': "pull.tuki.what must be one of tickets, chats",
    WHOLE["zendesk"] + "what = 1\n": "pull.tuki.what must be text",
    WHOLE["zendesk"] + 'token = "x"\n': "pull.tuki.token is a secret and none of the settings",
    WHOLE["zendesk"] + 'password = "x"\n': "pull.tuki.password is a secret",
    WHOLE["zendesk"] + "window_hours = 1\n": "pull.tuki.window_hours is no key of kind zendesk",
    WHOLE["zendesk"] + "max_minutes = 0\n": "pull.tuki.max_minutes must be a whole number from 1 to 240",
    WHOLE["zendesk"] + "max_minutes = true\n": "pull.tuki.max_minutes must be a whole number",
    WHOLE["zendesk"] + "overlap_minutes = 4\n": "pull.tuki.overlap_minutes must be a whole number from 5 to 43200",
    WHOLE["zendesk"] + "overlap_minutes = 1.5\n": "pull.tuki.overlap_minutes must be a whole number",
    WHOLE["zendesk"].replace("https:", "http:"): "pull.tuki.url must begin with https://",
    WHOLE["zendesk"].replace("https://esimerkki.zendesk.com", "https://"): "pull.tuki.url must begin with https://",
    WHOLE["zendesk"].replace("https://", "https://u:p@"): "pull.tuki.url must hold no user, password",
    WHOLE["zendesk"].replace(".com", ".com/?key=1"): "pull.tuki.url must hold no user, password",
    WHOLE["zendesk"].replace(".com", ".com:port"): "pull.tuki.url must begin with https://",
    WHOLE["genesys"].replace("api.", ""): "or login_url must say",
    WHOLE["genesys"].replace('user = "c"', ""): "pull.tuki.user is missing",
    WHOLE["genesys"] + "window_hours = 169\n": "from 1 to 168",
    WHOLE["https"] + "since = 2026-09-01\n": "pull.tuki.since is no key of kind https",
    WHOLE["https"] + 'what = "a/*.csv"\n': "pull.tuki.what must be a pattern of file names",
    WHOLE["sftp"].replace("sftp://", "https://"): "pull.tuki.url must begin with sftp://",
    WHOLE["sftp"].replace(HOST_KEY, "x"): "pull.tuki.host_key must be the server's public key",
    "pull = 1\n": r"\[pull\]",
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG.items(), ids=range(len(WRONG)))
def test_a_mistake_is_told_in_one_sentence(config: Config, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        settings(config, text)
    assert str(refused.value).endswith(".")


def test_a_variable_cannot_be_a_source(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEPOLKU_PULL__TUKI", "x")
    with pytest.raises(ConfigError, match=r"pull\.tuki must be a table"):
        load()


@pytest.fixture
def tickets(server: Server, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch) -> Source:
    server.route = Zendesk(1)
    found = source("zendesk", what="tickets")
    monkeypatch.delenv("TUNNEPOLKU_PULL_TUKI")
    return found


def put(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)


def test_a_secret_comes_from_a_file_of_its_own_and_the_variable_beats_it(
    server: Server, tickets: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(tickets.pull, tickets.config)
    assert path == tickets.config.paths.secret.parent / "pull-tuki.key"
    put(path, f"{SECRET}\n")
    assert tickets.run().error == ""
    assert server.asked[-1].headers["authorization"] == f"Bearer {SECRET}"
    monkeypatch.setenv(variable_of(tickets.pull), "toinen")
    tickets.run()
    assert server.asked[-1].headers["authorization"] == "Bearer toinen"


def test_without_a_secret_nothing_is_asked(server: Server, tickets: Source) -> None:
    error = tickets.run().error
    assert "there is no secret, neither in TUNNEPOLKU_PULL_TUKI nor in" in error
    put(file_of(tickets.pull, tickets.config), " \n")
    assert tickets.run().error == error
    assert server.asked == []


def test_a_secret_that_others_may_read_is_not_used(server: Server, tickets: Source) -> None:
    put(file_of(tickets.pull, tickets.config), SECRET, 0o644)
    error = tickets.run().error
    assert "Others may read the secret" in error
    assert SECRET not in error
    assert server.asked == []


def test_a_source_needs_no_other_ones_variable(config: Config) -> None:
    assert variable_of(Pull("a1_b", "https", "https://a.fi")) == "TUNNEPOLKU_PULL_A1_B"
    found = replace(config, pull=(Pull("tuki", "https", "https://a.fi"),))
    assert file_of(found.pull[0], found).name == "pull-tuki.key"
