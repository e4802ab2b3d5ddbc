"""What is read again takes the place of what is stored, part by part; earlier versions stay. Models are invented."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.config import Config
from pipeline.conversation import MaskedConversation, MaskedSurveyResponse, MaskedText, Score
from pipeline.errors import StoreError
from pipeline.rescoring import again
from pipeline.rescoring.again import read_again
from pipeline.rescoring.versions import find_waiting, mixture
from pipeline.touchpoints import (
    Dimensions,
    Mention,
    Place,
    Reading,
    Segment,
    Taxonomies,
    TurnReading,
    load_palvelupolku,
)
from pipeline.touchpoints.reading import EASES, EVENTS, GOALS, MOVES
from pipeline.touchpoints.rules import by_metadata
from tests.store.rows import add_run, answer, conversation, failed, key, load, rows, score, utterance

TOLD = {
    "is_sure": False,
    "cues": {"complaint": 0.9},
    "intensity": {"anger": 2.0},
    "evidence": [("negative", 0, 4, 0.9)],
}


@dataclass
class InventedScorer:
    """Reads everything as it is told to, and remembers what it was given."""

    value: float
    version: str
    context_turns: int = 1
    seen: list[tuple[str, str]] = field(default_factory=list)

    def score(self, texts: Sequence[MaskedText], contexts: Sequence[MaskedText]) -> list[Score]:
        self.seen += zip(texts, contexts, strict=True)
        read = score(self.value)
        assert read
        return [replace(read, model_version=self.version)] * len(texts)


@dataclass
class InventedReader:
    """What `annotate.Reader` is to a rescoring."""

    scorer: InventedScorer

    def mask(self, text: str) -> MaskedText:
        return MaskedText(text)


@dataclass
class InventedPathReader:
    """Two stretches of each part with more than one turn, and a mention in its last."""

    version: str | None
    taxonomies: Taxonomies
    seen: list[MaskedConversation] = field(default_factory=list)

    def read(self, conversations: Sequence[MaskedConversation]) -> list[Reading]:
        self.seen += conversations
        return [self._read(len(conversation.utterances) - 1) for conversation in conversations]

    def _read(self, last: int) -> Reading:
        if self.version is None:
            return Reading((Segment(0, last, "stage", "laskutus", "laskutus.lemmas"),))
        dimensions = Dimensions(dict.fromkeys(GOALS, 1 / 3), dict.fromkeys(EASES, 0.1))
        here = {"dimensions": dimensions, "evidence": (Place(last, 0, 2),), "reason": Place(last, 0, 2)}
        stretches = [Segment(0, 0, "stage", "toimitus", "model", 0.9, **here)]
        if last:
            stretches.append(Segment(1, last, "stage", "laskutus", "model", 0.8, **here))
        return Reading(
            tuple(stretches),
            dimensions,
            dict.fromkeys(EVENTS, 0.4),
            {index: TurnReading(None, dict.fromkeys(MOVES, 0.3)) for index in range(last + 1)},
            (Mention("target", "tuote", Place(last, 0, 2), 0.7),),
            "invented path",
            self.version,
        )


class House:
    """A database, and a way to read it again; each version of the models is a setting of its own."""

    def __init__(self, connection: DuckDBPyConnection, config: Config) -> None:
        self.connection, self.config = connection, config
        self.path = load_palvelupolku(config.touchpoints.palvelupolku)

    def settings(self, version: str) -> Config:
        return replace(self.config, affect=replace(self.config.affect, model=f"invented-{version}"))

    def again(
        self, version: str, value: float = 0.3, path_version: str | None = None, **more: Any
    ) -> tuple[InventedScorer, InventedPathReader]:
        run = f"run {len(rows(self.connection, 'FROM runs'))}"
        add_run(self.connection, run)
        reader = InventedReader(InventedScorer(value, version))
        path_reader = InventedPathReader(path_version, Taxonomies(self.path))
        read_again(self.connection, run, self.settings(version), reader, path_reader, **more)  # type: ignore[arg-type]
        return reader.scorer, path_reader


@pytest.fixture
def house(connection: DuckDBPyConnection, config: Config) -> House:
    return House(connection, config)


def said(*texts: str, role: str = "customer", **facts: Any) -> list[Any]:
    return [utterance(n, role, -0.8, text=MaskedText(text), told=TOLD, **facts) for n, text in enumerate(texts)]


def opinion(text: str, moment: str = "2026-09-01T12:00") -> MaskedSurveyResponse:
    """An answer whose id is what it says."""
    return answer(text, 3, moment, verbatim=MaskedText(text), sentiment=0.1)


def kept(connection: DuckDBPyConnection, columns: str = "utterance_index, model_version") -> list[tuple[Any, ...]]:
    return rows(connection, f"SELECT {columns} FROM earlier_scores ORDER BY ALL")


def parts(day: int, texts: Sequence[str], **facts: Any) -> Any:
    """A day of the conversation c1: what comes on another day is a part of its own."""
    turns = [
        utterance(n, "customer", -0.8, text=MaskedText(text), seconds=float(n), told=TOLD)
        for n, text in enumerate(texts)
    ]
    return conversation("c1", turns, started_at=f"2026-09-{day:02}T09:00", customer=1, **facts)


def test_new_scores_take_the_place_of_the_old_which_are_kept_as_they_were(house: House, tmp_path: Path) -> None:
    turns = [*said("lasku on väärin"), utterance(1, "bot"), utterance(2, "customer", language="sv")]
    answered = answer("a1", 3, verbatim=MaskedText("väärin"), sentiment=-0.8, told=TOLD)
    load(house.connection, tmp_path, [conversation("c1", turns)], [answered, answer("a2", 9)])
    shared = "model, model_version, sentiment, sentiment_score, is_sure, complaint_probability, anger_probability"
    before = rows(
        house.connection, f"SELECT {shared} FROM utterance_scores UNION ALL SELECT {shared} FROM verbatim_scores"
    )
    others = ("conversations", "utterances", "batches", "rejections")
    untouched = [rows(house.connection, f"FROM {name}") for name in others]
    house.again("2")
    for table in ("utterance_scores", "verbatim_scores"):
        told = "model_version, sentiment_score, run_id, evidence, complaint_probability"
        assert rows(house.connection, f"SELECT {told} FROM {table}") == [("2", 0.3, "run 1", None, None)]
    assert [tuple(pytest.approx(value, rel=1e-6) if isinstance(value, float) else value for value in row)
            for row in kept(house.connection, shared)] == before  # fmt: skip
    places = "conversation_id, utterance_index, response_id, run_id"
    assert kept(house.connection, places) == [("c1", 0, None, "run"), (None, None, "a1", "run")]
    assert [rows(house.connection, f"FROM {name}") for name in others] == untouched
    assert failed(house.connection) == set()


def test_a_part_is_read_as_it_was_delivered_and_lands_in_its_place(house: House, tmp_path: Path) -> None:
    load(house.connection, tmp_path, [parts(1, ["yksi", "kaksi"])])
    load(house.connection, tmp_path, [parts(2, ["kolme", "neljä"])], file="b.jsonl")
    scorer, path_reader = house.again("2", path_version="5")
    assert [[turn.text for turn in talk.utterances] for talk in path_reader.seen] == [
        ["yksi", "kaksi"],
        ["kolme", "neljä"],
    ]
    assert [[turn.index for turn in talk.utterances] for talk in path_reader.seen] == [[0, 1], [0, 1]]
    assert scorer.seen == [("yksi", ""), ("kaksi", "yksi"), ("kolme", ""), ("neljä", "kolme")]
    placed = (
        "first_utterance_index, last_utterance_index, touchpoint, evidence[1].utterance_index, reason.utterance_index"
    )
    assert rows(house.connection, f"SELECT {placed} FROM conversation_touchpoints ORDER BY ALL") == [
        (0, 0, "toimitus", 1, 1), (1, 1, "laskutus", 1, 1), (2, 2, "toimitus", 3, 3), (3, 3, "laskutus", 3, 3),
    ]  # fmt: skip
    assert rows(house.connection, "SELECT utterance_index FROM mentions ORDER BY ALL") == [(1,), (3,)]
    assert rows(house.connection, "SELECT utterance_index FROM utterance_readings ORDER BY ALL") == [
        (n,) for n in range(4)
    ]
    told = "first_utterance_index, model_version, run_id"
    assert rows(house.connection, f"SELECT {told} FROM part_readings ORDER BY ALL") == [
        (0, "5", "run 1"),
        (2, "5", "run 1"),
    ]
    assert kept(house.connection) == [(n, "1") for n in range(4)]
    assert failed(house.connection) == set()


def test_earlier_readings_are_kept_by_part_and_version(house: House, tmp_path: Path) -> None:
    """First rules alone, then version 5 of a model, then 6."""
    load(house.connection, tmp_path, [parts(1, ["yksi", "kaksi"])])
    load(house.connection, tmp_path, [parts(2, ["kolme", "neljä"])], file="b.jsonl")
    house.again("2", path_version="5")
    house.again("3", path_version="6")
    told = "first_utterance_index, model_version, goal_yes_probability, [t.touchpoint for t in touchpoints]"
    third = pytest.approx(1 / 3)
    assert rows(house.connection, f"SELECT {told} FROM earlier_readings ORDER BY ALL") == [
        (0, "5", third, ["toimitus", "laskutus"]), (0, None, None, ["laskutus"]),
        (2, "5", third, ["toimitus", "laskutus"]), (2, None, None, ["laskutus"]),
    ]  # fmt: skip
    places = "SELECT touchpoints[2] FROM earlier_readings WHERE first_utterance_index = 2 AND model IS NOT NULL"
    assert rows(house.connection, places) == [({"first_utterance": 1, "last_utterance": 1, "touchpoint": "laskutus"},)]
    changes = "earlier_model_version, model_version, goal_yes_difference, earlier_touchpoints = touchpoints"
    assert rows(house.connection, f"SELECT DISTINCT {changes} FROM reading_changes ORDER BY ALL") == [
        ("5", "6", pytest.approx(0, abs=1e-6), True), (None, "6", None, False)
    ]  # fmt: skip
    assert failed(house.connection) == set()


def test_nothing_waits_after_and_a_second_time_changes_nothing(house: House, tmp_path: Path) -> None:
    load(
        house.connection,
        tmp_path,
        [conversation("c1", said("yksi"))],
        [opinion("kaksi")],
    )
    house.again("2", path_version="5")
    before = {name: rows(house.connection, f"FROM {name}") for name in store.row_counts(house.connection)}
    scorer, path_reader = house.again("2", path_version="5")
    assert not scorer.seen
    assert not path_reader.seen
    after = {name: rows(house.connection, f"FROM {name}") for name in store.row_counts(house.connection)}
    assert {name for name in before if before[name] != after[name]} == {"runs"}


def test_an_earlier_version_that_is_chosen_again_is_earlier_no_more(house: House, tmp_path: Path) -> None:
    load(house.connection, tmp_path, [conversation("c1", said("yksi"))])
    house.again("2", path_version="5")
    house.again("3", path_version="6")
    assert kept(house.connection) == [(0, "1"), (0, "2")]
    house.again("2", path_version="5")
    assert kept(house.connection) == [(0, "1"), (0, "3")]
    assert rows(house.connection, "SELECT model_version FROM earlier_readings ORDER BY ALL") == [("6",), (None,)]
    assert rows(house.connection, "SELECT model_version FROM utterance_scores") == [("2",)]


def test_the_same_version_with_other_settings_replaces_and_keeps_nothing(house: House, tmp_path: Path) -> None:
    load(house.connection, tmp_path, [conversation("c1", said("yksi"))])
    scorer = InventedScorer(0.5, "1")
    read_again(
        house.connection, "run", house.settings("more evidence"), InventedReader(scorer),  # type: ignore[arg-type]
        InventedPathReader(None, Taxonomies(house.path)),  # type: ignore[arg-type]
    )  # fmt: skip
    assert rows(house.connection, "SELECT sentiment_score FROM utterance_scores") == [(0.5,)]
    assert kept(house.connection) == []
    assert rows(house.connection, "FROM earlier_readings") == []


def test_what_has_lost_words_stays_as_it_was_read(house: House, tmp_path: Path) -> None:
    load(house.connection, tmp_path, [conversation("c1", said("yksi", "kaksi")), conversation("c2", said("kolme"))],
         [opinion("neljä")])  # fmt: skip
    house.connection.execute(
        "UPDATE utterances SET text = '', tokens = [] WHERE conversation_id = 'c1' AND utterance_index = 1"
    )
    house.connection.execute("UPDATE utterance_scores SET evidence = NULL WHERE conversation_id = 'c1'")
    house.connection.execute("UPDATE survey_responses SET verbatim = '', tokens = []")
    scorer, _ = house.again("2", path_version="5")
    assert [text for text, _ in scorer.seen] == ["kolme"]
    assert rows(house.connection, "SELECT conversation_id, model_version FROM utterance_scores ORDER BY ALL") == [
        ("c1", "1"), ("c1", "1"), ("c2", "2")
    ]  # fmt: skip
    assert rows(house.connection, "SELECT model_version FROM verbatim_scores") == [("1",)]
    assert rows(house.connection, "SELECT conversation_id FROM part_readings") == [("c2",)]
    assert failed(house.connection) == set()
    assert mixture(house.connection, house.settings("2")) == (
        "Several versions have read what is stored: invented 1 (3 texts), invented 2 (1 texts), invented path 5 "
        "(1 conversations), only rules (1 conversations). Words of the older ones are gone, so that they stay: "
        "`tunnepolku query rescored` tells how the versions differ."
    )


def test_only_the_days_that_are_asked_for(house: House, tmp_path: Path) -> None:
    """The second of September in Helsinki begins at 21:00 UTC the day before."""
    moments = ("2026-09-01T20:59", "2026-09-01T21:00", "2026-09-03T20:59", "2026-09-03T21:00", None)
    talks = [conversation(f"c{n}", said(f"c{n}"), started_at=moment) for n, moment in enumerate(moments, 1)]
    load(house.connection, tmp_path, talks, [opinion(f"a{n}", f"2026-09-0{n}T12:00") for n in (1, 2, 4)])
    scorer, _ = house.again("2", days=(date(2026, 9, 2), date(2026, 9, 3)))
    assert [text for text, _ in scorer.seen] == ["c2", "c3", "a2"]
    scorer, _ = house.again("2", days=(date(2026, 9, 4), None))
    assert [text for text, _ in scorer.seen] == ["c4", "a4"]
    scorer, _ = house.again("2")
    assert [text for text, _ in scorer.seen] == ["c1", "c5", "a1"]


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while the second batch is being stored: of it nothing is."""
    house.config = replace(house.config, sources=replace(house.config.sources, batch_size=2))
    load(house.connection, tmp_path, [conversation(f"c{n}", said(f"c{n}")) for n in range(5)])
    run_script, scripts = store.execute_script, []

    def killed(connection: DuckDBPyConnection, path: Path, parameters: Any) -> None:
        run_script(connection, path, parameters)
        scripts.append(path.stem)
        if scripts.count("replace") == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "execute_script", killed)
        with pytest.raises(KeyboardInterrupt):
            house.again("2", path_version="5")
    versions = "SELECT conversation_id, model_version FROM utterance_scores ORDER BY ALL"
    assert [version for _, version in rows(house.connection, versions)] == ["2", "2", "1", "1", "1"]
    assert len(kept(house.connection)) == 2
    assert "has read 3 conversations again" in (mixture(house.connection, house.settings("2")) or "")
    scorer, _ = house.again("2", path_version="5")
    assert [text for text, _ in scorer.seen] == ["c2", "c3", "c4"]
    assert [version for _, version in rows(house.connection, versions)] == ["2"] * 5
    assert kept(house.connection) == [(0, "1")] * 5
    assert rows(house.connection, "SELECT count(*) FROM earlier_readings") == [(5,)]
    assert failed(house.connection) == set()


