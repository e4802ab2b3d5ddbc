"""No lemmatizer may fall below its floors; who lowers a floor says why in the commit.

A floor is called after a treebank and a figure: `tdt_dev_unseen_raw_lemma_accuracy`. A checkout without the
folder of corpora skips those, and says so; the project's own treebanks in data/gold are never skipped.
"""

import json
from pathlib import Path

import pytest

from pipeline.cli.language import TREEBANKS, UNSEEN, treebanks
from pipeline.config import load_config
from pipeline.language import LEMMATIZERS, load_lemmatizer
from pipeline.language.evaluate import evaluate, figures
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))
PATHS = treebanks(load_config().paths.corpora)


def treebank_of(figure: str) -> str:
    """The treebank whose name starts the name of a floor, "" if none does: such a floor is measured nowhere."""
    return max((name for name in PATHS if figure.startswith(f"{name}_")), key=len, default="")


HELD = sorted({(name, treebank_of(figure)) for name in LEMMATIZERS for figure in FLOORS.get(name, {})})


def test_every_floor_is_of_a_lemmatizer_or_a_model() -> None:
    assert {name for name in FLOORS if name not in LEMMATIZERS and not (ROOT / "models" / name).is_dir()} == set()


def test_simplemma_and_spacy_are_held() -> None:
    assert {(name, treebank) for name in ("simplemma", "spacy") for treebank in TREEBANKS} <= set(HELD)


def test_the_default_is_held_on_all_that_it_never_learnt_from() -> None:
    assert {("finnish", treebank) for treebank in PATHS} <= set(HELD)
    assert len(PATHS) >= 4


@pytest.mark.slow
@pytest.mark.parametrize(("name", "treebank"), HELD)
def test_lemmatizer_keeps_its_floors(name: str, treebank: str, request: pytest.FixtureRequest) -> None:
    floors = {figure: floor for figure, floor in FLOORS[name].items() if treebank_of(figure) == treebank}
    assert treebank, f"no treebank has these figures: {sorted(floors)}"
    path = PATHS[treebank]
    if treebank in TREEBANKS and not _corpora_are_expected(path):
        pytest.skip(f"NOT MEASURED: there is no {path.name}; README says where to get the corpora.")
    if name in ("finnish", "spacy"):
        request.getfixturevalue("analyzer" if name == "finnish" else "voikko")
    measured = figures(evaluate(load_lemmatizer(name), path, unseen_only=treebank.endswith(UNSEEN)))
    measured = {f"{treebank}_{figure}": value for figure, value in measured.items()}
    assert {figure: measured.get(figure) for figure, floor in floors.items() if measured.get(figure, -1) < floor} == {}


def _corpora_are_expected(path: Path) -> bool:
    """Whether a missing file is a failure: only a checkout without the whole folder of corpora may do without it."""
    return path.parents[1].is_dir()
