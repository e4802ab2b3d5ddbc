import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import pytest

from pipeline.language import LEMMATIZERS, Lemmatizer, load_lemmatizer, why_no_voikko
from pipeline.language.finnish import FinnishLemmatizer
from pipeline.language.spacy_fi import why_not_spacy
from pipeline.language.voikko import Analyzer, load_analyzer

GOLD = """
Asiakas/asiakas/NOUN soitti/soittaa/VERB laskusta/lasku/NOUN ././PUNCT
Lasku/lasku/NOUN oli/olla/AUX taas/taas/ADV väärin/väärin/ADV ././PUNCT
Kiitos/kiitos/NOUN nopeasta/nopea/ADJ avusta/apu/NOUN !/!/PUNCT
"""


def skip_or_fail(reason: str | None) -> None:
    """A machine without the optional parts skips; where all must be there (TUNNEPOLKU_TEST_ALL=1), that fails."""
    if reason:
        (pytest.fail if os.environ.get("TUNNEPOLKU_TEST_ALL") == "1" else pytest.skip)(reason)


@pytest.fixture
def voikko() -> None:
    """All that the spaCy lemmatizer needs is here."""
    skip_or_fail(why_not_spacy())


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """Voikko, from either package."""
    skip_or_fail(why_no_voikko())
    found = load_analyzer()
    assert found
    return found


@pytest.fixture
def finnish(analyzer: Analyzer) -> FinnishLemmatizer:
    """The default lemmatizer with all that it can know."""
    return cast(FinnishLemmatizer, load_lemmatizer("finnish"))


@pytest.fixture
def spacy_lemmatizer(voikko: None) -> Lemmatizer:
    return load_lemmatizer("spacy")


@pytest.fixture(scope="session")
def stanza_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stanza models that learnt the three sentences above, laid out as its downloads are."""
    skip_or_fail(None if find_spec("stanza") else "The package stanza is not installed.")
    folder = tmp_path_factory.mktemp("stanza")
    gold = folder / "gold.conllu"
    gold.write_text(_conllu(GOLD) * 4, encoding="utf-8")
    files = [f"--train_file={gold}", f"--eval_file={gold}", "--save_name=tiny.pt", "--shorthand=fi_tiny", "--cpu"]
    small = [f"--{size}=20" for size in ("hidden_dim", "char_hidden_dim", "deep_biaff_hidden_dim", "transformed_dim")]
    steps = ["--max_steps=60", "--eval_interval=30", "--fix_eval_interval"]
    exact = ["--dropout=0", "--word_dropout=0", "--word_cutoff=1", "--no_pretrain", "--lang=fi"]
    lemmatizer_arguments = [*files, f"--save_dir={folder / 'fi' / 'lemma'}", "--dict_only"]
    tagger_arguments = [*files, f"--save_dir={folder / 'fi' / 'pos'}", *small, *steps, *exact]
    # Stanza's own training, in a process of its own: it leaves files open and the loggers on.
    code = f"""if True:
        from stanza.models import lemmatizer, tagger
        lemmatizer.main({lemmatizer_arguments})
        tagger.main({tagger_arguments})
    """
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}  # threads of several workers wait for each other for minutes
    done = subprocess.run([sys.executable, "-c", code], env=one_thread, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    packages = {"default": {"pos": "tiny", "lemma": "tiny"}}
    resources = {"fi": {"lang_name": "Finnish", "pos": {"tiny": {}}, "lemma": {"tiny": {}}, "packages": packages}}
    (folder / "resources.json").write_text(json.dumps(resources), encoding="utf-8")
    return folder


def _conllu(sentences: str) -> str:
    """`form/lemma/UPOS` words as CoNLL-U, each hanging from the one before."""
    blocks = []
    for sentence in sentences.strip().splitlines():
        words = (word.rsplit("/", 2) for word in sentence.split())
        lines = [
            f"{i + 1}\t{form}\t{lemma}\t{upos}\t_\t_\t{i}\tdep\t_\t_" for i, (form, lemma, upos) in enumerate(words)
        ]
        blocks.append("\n".join(lines).replace("\tdep\t", "\troot\t", 1) + "\n\n")
    return "".join(blocks)


@pytest.fixture(
    params=[pytest.param(name, marks=() if name == "simplemma" else pytest.mark.slow) for name in LEMMATIZERS]
)
def lemmatizer(request: pytest.FixtureRequest) -> Lemmatizer:
    """Every registered lemmatizer in turn."""
    if request.param == "spacy":
        request.getfixturevalue("voikko")
    folder = request.getfixturevalue("stanza_folder") if request.param == "stanza" else ""
    return load_lemmatizer(request.param, stanza_folder=str(folder))
