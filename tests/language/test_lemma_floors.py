"""No lemmatizer may fall below its floors on the treebanks; who lowers a floor says why in the commit."""

import json
import os

import pytest

from pipeline.cli.models import TREEBANKS
from pipeline.config import load_config
from pipeline.errors import ModelError
from pipeline.language import load_lemmatizer
from pipeline.language.evaluate import lemma_accuracy
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("treebank", TREEBANKS)
@pytest.mark.parametrize("name", ["simplemma", "spacy"])
def test_lemmatizer_keeps_its_floor(name: str, treebank: str) -> None:
    path = load_config().paths.corpora / TREEBANKS[treebank]
    if not path.exists():
        pytest.skip(f"NOT MEASURED: there is no {path.name}; README says where to get the corpora.")
    try:
        lemmatizer = load_lemmatizer(name)
    except ModelError as error:
        if os.environ.get("TUNNEPOLKU_TEST_ALL") == "1":
            raise
        pytest.skip(str(error))
    assert lemma_accuracy(lemmatizer, path).lemma_share >= FLOORS[name][f"{treebank}_lemma_accuracy"]
