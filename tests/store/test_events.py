"""expectation_gap and customer_events, and the metrics that find what was planted in them and nothing else."""

import random
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from tests.store.rows import conversation, load, rows, utterance


def told(feeling: float, text: str = "", **cues: float) -> dict[str, Any]:
    words = {"text": MaskedText(text)} if text else {}
    return {"role": "customer", "sentiment": feeling, "told": {"cues": cues}, **words}


def metric(connection: DuckDBPyConnection, name: str, **parameters: str) -> list[dict[str, Any]]:
    columns, found = store.run_metric(connection, name, parameters)
    return [dict(zip(columns, row, strict=True)) for row in found]


# --- expectations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turn", "expectation"),
    [
        (told(-0.9, expectation_under=0.5), "under"),
        (told(0.9, expectation_over=0.7), "over"),
        (told(0.0, expectation_over=0.7, expectation_under=0.7), "under"),
        (told(0.0, expectation_over=0.8, expectation_under=0.7), "over"),
        (told(0.0), None),
        (told(0.9, "Lasku oli oikein ja tuli ajallaan."), None),
        (told(0.0, "Paketti jätettiin sovitusti kuistille."), "met"),
        (told(0.9, "Tuli perille niinku lupasitte!"), "met"),
        (told(0.3, "Palvelu vastasi odotuksia"), "met"),
        (told(0.3, "Palvelu vastasi täysin odotuksia"), "met"),
        (told(0.0, "Palvelu ei vastannut odotuksia"), None),
        (told(-0.9, "Kukaan ei soittanut niin kuin luvattiin"), None),
        (told(-0.9, "Penkkejä ei ollut kuten luvattiin", expectation_under=0.9), "under"),
        (told(0.9, "Juuri kuten luvattiin, ja enemmänkin", expectation_over=0.9), "over"),
    ],
)
def test_expectations(
    connection: DuckDBPyConnection, tmp_path: Path, turn: dict[str, Any], expectation: str | None
) -> None:
    load(connection, tmp_path, [conversation("c1", [("agent", 0.0), turn])])
    found = rows(connection, "SELECT conversation_id, utterance_index, touchpoint, expectation FROM expectation_gap")
    assert found == ([("c1", 1, "laskutus", expectation)] if expectation else [])