def test_what_does_not_fit_is_told_without_its_words(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(house.connection, tmp_path, [conversation("c1", said("salaista"))])

    def write(path: Path, *_: object) -> None:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"salaista")

    monkeypatch.setattr(again, "write_batch", write)
    with pytest.raises(StoreError, match="cannot be stored") as failure:
        house.again("2")
    assert "salaista" not in str(failure.value)


def test_a_stored_rule_tells_of_a_field_that_was_not_stored_yet(house: House, tmp_path: Path) -> None:
    """Before version 008 of the schema: the source's field is gone, its decision is not."""
    first, *others = house.path.touchpoints
    own = replace(first, metadata={"osasto": frozenset({"reklamaatiot", "palautukset"})})
    house.path = replace(house.path, touchpoints=(own, *others))
    load(
        house.connection,
        tmp_path,
        [conversation("c1", said("moi"), queue=MaskedText("Jono")), conversation("c2", said("moi"))],
    )
    house.connection.execute(
        "UPDATE conversation_touchpoints SET rule = ? WHERE conversation_id = 'c1'", [f"{own.id}.metadata.osasto"]
    )
    _, path_reader = house.again("2")
    assert [talk.metadata for talk in path_reader.seen] == [{"osasto": "palautukset"}, {}]
    decided = by_metadata(path_reader.seen[0], house.path)
    assert decided == (own, f"{own.id}.metadata.osasto")
    assert by_metadata(path_reader.seen[1], house.path) is None


