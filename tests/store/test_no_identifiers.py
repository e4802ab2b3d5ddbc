"""The check no_identifiers: what it must find in every column it reads, and what it must leave alone."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from pipeline.conversation import MaskedText
from pipeline.privacy import mask
from tests.store.rows import CHECKS, answer, conversation, failed, load, utterance

IDENTIFIERS = (
    "131052-952K", "131052A952K", "fi21 1234 5600 0007 85", "FI2112345600000785", "maija.malli@posti.example.fi",
    "0505550100", "050 555 0100", "050-5550100", "+358 50 555 0100", "+358505550100", "00358 45 5550100",
    "1572860-0", "4012888888881881", "4012 8888 8888 1881", "4012-8888-8888-1881",
)  # fmt: skip
SPOKEN = (
    "nolla neljä nolla yks kaks kolme neljä", "Nolla viisi nolla, viisi viisi viisi, nolla yksi",
    "nolla viiskyt viis viis viis nolla yks kuus", "rekisterinumero ABC-123", "rekisterinumeroni on kmx-17",
)  # fmt: skip
"""Kinds that an older masking does not know: a text of before stops the night until a backfill reads it again."""
HARMLESS = (
    "[HETU] [IBAN] [EMAIL] [PHONE] [PERSON]", "tilaus 20261001-1234", "131052-9521234", "410052-952K", "12.10.2026",
    "0501", "hinta 50 555 01,00 €", "lähetys JJFI65432100000123456", "@asiakas", "a@b", "FI21 1234", "010 555 0100",
    "yksi kaksi kolme", "nolla nolla seitsemän", "viisi viisikymmentä",
    "viitenumero yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan", "nolla kaksi nolla yksi yksi yksi yksi yksi",
    "1572860-1", "1234567-8", "11572860-0", "1572860-01", "4012 8888 8888 1882", "1111 2222 3333 4444",
    "5,4012888888881881", "lähetys 64012888888881881", "rekisteri päivitetään", "rekisteri A-1", "ABC-123",
    "rekisteriseloste on voimassa 2026-10",
)  # fmt: skip


SENTENCES = {"text": "c{}", "normalized_text": "c{}", "queue": "c{}", "verbatim": "a{}", "normalized_verbatim": "a{}",
             "metadata": "a{}"}  # fmt: skip
"""Columns that hold text, and the id of the row that the check then names."""
COLUMNS = (*SENTENCES, "conversation_id", "response_id", "about")


def plant(connection: DuckDBPyConnection, folder: Path, column: str, texts: Sequence[str]) -> None:
    """Good conversations c0, c1 … and answers a0, a1 …: one column of each holds one of `texts`, ids nothing else."""
    placed, answered = [], []
    for number, text in enumerate(texts):
        sentence = MaskedText(f"moi, olen {text} ja odotan")
        facts = {"conversation_id": f"c{number}", "response_id": f"a{number}"}
        facts[column] = sentence if column in SENTENCES else text
        normalized = facts.get("normalized_text")
        turn = utterance(0, "customer", 0.0, text=facts.get("text", "moi"), normalized_text=normalized)
        placed.append(conversation(facts["conversation_id"], [turn], queue=facts.get("queue")))
        verbatim, about = facts.get("verbatim"), facts.get("about")
        sentiment = 0.0 if verbatim else None
        answered.append(
            answer(
                facts["response_id"], conversation_id=about, verbatim=verbatim, sentiment=sentiment,
                normalized_text=facts.get("normalized_verbatim"),
                metadata={"kanava": facts["metadata"]} if "metadata" in facts else {},
            )
        )  # fmt: skip
    load(connection, folder, placed, answered)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_identifier_is_found_and_nothing_else(
    connection: DuckDBPyConnection, tmp_path: Path, column: str
) -> None:
    identifiers = [*IDENTIFIERS, *SPOKEN]
    plant(connection, tmp_path, column, [*HARMLESS, *identifiers])
    found = {row[0] for row in connection.execute((CHECKS / "no_identifiers.sql").read_text("utf-8")).fetchall()}
    numbers = range(len(HARMLESS), len(HARMLESS) + len(identifiers))
    spelled = {**SENTENCES, "about": "a{}"}.get(column)
    assert found == ({spelled.format(number) for number in numbers} if spelled else set(identifiers))
    assert failed(connection) == {"no_identifiers"}


@pytest.mark.parametrize("column", COLUMNS)
def test_harmless_text_passes(connection: DuckDBPyConnection, tmp_path: Path, column: str) -> None:
    plant(connection, tmp_path, column, HARMLESS)
    assert failed(connection) == set()


def test_two_columns_together_are_no_identifier(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Serial numbers with leading zeros, side by side in a row, are not one mobile number."""
    load(connection, tmp_path, [conversation("0451", queue="234567")], [answer("0452", conversation_id="345678")])
    assert failed(connection) == set()


def test_a_keyed_hash_that_ends_as_a_henkilotunnus_does_passes(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    key = "e0b40139aeae40c2e659f230989e488f"
    load(connection, tmp_path, [conversation(key)], [answer(key, conversation_id=key)])
    assert failed(connection) == set()


@pytest.mark.slow
def test_what_the_masking_passes_the_check_passes(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Were the check wider than the masking, one harmless text would stop every night from then on."""
    pieces = [
        *IDENTIFIERS,
        *(text for text in HARMLESS if "yksi" not in text and "nolla" not in text and "kuusi" not in text),
        "0",
        "1",
        "5",
        "31",
        "04",
        "050",
        "+358",
        "358",
        "FI21",
        "FI",
        "A",
        "k",
        "ä",
        "x",
    ]
    pieces += [
        " ",
        " ",
        " ",
        "-",
        "–",
        ".",
        ",",
        "(",
        ")",
        "/",
        ":",
        "@",
        "_",
        "\n",
        "1234",
        "555",
        "0100",
        "952K",
        "131052",
    ]
    draw = random.Random(20261001)
    texts = [mask("".join(draw.choices(pieces, k=draw.randint(1, 9))), names=False)[0] for _ in range(4000)]
    load(connection, tmp_path, [conversation("c1", [utterance(n, "bot", None, text=t) for n, t in enumerate(texts)])])
    assert failed(connection) == set()
