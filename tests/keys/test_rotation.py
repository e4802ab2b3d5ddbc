"""A rotation of the secret: every key gets its new form, nothing is stored twice, and it may be cut off anywhere."""

import argparse
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import keys, steps, store
from pipeline.cli import main, secret
from pipeline.config import Config, load_config
from pipeline.errors import StoreError
from pipeline.privacy import load_secret, pseudonymize
from pipeline.privacy.pseudonyms import KEY, new_secret, rekey
from tests.conftest import ROOT
from tests.store.rows import rows
from tests.test_steps import chat, digest, rejections, tables, write

pytestmark = pytest.mark.slow  # each is several small nights

HEX = "0123456789abcdef" * 2
"""A source's own id that looks like a keyed hash."""


def landed(config: Config, note: str = "") -> Path:
    """Files with every sort of id: plain, personal, like a hash, none; `note` makes other bytes of them."""
    chats = [chat(n, customer_id=f"K{n % 3}", agent_id="A1") for n in range(4)]
    chats += [chat(n).replace(f'"c{n}"', f'"{own}"') for n, own in ((8, "+358505550100"), (9, HEX))]
    write(config.paths.landing, f"chats{note}.jsonl", *chats, *([""] if note else []))
    answers = ["K1,c1,a1", "K2,+358505550100,maija.malli@example.fi", f"K9,{HEX},", ",,", f"K1,,{HEX[::-1]}"]
    head = "responded_at,nps_rating,verbatim,customer_id,conversation_id,response_id"
    write(
        config.paths.landing, f"nps{note}.csv", head, *(f"2026-09-01T12:00,9,kiitos,{answer}" for answer in answers),
        *([""] if note else []),
    )  # fmt: skip
    return config.paths.landing


def night(config: Config) -> dict[str, int]:
    return steps.night([config.paths.landing], config).counts


def rotate() -> None:
    secret.rotate(argparse.Namespace())


def stored(config: Config, query: str) -> list[tuple]:
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        return rows(connection, query)


def strings(database: Path) -> set[str]:
    """Whatever text stands in any column of any table."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = rows(
            connection,
            "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) "
            "WHERE data_type = 'VARCHAR'",
        )
        found = {text for table, column in columns for (text,) in rows(connection, f"SELECT {column} FROM {table}")}
    return found - {None}


def keys_in(database: Path) -> set[str]:
    return {text for text in strings(database) if KEY.fullmatch(text)}


def test_rotated_database_is_that_of_a_night_with_the_longer_secret(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed(config)
    night(config)
    rotate()
    rotate()
    monkeypatch.setenv("TUNNEPOLKU_SECRET", " ".join(load_secret(config.paths.secret).chain))
    monkeypatch.setenv("TUNNEPOLKU_HOME", str(tmp_path / "anew"))
    load_config.cache_clear()
    anew = load_config()
    landed(anew)
    night(anew)
    assert len(load_secret(config.paths.secret).chain) == 3
    assert tables(config.paths.published) == tables(anew.paths.published)


def test_every_key_is_new_in_every_table_and_every_other_text_stays(config: Config) -> None:
    landed(config)
    night(config)
    before, texts = keys_in(config.paths.published), strings(config.paths.published)
    old = load_secret(config.paths.secret)
    rotate()
    secret = load_secret(config.paths.secret)
    assert secret.chain[:-1] == old.chain
    assert {rekey(key, secret) for key in before} == keys_in(config.paths.published)
    # customers, agents, conversations, answers, the fingerprint, contents (two conversations say the same)
    assert len(before) == 5 + 1 + 2 + 4 + 1 + 10
    assert texts - before <= strings(config.paths.published)


def test_joins_hold_after_a_rotation(config: Config) -> None:
    landed(config)
    night(config)
    joins = (
        "SELECT count(*), count(DISTINCT customer_key) FROM conversations JOIN survey_responses USING (customer_key)",
        "SELECT count(*) FROM conversations JOIN survey_responses USING (conversation_id)",
        "SELECT count(*) FROM conversations JOIN utterances USING (conversation_id) JOIN utterance_scores "
        "USING (conversation_id, utterance_index) JOIN conversation_touchpoints USING (conversation_id)",
        "SELECT count(*) FROM survey_responses JOIN verbatim_scores USING (response_id)",
        "SELECT touchpoint, nps_rating FROM touchpoint_nps_by_conversation ORDER BY ALL",
    )
    before = [stored(config, join) for join in joins]
    rotate()
    assert [stored(config, join) for join in joins] == before
    assert before[:4] == [[(4, 3)], [(3,)], [(12,)], [(5,)]]


def test_replay_after_a_rotation_brings_nothing_new(config: Config) -> None:
    landed(config)
    night(config)
    rotate()
    assert steps.night([config.paths.landing], config).run_id is None
    before = tables(config.paths.published)
    landed(config, note="again")
    counts = night(config)
    after = tables(config.paths.published)
    assert (counts["conversations"], counts["survey answers"]) == (0, 0)
    assert (counts["unchanged"], rejections(config)) == (11, set())
    for name in {table for table, _ in keys.KEYED}:
        assert after[name] == before[name]


def test_backfill_after_a_rotation_replaces_what_was_stored_before_it(config: Config) -> None:
    landed(config)
    night(config)
    before = tables(config.paths.published)["conversations"]
    rotate()
    period = steps.Period(date(2026, 9, 1), date(2026, 9, 1), config.time.zone)
    report = steps.night([config.paths.landing], config, period=period)
    assert (report.counts["conversations"], report.counts["survey answers"]) == (6, 5)
    assert len(tables(config.paths.published)["conversations"]) == len(before) == 6


def test_ten_thousand_customers_get_the_keys_of_the_longer_secret(config: Config) -> None:
    secret, fresh = load_secret(config.paths.secret), new_secret()
    known = " ".join(str(pseudonymize(f"K{n}", secret, "customer")) for n in range(10_000))
    with store.opened(config.paths.database) as connection:
        store.migrate(connection)
        connection.execute("CREATE TEMP TABLE known AS SELECT unnest(string_split(?, ' ')) AS key", [known])
        connection.execute("""
            INSERT INTO conversations BY NAME SELECT 'c' || row_number() OVER () AS conversation_id, 'chat' AS channel,
                'fi' AS language, key AS customer_key, 'b' AS batch_id FROM known, range(3);
            INSERT INTO survey_responses BY NAME SELECT md5(key) AS response_id, now() AS responded_at,
                today() AS responded_date, [] AS tokens, key AS customer_key, 'b' AS batch_id FROM known;
        """)
    assert keys.rotate(config, fresh) == 20_000
    with store.opened(config.paths.database) as connection:
        joined = "FROM conversations JOIN survey_responses USING (customer_key) GROUP BY ALL"
        found = rows(connection, f"SELECT customer_key, count(*), count(DISTINCT response_id) {joined}")
        assert set(found) == {(pseudonymize(f"K{n}", secret + fresh, "customer"), 3, 1) for n in range(10_000)}
        assert rows(connection, "SELECT count(DISTINCT response_id) FROM survey_responses") == [(10_000,)]


def test_staged_batches_with_old_keys_are_deleted(config: Config) -> None:
    landed(config)
    night(config)
    file = write(config.paths.landing, "more.jsonl", chat(20))
    (staged,) = steps.stage(file, "run", config).batches
    keys.rotate(config, new_secret())  # not the publishing, which sweeps too
    assert not staged.path.exists()
    assert night(config)["conversations"] == 1


def test_rotation_waits_for_no_night_and_no_database(config: Config) -> None:
    with pytest.raises(StoreError, match="no database"):
        rotate()
    landed(config)
    night(config)
    before = digest(config.paths.database), config.paths.secret.read_text()
    with steps.only_run(config), pytest.raises(StoreError, match="Another run"):
        rotate()
    assert (digest(config.paths.database), config.paths.secret.read_text()) == before


def test_failed_check_leaves_new_keys_that_fit_and_the_old_copy(config: Config, capsys: pytest.CaptureFixture) -> None:
    landed(config)
    night(config)
    with duckdb.connect(str(config.paths.database)) as connection:
        connection.execute("UPDATE conversations SET queue = 'maija.malli@example.fi'")
    before = digest(config.paths.published)
    assert main(["secret", "rotate"]) == 1
    assert "Nothing is published" in capsys.readouterr().err
    assert digest(config.paths.published) == before
    with store.opened(config.paths.database) as connection:
        assert keys.fit(connection, config.paths.secret) == "same"
        connection.execute("UPDATE conversations SET queue = NULL")
    assert steps.night([config.paths.landing], config).run_id is not None
    assert keys_in(config.paths.published) == keys_in(config.paths.database)


# --- cut off ----------------------------------------------------------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from pipeline import keys
from pipeline.config import load_config
from pipeline.privacy.pseudonyms import new_secret

place = {"before": (keys, "_note"), "after": (Path, "replace")}[sys.argv[1]]
setattr(*place, lambda *arguments: os.kill(os.getpid(), 9))
keys.rotate(load_config(), new_secret())
"""