def test_every_field_that_a_model_looks_at_comes_back(house: House, tmp_path: Path) -> None:
    tokens = [("oon", "olla", "AUX", "olen", "verb+short", "", 1), ("öö", "öö", "INTJ", "", "", "filler")]
    turns = [
        utterance(0, "agent", 0.1, text=MaskedText("oon öö"), normalized_text=MaskedText("olen"), tokens=tokens,
                  participant_key=key(3), seconds=0.5, end_seconds=2.0),
        utterance(1, "unknown", language="sv", asr_suspect="phrase"),
    ]  # fmt: skip
    placed = conversation("c1", turns, channel="call", language="sv", detected_language="en", customer=7,
                          queue=MaskedText("Jono"), metadata={"tag": MaskedText("lasku")})  # fmt: skip
    load(house.connection, tmp_path, [placed])
    _, path_reader = house.again("2")
    (found,) = path_reader.seen
    facts = ("channel", "language", "detected_language", "customer_key", "queue", "metadata", "started_at")
    assert {name: getattr(found, name) for name in facts} == {name: getattr(placed[0], name) for name in facts}
    assert [replace(turn, score=None) for turn in found.utterances] == [
        replace(turn, score=None) for turn in placed[0].utterances
    ]


# --- what comes after ------------------------------------------------------------------------------------------------


