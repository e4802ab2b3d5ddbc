"""Which names a Finnish word form may be a form of: endings off, consonant gradation undone, all as mere candidates.

A list of rules rather than an analyser: a wrong candidate costs nothing, because it is not in the list of names.
The rules are those of Iso suomen kielioppi (VISK): gradation, stem types, case endings, possessive suffixes.
"""

from collections.abc import Iterator

VOWELS = "aeiouyäöåé"
CLITICS = ("kin", "kaan", "kään", "ko", "kö", "han", "hän", "pa", "pä", "nsa", "nsä", "mme", "nne", "ni")
"""Particles and possessive suffixes: Matillakin, Mattimme."""
AFTER_VOWEL = ("lle", "lla", "llä", "lta", "ltä", "ssa", "ssä", "sta", "stä", "ksi", "na", "nä", "n", "a", "ä", "t")
AFTER_ANY = ("ta", "tä", "ten")
"""Endings that a consonant stem takes too: Virtas-ta, Virtas-ten, Markus-ta."""
MIN_STEM = 3
STRONG_GRADES = (
    *(("nn", "nt"), ("mm", "mp"), ("ll", "lt"), ("rr", "rt"), ("ng", "nk"), ("lj", "lk"), ("rj", "rk")),
    *(("d", "t"), ("v", "p"), ("k", "kk"), ("p", "pp"), ("t", "tt"), ("r", "rk"), ("l", "lk"), ("h", "hk")),
)
"""Weak grade → strong: Rannan → Ranta, Lammen → Lampi, Lehdon → Lehto, Heikin → Heikki, Turun → Turku."""


def base_forms(word: str) -> Iterator[str]:
    """Candidates for the nominative of a lower-case word form, the word itself first; some come twice."""
    yield word
    for bare in _without(word, CLITICS):
        yield bare
        for stem in _stems(bare):
            yield from _nominatives(stem)
    for stem in _stems(word):
        yield from _nominatives(stem)


def _without(word: str, endings: tuple[str, ...]) -> Iterator[str]:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
            yield word[: -len(ending)]


def _stems(word: str) -> Iterator[str]:
    for stem in _without(word, AFTER_VOWEL):
        if stem[-1] in VOWELS:
            yield stem
            if stem[-1] == stem[-2] and len(stem) > MIN_STEM:
                yield stem[:-1]  # illative: Mattiin, Virtaseen
    yield from _without(word, AFTER_ANY)


def _nominatives(stem: str) -> Iterator[str]:
    yield stem
    if stem.endswith(("se", "si")):
        yield stem[:-2] + "nen"  # Virtase-n, Virtasi-lle
    if stem.endswith("s"):
        yield stem[:-1] + "nen"  # Virtas-ta
    if stem.endswith("kse"):
        yield stem[:-3] + "s"  # Markukse-n
    if stem.endswith(("aa", "ää")):
        yield (stem[:-1] + "s").replace("nka", "nga")  # Kankaa-n
    if stem.endswith(("äe", "oe")):
        yield stem[:-1] + "ki"  # Mäe-n, Joe-n
    if stem.endswith("i"):
        yield stem[:-1]  # Kevini-n
    yield from _strong(stem)
    if stem.endswith("e"):
        yield stem[:-1] + "i"  # Järve-n
        yield from _strong(stem[:-1] + "i")  # Lahde-n


def _strong(stem: str) -> Iterator[str]:
    """Undo gradation in front of the last vowel."""
    head, vowel = stem[:-1], stem[-1]
    for weak, strong in STRONG_GRADES:
        if head.endswith(weak):
            yield head[: -len(weak)] + strong + vowel
