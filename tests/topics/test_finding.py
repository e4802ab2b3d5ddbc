"""Topics with their words and figures, of vectors that are made up, and of what the shipped model reads."""

from pathlib import Path

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pipeline.config import Config
from pipeline.conversation import MaskedText, Token
from pipeline.topics import COLUMNS, find_topics, read_stretches, rows
from pipeline.topics.stretches import Stretch
from pipeline.touchpoints.reader import load_path_reader
from tests.store.rows import conversation, load, utterance

DIRECTIONS = np.random.default_rng(5).normal(size=(4, 32))


def stretch(number: int, direction: int, *lemmas: str, touchpoint: str = "laskutus", **facts: object) -> Stretch:
    vector = DIRECTIONS[direction] + 0.4 * np.random.default_rng(number).normal(size=(2, 32))
    values = {"is_known": False, "feelings": (-1.0,) if direction else (), **facts}
    return Stretch(f"talk{number:03d}", touchpoint, (0, 2), vector.astype(np.float32), frozenset(lemmas), **values)


def test_a_topic_has_its_words_its_figures_and_an_example() -> None:
    own = [stretch(number, 0, "lasku", "kaksi", "veloittaa") for number in range(12)]
    others = [stretch(number, 1, "lasku", "osoite", is_known=True) for number in range(100, 108)]
    found = {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows(find_topics([*own, *others]))}
    assert set(found) == {"kaksi · veloittaa", "osoite"}, "a word that stands in both tells of neither"
    double = found["kaksi · veloittaa"]
    assert (double["touchpoint"], double["conversation_count"], double["share"]) == ("laskutus", 12, 0.6)
    assert double["share_low"] < 0.6 < double["share_high"]
    assert (double["known_share"], found["osoite"]["known_share"]) == (0.0, 1.0)
    assert (double["mean_feeling"], found["osoite"]["mean_feeling"]) == (None, -1.0)
    assert double["stability"] > 0.9
    assert double["conversation_id"] in {one.conversation_id for one in own}
    assert double["utterance_index"] in (0, 2)


def test_each_touchpoint_has_its_own_topics() -> None:
    talks = [
        stretch(number, number % 2, f"sana{number % 2}", touchpoint=touchpoint)
        for touchpoint, numbers in (("toimitus", range(20)), ("laskutus", range(20, 40)), ("neuvonta", range(40, 44)))
        for number in numbers
    ]
    found = [(topic.touchpoint, topic.name) for topic in find_topics(talks)]
    assert sorted(found) == [(where, f"sana{number}") for where in ("laskutus", "toimitus") for number in (0, 1)]


def test_no_stretch_is_no_topic() -> None:
    assert find_topics([]) == []


def test_the_interval_of_the_feeling_stays_on_its_scale() -> None:
    talks = [stretch(number, number % 2, f"sana{number % 2}", feelings=(-1.0, -0.9)) for number in range(12)]
    for row in rows(find_topics(talks)):
        figures = dict(zip(COLUMNS, row, strict=True))
        assert -1 <= figures["feeling_low"] <= figures["mean_feeling"] <= figures["feeling_high"] <= 1


DOUBLE = (
    "multa on veloitettu tää kuukausi kahteen kertaan", "sama summa on mennyt tililtä kaksi kertaa",
    "lasku on maksettu ja silti veloititte sen uudestaan", "tililtä lähti raha kahdesti samasta laskusta",
    "miksi kortilta on otettu sama maksu kahteen kertaan", "kuukausimaksu veloitettiin tuplana",
    "maksoin jo laskun ja nyt se sama on veloitettu taas", "teiltä on lähtenyt mulle kaksi samaa laskua",
    "kortilta on mennyt kahteen kertaan syyskuun maksu", "sama veloitus näkyy tiliotteella kahdesti",
)  # fmt: skip
PAPER = (
    "haluaisin laskun paperisena postissa enkä sähköpostiin", "voiko laskun saada vielä paperilla kotiin",
    "en käytä nettiä niin lasku pitäis tulla kirjeenä", "voisko e-laskun vaihtaa takaisin paperilaskuun",
    "mummo tarvitsee paperilaskun kun ei ole verkkopankkia", "saisiko laskut kirjeenä niin kuin ennen",
    "laittakaa lasku postissa paperilla kun ei ole konetta", "haluan paperilaskun enkä mitään sähköisiä",
    "miten saan laskun paperisena kotiosoitteeseen", "isälle pitäisi tulla lasku kirjeenä kun ei osaa nettiä",
)  # fmt: skip


def words(text: str) -> list[Token]:
    """Each word by its first letters, in place of its lemma."""
    return [Token(word, word[:5], "NOUN") for word in text.split()]


@pytest.fixture
def talks(connection: DuckDBPyConnection, tmp_path: Path) -> DuckDBPyConnection:
    """Ten conversations of each matter; one of each is long ago."""
    stored = []
    for matter, texts in (("tupla", DOUBLE), ("paperi", PAPER)):
        for number, said in enumerate(texts):
            turns = [
                utterance(0, "agent", 0.0, text=MaskedText("asiakaspalvelu, miten voin auttaa")),
                utterance(1, "customer", -0.6, text=MaskedText(said), tokens=words(said), language="fi"),
                utterance(2, "agent", 0.0, text=MaskedText("katsotaan hetki")),
                utterance(3, "customer", 0.0, text=MaskedText("joo"), tokens=words("joo"), language="fi"),
            ]
            day = "2026-09-20T09:00" if number else "2026-01-01T09:00"
            stored.append(conversation(f"{matter}{number:02d}", turns, started_at=day))
    load(connection, tmp_path, stored)
    return connection


def test_the_shipped_model_tells_matters_apart(talks: DuckDBPyConnection, config: Config) -> None:
    network = load_path_reader(config).network
    assert network is not None
    read = list(read_stretches(talks, network, days=28, most=2000))
    assert len(read) == 18, "of the last weeks only"
    assert {one.utterances for one in read} == {(1,)}, "neither the agent's words nor a bare joo"
    found = find_topics(read)
    examples = [topic.example[0][:5] for topic in found]
    assert set(examples) == {"tupla", "paper"}
    assert len(list(read_stretches(talks, network, days=365, most=5))) == 5
    again = [one.conversation_id for one in read_stretches(talks, network, days=365, most=5)]
    assert again == [one.conversation_id for one in read_stretches(talks, network, days=365, most=5)]