def test_a_further_part_moves_what_is_kept_with_what_it_is_about(house: House, tmp_path: Path) -> None:
    load(house.connection, tmp_path, [parts(2, ["kolme", "neljä"])])
    house.again("2", path_version="5")
    load(house.connection, tmp_path, [parts(1, ["yksi", "kaksi"])], file="b.jsonl")
    assert kept(house.connection) == [(2, "1"), (3, "1")]
    assert rows(house.connection, "SELECT first_utterance_index FROM earlier_readings") == [(2,)]
    assert failed(house.connection) == set()
    assert [line.count for line in find_waiting(house.connection, house.settings("2"))] == [1]


def test_a_newer_version_of_a_record_takes_what_is_kept_of_the_old_with_it(house: House, tmp_path: Path) -> None:
    read = {"verbatim": MaskedText("kolme"), "sentiment": 0.1}
    load(house.connection, tmp_path, [parts(1, ["yksi"]), conversation("c2", said("kaksi"))], [answer("a1", 3, **read)])
    house.again("2", path_version="5")
    load(house.connection, tmp_path, [parts(1, ["toinen"])], [answer("a1", 4, **read)], file="b.jsonl")
    assert kept(house.connection, "conversation_id, response_id") == [("c2", None)]
    assert rows(house.connection, "SELECT conversation_id FROM earlier_readings") == [("c2",)]
    assert failed(house.connection) == set()


