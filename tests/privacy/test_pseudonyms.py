import hmac
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import PrivacyError
from pipeline.privacy import load_secret, pseudonymize

SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv("TUNNEPOLKU_SECRET", raising=False)


def test_known_vector():
    expected = hmac.digest(SECRET, b"customer\x00A-17", "sha256").hex()[:32]
    assert pseudonymize("A-17", SECRET, "customer") == expected
    # openssl: printf 'customer\0A-17' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    assert expected == "92832e5620a4bd58b7cb9a1ad8db6df6"


def test_kinds_and_secrets_separate():
    keys = {pseudonymize("17", secret, kind) for secret in (SECRET, SECRET[::-1]) for kind in ("customer", "agent")}
    assert len(keys) == 4


def test_spaces_and_unicode_form_make_no_difference():
    assert pseudonymize(" M\u00e4kinen\n", SECRET, "agent") == pseudonymize("Ma\u0308kinen", SECRET, "agent")


@pytest.mark.parametrize("key", [None, "", "  "])
def test_no_key_stays_none(key):
    assert pseudonymize(key, SECRET, "customer") is None


def test_first_run_creates_a_secret_that_later_runs_use(tmp_path):
    path = tmp_path / "data" / "secret.key"
    secret = load_secret(path)
    assert len(bytes.fromhex(secret.decode())) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(path) == secret
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_first_runs_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_secret, [tmp_path / "secret.key"] * 8))) == 1


def test_variable_beats_the_file(tmp_path, monkeypatch):
    load_secret(tmp_path / "secret.key")
    monkeypatch.setenv("TUNNEPOLKU_SECRET", SECRET.decode())
    assert load_secret(tmp_path / "secret.key") == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(tmp_path, mode):
    load_secret(tmp_path / "secret.key")
    (tmp_path / "secret.key").chmod(mode)
    with pytest.raises(PrivacyError, match="chmod 600"):
        load_secret(tmp_path / "secret.key")


@pytest.mark.parametrize("secret", ["", "abc-secret", " " * 40])
def test_a_short_secret_is_refused_and_not_told(tmp_path, monkeypatch, secret):
    path = tmp_path / "secret.key"
    path.write_text(secret, encoding="ascii")
    path.chmod(0o600)
    with pytest.raises(PrivacyError, match="at least 32") as caught:
        load_secret(path)
    assert "abc" not in str(caught.value)
    monkeypatch.setenv("TUNNEPOLKU_SECRET", secret)
    with pytest.raises(PrivacyError, match="TUNNEPOLKU_SECRET"):
        load_secret(tmp_path / "other.key")


def test_an_unusable_path_is_a_privacy_error(tmp_path):
    with pytest.raises(PrivacyError, match="correct the path"):
        load_secret(tmp_path)
