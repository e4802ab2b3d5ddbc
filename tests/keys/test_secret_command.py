"""`tunnepolku secret`, and the secret in the environment: what is made, refused and told, and never shown."""

import re
from collections.abc import Callable

import pytest

from pipeline.cli import main, secret
from pipeline.config import Config, load_config
from pipeline.errors import PrivacyError
from pipeline.privacy import Secret
from pipeline.privacy.pseudonyms import rekey
from tests.keys.test_rotation import keys_in, landed, night, rotate
from tests.test_steps import chat, digest, write

pytestmark = pytest.mark.slow

OLD, FRESH = "o" * 40, "f" * 40


@pytest.fixture
def variables(config: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the variables, None: not at all; the file goes."""
    config.paths.secret.unlink()

    def put(present: str | None, fresh: str | None = None) -> None:
        for name, value in (("TUNNEPOLKU_SECRET", present), ("TUNNEPOLKU_SECRET_NEW", fresh)):
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)

    return put


def test_rotation_of_a_variable_takes_the_new_one_from_another(
    config: Config, variables: Callable[..., None], capsys: pytest.CaptureFixture
) -> None:
    landed(config)
    variables(OLD)
    night(config)
    before = keys_in(config.paths.published)
    variables(OLD, FRESH)
    assert main(["secret", "rotate"]) == 0
    assert "TUNNEPOLKU_SECRET must from now on hold" in (out := capsys.readouterr().out)
    assert OLD not in out
    assert FRESH not in out
    assert {rekey(key, Secret((OLD, FRESH))) for key in before} == keys_in(config.paths.published)
    write(config.paths.landing, "more.jsonl", chat(20))
    with pytest.raises(PrivacyError, match="restore it"):
        night(config)
    variables(f"{OLD} {FRESH}")
    assert night(config)["conversations"] == 1
    assert not config.paths.secret.parent.joinpath("secret.key").exists()


@pytest.mark.parametrize("fresh", [None, OLD, f"{OLD} {FRESH}", "short", ""])
def test_rotation_of_a_variable_asks_for_one_new_secret(
    config: Config, variables: Callable[..., None], fresh: str | None
) -> None:
    landed(config)
    variables(OLD)
    night(config)
    before = digest(config.paths.database)
    variables(OLD, fresh)
    with pytest.raises(PrivacyError, match="TUNNEPOLKU_SECRET_NEW"):
        rotate()
    assert digest(config.paths.database) == before


# --- the command ------------------------------------------------------------------------------------------------------


def test_new_makes_one_secret_and_never_a_second(config: Config, capsys: pytest.CaptureFixture) -> None:
    config.paths.secret.unlink()
    assert main(["secret", "new", "--if-missing"]) == 0
    made = config.paths.secret.read_text()
    assert main(["secret", "new"]) == 1
    assert main(["secret", "new", "--if-missing"]) == 0
    assert config.paths.secret.read_text() == made
    shown = capsys.readouterr()
    assert "back it up" in shown.out
    assert "secret already" in shown.err
    assert made.strip() not in shown.out + shown.err


@pytest.mark.parametrize("option", [[], ["--if-missing"]])
def test_new_refuses_where_keys_are_stored(config: Config, capsys: pytest.CaptureFixture, option: list[str]) -> None:
    landed(config)
    night(config)
    config.paths.secret.unlink()
    assert main(["secret", "new", *option]) == 1
    assert "every customer would become two" in capsys.readouterr().err
    assert not config.paths.secret.exists()


@pytest.mark.parametrize("variable", ["SECRET", "PRIVACY__SECRET_BLOCK"])
def test_new_makes_no_file_beside_another_place(
    config: Config, variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    config.paths.secret.unlink()
    monkeypatch.setenv(f"TUNNEPOLKU_{variable}", "x" * 40)
    load_config.cache_clear()
    assert main(["secret", "new", "--if-missing"]) == 0
    assert main(["secret", "new"]) == 1
    assert re.search("variable|block", capsys.readouterr().err)
    assert not config.paths.secret.exists()


def test_check_says_where_the_secret_is_and_whether_it_fits(config: Config, capsys: pytest.CaptureFixture) -> None:
    def told() -> tuple[int, str]:
        code = main(["secret", "check"])
        shown = capsys.readouterr()
        assert not any(link in shown.out + shown.err for link in config.paths.secret.read_text().split())
        return code, shown.out + shown.err

    assert told() == (
        0,
        f"The secret comes from {config.paths.secret}; it is a chain of 1.\n{secret.FITS['unknown']}\n",
    )
    landed(config)
    night(config)
    assert told()[1].endswith(f"{secret.FITS['same']}\n")
    rotate()
    capsys.readouterr()
    code, text = told()
    assert (code, "a chain of 2" in text) == (0, True)
    config.paths.secret.write_text(config.paths.secret.read_text().split()[0])
    code, text = told()
    assert (code, "restore it" in text) == (1, True)
