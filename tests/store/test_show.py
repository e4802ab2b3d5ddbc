"""`show`: one conversation in the terminal."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline.cli import main
from pipeline.conversation import MaskedText
from tests.store.rows import conversation, load


@pytest.fixture
def shown(connection: DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command prints of the database, line by line; of an error its sentence."""

    def run(name: str, code: int = 0) -> list[str]:
        ((path,),) = connection.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()
        connection.close()
        assert main(["show", name, "--database", path]) == code
        written = capsys.readouterr()
        return [line.rstrip() for line in (written.err if code else written.out).splitlines()]

    return run


def turn(role: str, feeling: float | None, text: str, seconds: float, *cues: str) -> dict[str, Any]:
    tokens = [(word, word.lower(), "X") for word in text.split()]
    told = {"cues": dict.fromkeys(cues, 0.9)} if cues else None
    said = {"text": MaskedText(text), "tokens": tokens, "seconds": seconds}
    return {"role": role, "sentiment": feeling, "told": told, **said}


TURNS = [
    turn("customer", -0.5, "Lasku on taas väärin [PERSON_1]", 0.0, "complaint", "empathy"),
    turn("agent", 0.0, "Irtisanon sen laskun nyt", 65.0, "churn", "goal_reached"),
    turn("customer", 0.0, "joo", 70.0),
    turn("customer", 0.9, "Kiitos kun korjasit sen", 3725.0, "thanks"),
]


def test_turns_arc_stretches_and_what_the_whole_comes_to(
    connection: DuckDBPyConnection, tmp_path: Path, shown: Any
) -> None:
    told: dict[str, Any] = {"goal": "yes", "ease": "hard", "events": {"complaint": 0.9}}
    moves = {"0": {"strength": -0.5}, "1": {"understanding": 0.9}, "2": {"strength": 0.0}, "3": {"strength": 0.9}}
    stretches = [(0, 1, "laskutus"), (2, 3, "neuvonta")]
    load(connection, tmp_path, [conversation("c1", TURNS, touchpoints=stretches, moves=moves, queue="lasku", **told)])
    head, columns, *turns, arc, names, first, second, whole = shown("c1")
    assert head == "c1  chat  lasku  2026-09-01 09:00:00"
    assert columns.split() == ["turn", "at", "who", "feeling", "said", "does"]
    assert [" ".join(line.split()) for line in turns] == [
        "0 0:00 customer ▃ -0.50 Lasku on taas väärin [PERSON_1] complaint",
        "1 1:05 agent Irtisanon sen laskun nyt goal_reached, understanding",
        "2 1:10 customer ▅ +0.00 joo",
        "3 62:05 customer █ +0.90 Kiitos kun korjasit sen thanks",
    ]
    assert arc.startswith("arc  ▃·█  start -0.50 ± ")
    assert [one in arc for one in ("lowest -0.50", "highest +0.90", "end +0.90", "peak_end +0.90")] == [True] * 4
    assert names.startswith("turns touchpoint decided by confidence goal")
    assert first.split() == ["0–1", "laskutus", "invented", "–", "yes", "hard", "-0.50", "-0.50", "-0.50", "–"]
    assert second.split() == ["2–3", "neuvonta", "invented", "–", "yes", "hard", "0.90", "0.90", "0.90", "–"]
    assert whole == (
        "goal: yes  ease: hard  complaint: yes  repeat contact: no  churn risk: no  transferred: no  "
        "agent's empathy: 1  reason: –"
    )


def test_what_nobody_read_or_has_expired_is_no_zero(connection: DuckDBPyConnection, tmp_path: Path, shown: Any) -> None:
    load(connection, tmp_path, [conversation("c1", [("customer", None)], touchpoint="unknown")])
    connection.execute("UPDATE utterances SET text = ''")
    _, _, said, arc, _, stretch, whole = shown("c1")
    assert said.split() == ["0", "customer", "(expired)"]
    assert arc == "arc    start –  lowest –  highest –  end –  slope –  peak_end –  recovery –"
    assert stretch.split() == ["0–0", "unknown", "invented", *"–––––––"]
    assert whole.startswith("goal: –  ease: –  complaint: –")


def test_of_two_sources_with_one_id_the_whole_id_names_one(
    connection: DuckDBPyConnection, tmp_path: Path, shown: Any
) -> None:
    load(connection, tmp_path, [conversation("c1"), conversation("c1", source="other", channel="call")])
    assert shown("other:c1")[0].startswith("other:c1  call")


def test_an_unknown_id_is_told_with_where_ids_are(connection: DuckDBPyConnection, tmp_path: Path, shown: Any) -> None:
    load(connection, tmp_path, [conversation("c1")])
    assert shown("c2", code=1) == ["tunnepolku: No conversation c2 is stored: see the table conversations for ids."]


def test_of_whom_nobody_knows_the_role_every_cue_is_told(
    connection: DuckDBPyConnection, tmp_path: Path, shown: Any
) -> None:
    load(connection, tmp_path, [conversation("c1", [turn("unknown", 0.0, "Irtisanon sen", 0.0, "churn", "remedy")])])
    assert shown("c1")[2].split()[-2:] == ["churn,", "remedy"]
