"""The lists of names and word forms, made from corpora that are not ours to hand on, as a Bloom filter that is."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from pipeline.errors import ModelError
from pipeline.privacy.inflection import base_forms
from pipeline.privacy.names import Names, split_words

MIN_FIRST_NAME_COUNT = 20
"""Bearers of a first name below which it counts as rare: such names are mostly foreign words too."""
COMMON_FIRST_NAME_COUNT = 1000
"""The same for a first name that is also a common word: Toivo, Onni and Satu are names, Tai and Oma rare ones."""
TOP_LAST_NAMES = 1000
"""Rank to which a last name that is also a common word (Aalto, Koski) counts as one; below, it is rather the word."""
SEEN_COUNT, COMMON_COUNT = 2, 20
"""So often a form must be written in lower case to count as seen, as common."""
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
ALWAYS_LAST_NAMES = frozenset({"meikäläinen"})
"""Last names whatever the corpora say: everybody's example of one, and a common word."""
PLACE_LIKE = 2000
"""Bearers of a first name from which a municipality of that name (Salla) does not count as a place."""
LATIN = re.compile(r"[a-zà-ɏḀ-ỹ'’-]{2,}")


def make_lists(corpora: Path, gold: Path) -> Names:
    """The filter of all lists. The same corpora give the same bytes.

    Raises:
        ModelError: a corpus or the package Faker is missing.
    """
    try:
        return Names.of(_keys(corpora, gold))
    except FileNotFoundError as error:
        raise ModelError(f"{error.filename} is missing: fetch the corpora that the model cards name.") from None


def _keys(corpora: Path, gold: Path) -> Iterator[str]:
    lower, capital = _case_counts(corpora)
    first, last = first_names(corpora), last_names(corpora)
    words = set(_lines(corpora / "names_fi" / "common_words.txt"))
    rather_words = {word for word in words | set(lower) if lower[word] > capital[word]}
    rather_words |= {word for word in words if not capital[word] and word not in first and word not in last}
    wanted = {True: COMMON_FIRST_NAME_COUNT, False: MIN_FIRST_NAME_COUNT}
    firsts = {name for name, count in first.items() if count >= wanted[name in rather_words]}
    lasts = {name for rank, name in enumerate(last) if rank < TOP_LAST_NAMES or name not in rather_words}
    lasts |= ALWAYS_LAST_NAMES
    rare = (set(first) | set(last) | world_names()) - firsts - lasts
    yield from (f"FIRST:{name}" for name in firsts)
    yield from (f"LAST:{name}" for name in lasts)
    yield from (f"RARE:{name}" for name in rare if len(name) > 2 and lower[name] < COMMON_COUNT)
    people = firsts | lasts
    yield from (f"WORD:{word}" for word in rather_words if any(base in people for base in base_forms(word)))
    places = {place for place in _places(corpora / "places_fi") if first[place] < PLACE_LIKE}
    yield from (f"PLACE:{place}" for place in places | NOT_PEOPLE)
    yield from _forms(lower, capital, gold)


def _forms(lower: Counter[str], capital: Counter[str], gold: Path) -> Iterator[str]:
    """Word forms by how they are written; our own customers' lines count too, whose lower case says little."""
    proper = {form for form, count in capital.items() if count > 1 and count > 2 * lower[form]}
    with (gold / "feelings_develop.jsonl").open(encoding="utf-8") as file:
        for line in file:
            for match, opens in split_words(json.loads(line)["text"]):
                if match[0].islower() and not opens:
                    lower[match[0]] += 1
    yield from (f"PROPER:{form}" for form in proper)
    yield from (f"SEEN:{form}" for form, count in lower.items() if count >= SEEN_COUNT)
    yield from (f"COMMON:{form}" for form, count in lower.items() if count >= COMMON_COUNT)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").lower().split("\n")


def last_names(corpora: Path) -> list[str]:
    """Finnish surnames in lower case, the most frequent first."""
    return [name for name in _lines(corpora / "names_fi" / "surnames.txt") if name]


def first_names(corpora: Path) -> Counter[str]:
    """First names in lower case with their bearers."""
    counts: Counter[str] = Counter()
    for path in sorted((corpora / "names_fi").glob("dvv_etunimet_*.tsv")):
        for line in _lines(path)[1:]:
            name, _, count = line.partition("\t")
            if name:
                counts[name] += int(count or 0)
    return counts


def world_names() -> set[str]:
    """First and last names of some seventy languages in Latin letters, from Faker's lists.

    Raises:
        ModelError: Faker is not installed.
    """
    try:
        package = import_module("faker.providers.person")
    except ImportError:
        raise ModelError("The package Faker is missing: run pip install -e '.[train]'.") from None
    found: set[str] = set()
    for module in iter_modules(package.__path__):
        provider = import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in sorted(dir(provider)):
            if "first_name" in attribute or "last_name" in attribute or "middle_name" in attribute:
                values = getattr(provider, attribute)
                if isinstance(values, (tuple, list, dict)):
                    found |= {name.lower() for name in values if isinstance(name, str)}
    return {name for name in found if LATIN.fullmatch(name)}


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
