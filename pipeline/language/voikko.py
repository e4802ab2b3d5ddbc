"""What Voikko knows of a word: its morphological analyses, from the native library or, without it, in pure Python.

Both are GPL and separate packages that the user installs (README): `libvoikko` with the system's `libvoikko1` and
`voikko-fi`, or `pyvoikko` with `kfst-rs`, whose transducer is the same dictionary of an earlier year.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True, slots=True)
class Analysis:
    """One reading of a word form, in Voikko's own terms; "" where the reading has no such feature."""

    base: str
    """BASEFORM: the base form, of compounds too."""
    word_class: str
    """CLASS: nimisana, laatusana, teonsana (verb), seikkasana …"""
    case: str
    number: str
    person: str
    mood: str
    participle: str
    comparison: str
    possessive: str
    clitic: str
    """FOCUS: kin, kaan, han …, or ko for the question."""
    transducer: str
    """FSTOUTPUT: morphemes and their classes, `[Lt][Xp]tehdä[X]teh[Ll][Rt][Xj]ty…`."""


Analyzer = Callable[[str], list[Analysis]]
"""A word form in, its readings out; [] for an unknown word."""


def load_analyzer() -> Analyzer | None:
    """The best analyzer that can run here: libvoikko, else pyvoikko, else None."""
    return _load()[1]


def analyzer_name() -> str:
    """`libvoikko`, `pyvoikko`, or `` where neither can run."""
    return _load()[0]


@cache
def _load() -> tuple[str, Analyzer | None]:
    for name, load in (("libvoikko", _native), ("pyvoikko", _pure)):
        if analyzer := load():
            return name, analyzer
    return "", None


def why_no_voikko() -> str | None:
    """One sentence on how to get Voikko, or None where an analyzer can run."""
    if analyzer_name():
        return None
    return (
        "Voikko is missing, so lemmas come from the dictionary alone: install libvoikko1 and voikko-fi (their names on "
        "Debian) and run pip install -e '.[voikko]', or, without system packages, pip install -e '.[pyvoikko]'."
    )


def _native() -> Analyzer | None:
    if find_spec("libvoikko") is None:
        return None
    import libvoikko

    try:
        if not any(found.language == "fi" for found in libvoikko.Voikko.listDicts()):
            return None
        voikko = libvoikko.Voikko("fi")
    except (OSError, libvoikko.VoikkoException):
        return None
    return lambda word: [_analysis(found, found.get("KYSYMYSLIITE")) for found in voikko.analyze(word)]


def _pure() -> Analyzer | None:
    if find_spec("pyvoikko") is None or find_spec("kfst_rs") is None:
        return None
    import pyvoikko

    def analyze(word: str) -> list[Analysis]:
        lower = word.lower()  # the transducer knows small letters only: [Lep] says that Helsinki is a name
        found = [_analysis(each._asdict(), "[Fko]" in each.FSTOUTPUT) for each in pyvoikko.analyse(lower)]
        return [_as_native(analysis, lower) for analysis in found]

    return analyze


def _as_native(found: Analysis, word: str) -> Analysis:
    """A reading of pyvoikko in libvoikko's terms: no seams in base forms, numerals whole, compared words adjectives."""
    base = found.base.replace("=", "").replace("--", "-")
    if found.word_class == "lukusana":  # its transducer's output ends before the last part: yhtä of yhtätoista
        base += word[len(_UNWRITTEN.sub("", found.transducer)) :]
    compared = found.comparison or found.case == "kerrontosti"
    word_class = "laatusana" if compared and found.word_class == "nimisana_laatusana" else found.word_class
    return replace(found, base=base, word_class=word_class)


_UNWRITTEN = re.compile(r"\[X[pr]\][^\[]*\[X\]|\[\w+\]")
"""What of a transducer's output is not part of the word form."""


def _analysis(found: dict[str, Any], question: Any) -> Analysis:
    def field(name: str) -> str:
        return found.get(name) or ""

    return Analysis(
        base=field("BASEFORM"),
        word_class=field("CLASS"),
        case=field("SIJAMUOTO"),
        number=field("NUMBER"),
        person=field("PERSON"),
        mood=field("MOOD"),
        participle=field("PARTICIPLE"),
        comparison=field("COMPARISON"),
        possessive=field("POSSESSIVE"),
        clitic="ko" if question else field("FOCUS"),
        transducer=field("FSTOUTPUT"),
    )
