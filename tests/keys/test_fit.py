"""The secret before the night: missing or wrong it stops the night, and a database remembers which it was."""

import pytest

from pipeline import keys, steps, store
from pipeline.config import Config
from pipeline.errors import PrivacyError
from pipeline.privacy import load_secret, pseudonymize
from pipeline.privacy.pseudonyms import fingerprint, new_secret, write_secret
from tests.keys.test_rotation import landed, night, stored
from tests.test_steps import chat, digest, tables, write

pytestmark = pytest.mark.slow


def test_missing_secret_stops_the_night_before_anything_is_read(config: Config) -> None:
    landed(config)
    config.paths.secret.unlink()
    with pytest.raises(PrivacyError, match="tunnepolku secret new"):
        night(config)
    assert not config.paths.database.exists()
    assert not config.paths.secret.exists()


def test_missing_secret_is_told_of_in_a_night_without_anything_new(config: Config) -> None:
    landed(config)
    night(config)
    config.paths.secret.unlink()
    with pytest.raises(PrivacyError, match="restore the one you had"):
        night(config)


def test_wrong_secret_stops_the_night_and_touches_nothing(config: Config) -> None:
    landed(config)
    night(config)
    before = tables(config.paths.database), digest(config.paths.published)
    kept = config.paths.secret.rename(config.paths.secret.with_name("kept"))
    write_secret(new_secret(), config.paths.secret)
    write(config.paths.landing, "more.jsonl", chat(20))
    with pytest.raises(PrivacyError, match="not the one the stored keys were made with: restore it") as caught:
        night(config)
    assert load_secret(config.paths.secret).chain[0] not in str(caught.value)
    assert (tables(config.paths.database), digest(config.paths.published)) == before
    assert list(config.paths.staging.glob("*.gz")) == []
    kept.replace(config.paths.secret)
    assert night(config)["conversations"] == 1


def test_fingerprint_is_noted_once_and_gives_nothing_away(config: Config) -> None:
    landed(config)
    night(config)
    noted = stored(config, "FROM secret_checks")
    assert [mark for mark, _ in noted] == [fingerprint(load_secret(config.paths.secret))]
    write(config.paths.landing, "more.jsonl", chat(20))
    night(config)
    assert stored(config, "FROM secret_checks") == noted
    assert load_secret(config.paths.secret).chain[0].encode() not in config.paths.published.read_bytes()


def test_database_of_an_earlier_version_takes_the_present_secret(config: Config) -> None:
    landed(config)
    night(config)
    with store.opened(config.paths.database) as connection:
        connection.execute("DROP TABLE secret_checks")
        connection.execute("DELETE FROM schema_versions WHERE name = '004_secrets'")
        assert keys.fit(connection, config.paths.secret) == "unknown"
    write(config.paths.landing, "more.jsonl", chat(20))
    night(config)
    assert stored(config, "SELECT fingerprint FROM secret_checks") == [(fingerprint(load_secret(config.paths.secret)),)]


def test_another_secret_will_do_where_no_key_is_stored(config: Config) -> None:
    steps.begin(config)  # a night that ended before it stored anything
    config.paths.secret.unlink()
    write_secret(new_secret(), config.paths.secret)
    write(config.paths.landing, "b.jsonl", chat(2))
    night(config)
    assert stored(config, "SELECT fingerprint FROM secret_checks") == [(fingerprint(load_secret(config.paths.secret)),)]


def test_a_conversation_of_nobody_has_a_key_too(config: Config) -> None:
    """Its content is compared by one: with another secret every delivery would be new."""
    write(config.paths.landing, "a.jsonl", chat(1).replace('"customer_id": "K1", ', ""))
    night(config)
    config.paths.secret.unlink()
    write_secret(new_secret(), config.paths.secret)
    write(config.paths.landing, "b.jsonl", chat(2))
    with pytest.raises(PrivacyError, match="not the one the stored keys were made with"):
        night(config)


def test_what_another_secret_staged_is_not_loaded(config: Config) -> None:
    """A killed night leaves its batches; no key is stored yet, so that its secret may change."""
    file = write(config.paths.landing, "a.jsonl", chat(1))
    run_id = steps.begin(config)
    (staged,) = steps.stage(file, run_id, config).batches
    assert steps.stage(file, run_id, config).batches == (staged,)
    config.paths.secret.unlink()
    write_secret(new_secret(), config.paths.secret)
    night(config)
    expected = pseudonymize("K1", load_secret(config.paths.secret), "customer")
    assert stored(config, "SELECT customer_key FROM conversations") == [(expected,)]
