"""What the ranker of lemmas learns from: gold sentences, sentences tagged by spaCy, plain words."""

from collections.abc import Collection
from csv import QUOTE_NONE, DictReader
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from pipeline.errors import ConfigError, ModelError
from pipeline.language.candidates import SINGULAR
from pipeline.language.spacy_fi import PACKAGE, why_not_spacy
from pipeline.language.tokens import WORD, tokenize
from pipeline.language.treebank import read_treebank, unseen

GOLD, LEMMAS, SILVER = "gold", "lemmas", "silver"
VERIFY = "verify"
"""Files of our gold set with this in their name are never learnt from."""


class Row(NamedTuple):
    """A word to learn from."""

    form: str
    lemma: str
    upos: str
    inflection: str = ""
    """Case and number of text tagged by spaCy: `Ine Sing`."""
    normal: str = ""
    """Its standard spelling, where our gold gives one."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of one kind, and how much each word of them counts."""

    rows: list[list[Row]]
    kind: str
    weight: float


def treebank_rows(path: Path, *, seen_only: bool = False) -> list[list[Row]]:
    """The sentences of a treebank, or only those that `pipeline.language.treebank.unseen` leaves.

    Lemmas are lower-case, without `#`, plural pronouns as TDT has them.
    """
    sentences = read_treebank(path)
    chosen = sentences[: len(sentences) - len(unseen(sentences))] if seen_only else sentences
    return [
        [Row(word.form, _lemma(word.lemma), word.upos, normal=(word.normal or "").lower()) for word in sentence.words]
        for sentence in chosen
    ]


def _lemma(lemma: str) -> str:
    bare = lemma.replace("#", "").lower()
    return SINGULAR.get(bare, bare)


def read_parts(corpora: Path, gold: Path) -> list[Sentences]:
    """All that is learnt from."""
    treebanks = corpora / "ud_finnish"
    return [
        Sentences(treebank_rows(treebanks / "fi_tdt-ud-dev.conllu", seen_only=True), GOLD, 3.0),
        *(
            Sentences(treebank_rows(path), GOLD, 3.0)
            for path in sorted(gold.glob("*.conllu"))
            if VERIFY not in path.stem
        ),
        Sentences(treebank_rows(treebanks / "fi_ftb-ud-dev.conllu", seen_only=True), LEMMAS, 1.0),
        Sentences(treebank_rows(treebanks / "fi_ftb-ud-oldsplit-train.conllu"), LEMMAS, 1.0),
        Sentences(with_names(_tagged(corpora / "turku_ner" / "train.tsv")), SILVER, 1.0),
    ]


def _tagged(path: Path) -> list[list[Row]]:
    """The sentences of a file in IOB2 with spaCy's lemmas, parts of speech, cases and numbers, its parser helping."""
    if reason := why_not_spacy():
        raise ModelError(reason)
    import spacy
    from spacy.tokens import Doc

    nlp = spacy.load(PACKAGE, exclude=["ner"])
    sentences = [[line.partition("\t")[0] for line in lines] for lines in _blocks(path)]
    docs = nlp.pipe(Doc(nlp.vocab, words=words) for words in sentences)
    return [[Row(word.text, _lemma(word.lemma_), word.pos_, _inflection(word.morph)) for word in doc] for doc in docs]


def _inflection(morph: Any) -> str:
    return " ".join(value for name in ("Case", "Number") for value in morph.get(name))


def with_names(sentences: list[list[Row]]) -> list[list[Row]]:
    """The sentences with lemmas for names that spaCy left as they are: Arduinolla → arduino, if Arduino is met too.

    A name in the nominative is its own lemma; one in another case whose nominative is never met gets none ("").
    """
    met = {row.form.lower() for sentence in sentences for row in sentence if _is_name(row) and "Nom" in row.inflection}
    return [[_named(row, met) if _is_name(row) else row for row in sentence] for sentence in sentences]


def _is_name(row: Row) -> bool:
    return row.upos == "PROPN" and row.lemma == row.form.lower() and row.form[0].isupper() and len(row.form) > 3


def _named(row: Row, met: Collection[str]) -> Row:
    if "Nom" in row.inflection:
        return row
    form = row.form.lower()
    stems = (form[:cut] for cut in range(len(form) - 1, max(len(form) - 6, 2), -1))
    return row._replace(lemma=next((stem for stem in stems if stem in met), ""))


def plain_words(corpora: Path) -> list[str]:
    """The words of forum and film lines."""
    words: list[str] = []
    for name in ("finnsentiment/train.tsv", "xed_fi/train.tsv"):
        with _opened(corpora / name) as file:
            for row in DictReader(file, delimiter="\t", quoting=QUOTE_NONE):
                words += [token.text for token in tokenize(row["text"]) if token.upos == WORD]
    return words


def _blocks(path: Path) -> list[list[str]]:
    with _opened(path) as file:
        lines = file.read().splitlines()
    return [list(group) for empty, group in groupby(lines, lambda line: not line) if not empty]


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError:
        raise ConfigError(f"{path} is missing: set paths.corpora to the folder of corpora.") from None


CARD_TEXT = """\
name = "lemmas-ranker"
task = "lemmas"
backend = "ranker"
version = "{version}"
created = {created}
description = "Log-linear model that chooses among the readings of a Finnish word by its form and its neighbours."
intended_use = "Lemmas and parts of speech of customers' and agents' Finnish, spoken and written, standard or not."
limits = "Learnt with libvoikko's readings; without Voikko it has only the dictionary's and its own guesses. Dialects \
beyond the tables, unknown foreign words and names inflect into wrong lemmas most often."
learnt_words = {{ gold = {gold}, lemmas = {lemmas}, silver = {silver} }}

[files]
"{file}" = "{sha256}"

[[data]]
title = "UD_Finnish-TDT, the first four fifths of the development part"
licence = "CC BY-SA 4.0"
attribution = "UniversalDependencies/UD_Finnish-TDT contributors"

[[data]]
title = "UD_Finnish-FTB, the first four fifths of the development part and part of the training part of 2015"
licence = "CC BY 4.0"
attribution = "UniversalDependencies/UD_Finnish-FTB contributors"

[[data]]
title = "Turku NER corpus, training part, tagged by spacy-fi-experimental-web-md (trained on UD_Finnish-TDT)"
licence = "CC BY-SA 4.0"
attribution = "Luoma, Oinonen, Pyykönen, Laippala, Pyysalo 2020, A Broad-coverage Corpus for Finnish NER, LREC"

[[data]]
title = "FinnSentiment and XED, training parts (only how often lemmas occur)"
licence = "CC BY 4.0"
attribution = "Lindén, Jauhiainen, Hardwick 2023; Öhman, Pàmies, Kajava, Tiedemann 2020"

[[data]]
title = "data/gold, but for the files called verify"
licence = "as the project"
attribution = "invented for Tunnepolku"
"""