def test_standard_spelling_counts_where_it_differs(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turn = utterance(0, "customer", 0.0, text=MaskedText("tuli nii ku luvattii"), told={"cues": {}},
                     normalized_text=MaskedText("tuli niin kuin luvattiin"))  # fmt: skip
    load(connection, tmp_path, [conversation("c1", [turn])])
    assert rows(connection, "SELECT expectation FROM expectation_gap") == [("met",)]


def test_only_customers_expect_and_only_models_that_know_cues_tell(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    text = MaskedText("toimitettu sovitusti")
    load(connection, tmp_path, [conversation("c1", [
        {"role": "agent", "sentiment": 0.0, "text": text, "told": {"cues": {"expectation_over": 0.9}}},
        utterance(1, "customer", 0.0, text=text),
    ])])  # fmt: skip
    assert rows(connection, "FROM expectation_gap") == []


# --- events ----------------------------------------------------------------------------------------------------------


def test_events_of_a_turn(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    glad = {**told(0.9, "tuli sovitusti", wish=0.5, complaint=0.6, thanks=0.49), "emotions": {"surprise": 0.5}}
    shocked = {**told(-0.9, request=0.9, warning=0.9), "emotions": {"surprise": 0.9}}
    calm = {**told(0.2), "emotions": {"surprise": 0.9}}
    agent = {"role": "agent", "sentiment": 0.9, "emotions": {"surprise": 0.9}, "told": {"cues": {"goal_reached": 0.9}}}
    load(connection, tmp_path, [conversation("c1", [glad, shocked, calm, agent])])
    assert rows(connection, "SELECT utterance_index, event, kind, probability FROM customer_events ORDER BY ALL") == [
        (0, "complaint", "bad", 0.6), (0, "expectation_met", None, None), (0, "positive_surprise", "good", 0.5),
        (0, "wish", None, 0.5), (1, "negative_surprise", "bad", 0.9), (1, "warning", "bad", 0.9),
    ]  # fmt: skip


def test_surprise_is_told_without_cues(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """A share is of those who could have told: two for surprise, one for complaints."""
    load(connection, tmp_path, [
        conversation("c1", [("customer", 0.9, {"surprise": 0.9})]), conversation("c2", [told(-0.9, complaint=0.9)]),
    ])  # fmt: skip
    found = {row["event"]: (row["conversation_count"], row["share"]) for row in metric(connection, "events")}
    assert found == {"positive_surprise": (2, 0.5), "complaint": (1, 1.0)}


# --- surprise that became what is expected ---------------------------------------------------------------------------


def months(chance: random.Random, surprises: list[float], feelings: list[float], count: int = 60) -> list[Any]:
    """So many conversations a month, of which a share is surprised; feelings are scattered about a mean."""
    return [
        conversation(
            f"c{month}-{number}", started_at=f"2026-{month:02}-15T09:00",
            turns=[("customer", 0.6, {"surprise": 0.9 if number < count * share else 0.1}),
                   ("customer", round(min(max(chance.gauss(mean, 0.2), -1), 1), 3))],
        )
        for month, (share, mean) in enumerate(zip(surprises, feelings, strict=True), start=1)
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("surprises", "feelings", "flags"),
    [
        ([0.6, 0.6, 0.2], [0.3, 0.3, 0.3], [None, False, True]),
        ([0.6, 0.6, 0.2], [0.3, 0.3, -0.6], [None, False, False]),
        ([0.6, 0.6, 0.6], [0.3, 0.3, 0.3], [None, False, False]),
        ([0.2, 0.2, 0.6], [0.3, 0.3, 0.3], [None, False, False]),
    ],
    ids=["falls while feelings are flat", "falls with the feelings", "stays", "rises"],
)
def test_a_surprise_that_became_what_is_expected(
    connection: DuckDBPyConnection, tmp_path: Path, surprises: list[float], feelings: list[float], flags: list[Any]
) -> None:
    load(connection, tmp_path, months(random.Random(1), surprises, feelings))
    found = metric(connection, "surprises")
    assert [row["tottumus"] for row in found] == flags
    assert [row["surprise_rate"] for row in found] == pytest.approx(surprises)
    assert found[2]["change"] == pytest.approx(surprises[2] - sum(surprises[:2]) / 2)


def test_few_conversations_raise_no_flag(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, months(random.Random(1), [0.6, 0.2], [0.3, 0.3], count=5))
    assert [row["tottumus"] for row in metric(connection, "surprises")] == [None, False]


# --- good and bad ----------------------------------------------------------------------------------------------------


def good_bad(connection: DuckDBPyConnection, reference: str = "10") -> dict[str, Any]:
    (row,) = metric(connection, "good_bad", reference=reference)
    return row


def test_without_a_bad_event_there_is_a_lower_end_only(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation(f"c{n}", [told(0.9, ease=0.9, goal_reached=0.9)]) for n in range(10)])
    found = good_bad(connection, "2")
    low = 10 / (10 + 1.959964**2)  # Wilson's lower end of 10 of 10: twenty events, but of ten conversations
    assert (found["good_count"], found["bad_count"], found["ratio"], found["ratio_high"]) == (20, 0, None, None)
    assert found["ratio_low"] == pytest.approx(low / (1 - low), rel=1e-5)
    assert found["against"] == "above"


def test_without_a_good_event_the_ratio_is_nought(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation(f"c{n}", [told(-0.9, churn=0.9)]) for n in range(4)])
    found = good_bad(connection)
    assert (found["ratio"], found["ratio_low"], found["against"]) == (0, 0, "below")


def test_a_kind_counts_once_in_a_conversation(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(
        connection, tmp_path, [conversation("c1", [told(-0.9, complaint=0.9)] * 5 + [told(0.9, ease=0.9, thanks=0.9)])]
    )
    found = good_bad(connection)
    assert (found["good_count"], found["bad_count"], found["ratio"]) == (1, 1, 1)
    assert found["against"] == "unclear", "one conversation tells little, however much is said in it"


def test_reference_is_a_parameter(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    talks = [
        conversation(f"c{n}", [told(0.9, **({"effort": 0.9} if n % 5 == 0 else {"ease": 0.9}))]) for n in range(100)
    ]
    load(connection, tmp_path, talks)
    assert [good_bad(connection, reference)["against"] for reference in ("2", "4", "10")] == [
        "above",
        "unclear",
        "below",
    ]
    assert good_bad(connection)["ratio"] == pytest.approx(4)