# --- the sentence ----------------------------------------------------------------------------------------------------


def test_the_sentence_names_the_versions_and_the_way_out(house: House, tmp_path: Path) -> None:
    settings = house.settings("2")
    assert mixture(house.connection, settings) is None
    load(house.connection, tmp_path, [conversation("c1", said("yksi")), conversation("c2", said("kaksi"))],
         [opinion("kolme")])  # fmt: skip
    assert mixture(house.connection, settings) == (
        "Other models, settings, palvelupolku or drivers than those of now have read 2 conversations and 1 answers: "
        "`tunnepolku rescore` reads them again from their masked text."
    )
    house.connection.execute("UPDATE verbatim_scores SET model_version = '2'")
    house.connection.execute("UPDATE survey_responses SET reader_hash = ?", [settings.reader_hash])
    assert mixture(house.connection, settings) == (
        "Several versions have read what is stored: invented 1 (2 texts), invented 2 (1 texts). Figures mix them until "
        "`tunnepolku rescore` has read 2 conversations again from their masked text."
    )
    house.again("2")
    assert mixture(house.connection, settings) is None


def test_what_waits_depends_on_models_their_settings_and_the_path(config: Config, tmp_path: Path) -> None:
    own = tmp_path / "polku.toml"
    own.write_bytes(config.touchpoints.palvelupolku.read_bytes() + b"\n# mine\n")
    changed = [
        replace(config, affect=replace(config.affect, model="another")),
        replace(config, affect=replace(config.affect, context_turns=3)),
        replace(config, touchpoints=replace(config.touchpoints, model="another")),
        replace(config, touchpoints=replace(config.touchpoints, palvelupolku=own)),
    ]
    assert len({config.reader_hash, *(one.reader_hash for one in changed)}) == 5
    kept_days = replace(config, retention=replace(config.retention, rejections=1))
    assert kept_days.reader_hash == config.reader_hash != config.config_hash != kept_days.config_hash