def killed_rotation(place: str) -> None:
    """A rotation that is killed before its keys are stored, or after and before its secret is in place."""
    done = subprocess.run([sys.executable, "-c", KILLED, place], cwd=ROOT, env=os.environ, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_rotation_killed_before_its_keys_are_stored_has_not_been(config: Config, capsys: pytest.CaptureFixture) -> None:
    landed(config)
    night(config)
    before = tables(config.paths.database), config.paths.secret.read_text()
    killed_rotation("before")
    assert (tables(config.paths.database), config.paths.secret.read_text()) == before
    assert main(["secret", "check"]) == 0
    assert "The stored keys were made with it" in capsys.readouterr().out
    rotate()
    assert len(load_secret(config.paths.secret).chain) == 2
    assert [path.name for path in config.paths.secret.parent.glob("*secret*")] == ["secret.key"]


def test_rotation_after_one_that_was_cut_off_finishes_that_first(config: Config) -> None:
    landed(config)
    night(config)
    killed_rotation("after")
    keys.rotate(config, new_secret())
    secret = load_secret(config.paths.secret)
    assert len(secret.chain) == 3
    assert pseudonymize("K1", secret, "customer") in keys_in(config.paths.database)


def test_rotation_killed_before_its_secret_is_in_place_is_finished_by_the_next_night(
    config: Config, capsys: pytest.CaptureFixture
) -> None:
    landed(config)
    night(config)
    before = keys_in(config.paths.database)
    killed_rotation("after")
    unfinished = config.paths.secret.with_name("secret.key.next")
    assert unfinished.stat().st_mode & 0o777 == 0o600
    assert len(load_secret(config.paths.secret).chain) == 1
    assert main(["secret", "check"]) == 0
    assert "the next night will finish it" in capsys.readouterr().out
    write(config.paths.landing, "more.jsonl", chat(21, customer_id="K1"))
    night(config)
    assert not unfinished.exists()
    secret = load_secret(config.paths.secret)
    assert len(secret.chain) == 2
    assert {rekey(key, secret) for key in before} <= keys_in(config.paths.published)
    customers = stored(config, "SELECT DISTINCT customer_key FROM conversations WHERE conversation_id IN ('c1', 'c21')")
    assert customers == [(pseudonymize("K1", secret, "customer"),)]
