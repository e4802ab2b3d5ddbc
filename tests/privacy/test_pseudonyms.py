import hmac
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import PrivacyError
from pipeline.privacy import Secret, load_secret, pseudonymize
from pipeline.privacy.pseudonyms import fingerprint, new_secret, read_secret, rekey, write_secret

LINK = "0123456789abcdef0123456789abcdef"
SECRET = Secret((LINK,))


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv("TUNNEPOLKU_SECRET", raising=False)


def test_known_vector():
    expected = hmac.digest(LINK.encode(), b"customer\x00A-17", "sha256").hex()[:32]
    assert pseudonymize("A-17", SECRET, "customer") == expected
    # openssl: printf 'customer\0A-17' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    assert expected == "92832e5620a4bd58b7cb9a1ad8db6df6"


def test_known_vector_of_a_chain():
    chain = Secret((LINK, LINK[::-1]))
    # openssl: printf 'key\0''92832e5620a4bd58b7cb9a1ad8db6df6' | openssl dgst -sha256 -hmac fedcba9876543210fedcba…
    assert pseudonymize("A-17", chain, "customer") == "f1445f337c0082c9cfb23b1406f61088"


@pytest.mark.parametrize("kind", ["customer", "agent", "conversation", "response"])
def test_a_stored_key_gets_a_new_link_without_its_id_and_without_its_kind(kind):
    secret = new_secret()
    for _ in range(3):
        longer = secret + new_secret()
        old, new = (pseudonymize("A-17", chain, kind) for chain in (secret, longer))
        assert rekey(old, longer) == new != old
        secret = longer


def test_kinds_and_secrets_separate():
    secrets = (SECRET, Secret((LINK[::-1],)), Secret((LINK, LINK[::-1])), Secret((LINK[::-1], LINK)))
    keys = {pseudonymize("17", secret, kind) for secret in secrets for kind in ("customer", "agent")}
    assert len(keys) == 8
    assert len({fingerprint(secret) for secret in secrets} - keys) == 4


def test_spaces_and_unicode_form_make_no_difference():
    assert pseudonymize(" M\u00e4kinen\n", SECRET, "agent") == pseudonymize("Ma\u0308kinen", SECRET, "agent")


@pytest.mark.parametrize("key", [None, "", "  "])
def test_no_key_stays_none(key):
    assert pseudonymize(key, SECRET, "customer") is None


def test_a_secret_does_not_show_itself():
    assert LINK not in f"{SECRET} {SECRET!r}"


def test_a_missing_secret_is_told_of_and_none_is_made(tmp_path):
    path = tmp_path / "data" / "secret.key"
    with pytest.raises(PrivacyError, match="tunnepolku secret new"):
        load_secret(path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_read_and_is_its_owners_alone(tmp_path):
    path = tmp_path / "data" / "secret.key"
    secret = new_secret() + new_secret()
    write_secret(secret, path)
    assert [len(bytes.fromhex(link)) for link in secret.chain] == [32, 32]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(path) == read_secret(path) == secret
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_of_two_who_write_at_once_one_wins_and_the_others_are_told(tmp_path):
    path = tmp_path / "secret.key"

    def write(secret):
        try:
            write_secret(secret, path)
        except PrivacyError as error:
            return str(error)
        return secret

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(write, [new_secret() for _ in range(8)]))
    told = [result for result in results if isinstance(result, str)]
    assert [result for result in results if result not in told] == [load_secret(path)]
    assert len(told) == sum("already" in message for message in told) == 7
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_variable_beats_the_file(tmp_path, monkeypatch):
    write_secret(new_secret(), tmp_path / "secret.key")
    monkeypatch.setenv("TUNNEPOLKU_SECRET", f" {LINK}\n")
    assert load_secret(tmp_path / "secret.key") == SECRET
    monkeypatch.setenv("TUNNEPOLKU_SECRET", f"{LINK} {LINK[::-1]}")
    assert load_secret(tmp_path / "secret.key") == Secret((LINK, LINK[::-1]))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(tmp_path, mode):
    write_secret(new_secret(), tmp_path / "secret.key")
    (tmp_path / "secret.key").chmod(mode)
    with pytest.raises(PrivacyError, match="chmod 600"):
        load_secret(tmp_path / "secret.key")


@pytest.mark.parametrize("secret", ["", "abc-secret", " " * 40, f"{LINK} abc-secret", f"abc-secret\n{LINK}\n"])
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
    (tmp_path / "file").write_text("")
    with pytest.raises(PrivacyError, match="correct the path"):
        write_secret(SECRET, tmp_path / "file" / "secret.key")
