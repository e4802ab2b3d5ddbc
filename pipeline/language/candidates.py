"""What a word could be: candidate lemmas from every source that knows something of it.

Which of them is right is not decided here (`pipeline.language.ranker` does); each keeps the names of its sources, so
that the ranker can learn whom to trust for what.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.language.colloquial import alternatives, entries, variants
from pipeline.language.voikko import Analysis, Analyzer

SINGULAR = {"ne": "se", "nämä": "tämä", "nuo": "tuo", "he": "hän", "me": "minä", "te": "sinä"}
"""Plural pronoun → lemma, as UD Finnish-TDT, -PUD and -OOD have it; FTB keeps the plural."""

PLURAL_ONLY = (
    "markkinat", "kasvot", "silmälasit", "aurinkolasit", "häät", "housut", "sakset", "aivot", "vaalit",
    "kulut", "bikinit", "kuulumiset", "terveiset", "askareet", "rattaat", "portaat", "talkoot", "bileet",
    "synttärit", "messut", "avajaiset", "kihlajaiset", "tupaantuliaiset", "valmistujaiset", "hautajaiset",
    "ristiäiset", "olympialaiset", "farkut", "kalsarit", "viikset", "treffit", "puitteet", "liivit",
    "sukkahousut", "alkajaiset", "läksiäiset",
)  # fmt: skip
"""Words that UD keeps in the plural, which Voikko does not, and what ends in them: sisämarkkinat."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reading of a word form."""

    lemma: str
    tag: str
    """Word class and inflection in short, such as `nimisana.sisaolento.singular`; "" where the source tells none."""
    sources: str
    """Names of the sources that gave it, joined by `+`, in the order of `Sources.candidates`."""
    normal: str = ""
    rule: str = ""
    upos: str = ""
    """"" until the ranker has laid out the parts of speech that the reading can be."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is known of word forms; a source left out (None, or empty) gives no candidates."""

    voikko: Analyzer | None
    dictionary: Callable[[str], str | None] | None
    """Word form → lemma; None for a word that it does not list."""
    decomposer: Callable[[str], str | None] | None
    """Unlisted word form → lemma by the dictionary's own rules for prefixes, suffixes and compounds."""
    memory: Mapping[str, Sequence[tuple[str, str]]]
    """Forms whose lemma no other source gives, with their standard spelling, learned: parhaiten → hyvin."""
    endings: Mapping[str, Sequence[str]]
    """Ending → what the lemma has in its place, most frequent first, for words that nobody knows."""
    table: bool = True
    rules: bool = True
    compounds: bool = True

    def candidates(self, form: str) -> list[Candidate]:
        """Every reading of `form` that a source proposes, at least one; equal readings are merged.

        First what is written, and only where neither table nor Voikko knows that, what it could stand for, and guesses.
        """
        word = form.strip("-–") or form
        table = [*self._table(word)]
        written = [*table, *self._voikko(word)]
        listed = [*self._listed(word), *(() if table else self._clitic(word))]
        known = written or (listed and not self.voikko)
        guessed = [*self._also(word)] if known else [*self._rules(word), *self._compound(word), *self._guess(word)]
        if guessed and all("vajanto" in found.tag for found in written):
            written = []  # jonottaan is to queue; nobody says "without his queue"
        found = [*written, *listed, *guessed]
        return _merged([*found, Candidate(_stem(word), "", "form")])

    def is_word(self, form: str) -> bool:
        """Whether the lexicon, Voikko or else the dictionary, knows `form` as it stands."""
        if self.voikko:
            return any(found.word_class not in NAMES for found in self.voikko(form))
        return bool(self.dictionary and self.dictionary(form.lower()))

    def _table(self, form: str) -> Iterator[Candidate]:
        for entry in entries(form.lower()) if self.table else ():
            standard = entry.normal == form.lower()
            normal, rule = ("", "") if standard else (entry.normal, entry.rule)
            yield Candidate(entry.lemma, f"table.{entry.upos}", "table", normal, rule, entry.upos)

    def _voikko(self, form: str) -> Iterator[Candidate]:
        for analysis in self.voikko(form) or self.voikko(form.lower()) if self.voikko else ():
            tag = _tag(analysis)
            for lemma, kind in _lemmas(analysis, form.lower()):
                yield Candidate(SINGULAR.get(lemma, lemma), tag + kind, "voikko")
            if analysis.number == "plural" and (analysis.base + "t").endswith(PLURAL_ONLY):
                yield Candidate(analysis.base.lower() + "t", tag, "plural")

    def _listed(self, form: str) -> Iterator[Candidate]:
        lower = form.lower()
        lemma = self.dictionary(lower) if self.dictionary else None
        if lemma:
            yield Candidate(SINGULAR.get(lemma, lemma).lower(), "", "dictionary")
        for lemma, normal in self.memory.get(lower, ()):
            yield Candidate(lemma, "", "memory", normal, "memory" if normal else "")

    def _clitic(self, form: str) -> Iterator[Candidate]:
        """What is listed without the clitic: kotonakin → kotona."""
        bare = _CLITIC.sub("", form.lower())
        if len(bare) > 2 and len(bare) < len(form) and self.is_word(bare):
            for found in [*self._listed(bare), Candidate(bare, "", "")]:
                yield replace(found, sources="clitic")

    def _rules(self, form: str) -> Iterator[Candidate]:
        """What the rules make of it; of several spellings with the same lemma the cheapest."""
        spelt: dict[str, tuple[str, str]] = {}
        for variant in variants(form.lower(), self.is_word) if self.rules else ():
            readings = [*self._table(variant.normal), *self._voikko(variant.normal), *self._listed(variant.normal)]
            for found in readings:
                normal, rule = spelt.setdefault(found.lemma, (variant.normal, "+".join(variant.rules)))
                yield replace(found, sources=f"rules.{variant.cost:.0f}", normal=normal, rule=rule)

    def _also(self, form: str) -> Iterator[Candidate]:
        for variant in alternatives(form, self.is_word) if self.rules else ():
            for found in self._voikko(variant.normal):
                if found.tag.startswith("teonsana") or found.tag.endswith(":verb"):
                    yield replace(found, sources="also", normal=variant.normal, rule="+".join(variant.rules))

    def _compound(self, form: str) -> Iterator[Candidate]:
        """The last part of a compound is what inflects: its lemma, after the first part as it stands."""
        if not self.compounds:
            return
        head, hyphen, tail = form.rpartition("-")
        if hyphen and head and tail:
            for found in [*self._table(tail), *self._voikko(tail), *self._listed(tail), *self._rules(tail)]:
                yield replace(found, lemma=f"{head}-{found.lemma}".lower(), sources="hyphen", normal="", rule="")
            return
        for cut in range(3, len(form) - 3):
            if self.is_word(form[:cut]):
                for found in [*self._voikko(form[cut:]), *self._rules(form[cut:])]:
                    if found.tag.startswith(("nimisana", "laatusana")):
                        head, normal = form[:cut].lower(), found.normal and form[:cut].lower() + found.normal
                        yield replace(found, lemma=head + found.lemma, sources="compound", normal=normal)

    def _guess(self, form: str) -> Iterator[Candidate]:
        """Other lemmas with the form's ending, as endings of known words go."""
        lower = form.lower()
        if decomposed := self.decomposer(lower) if self.decomposer else None:
            yield Candidate(decomposed.lower(), "", "decomposer")
        for length in range(min(6, len(lower) - 2), 0, -1):
            for lemma_ending in self.endings.get(lower[-length:], ()):
                yield Candidate(lower[:-length] + lemma_ending, f"-{lower[-length:]}>{lemma_ending}", "guess")


def _stem(form: str) -> str:
    """What stands before the colon of an inflected abbreviation (EU:n → eu), else the form itself."""
    stem, _, ending = form.lower().partition(":")
    return stem if stem and (ending.isalpha() or not ending) else form.lower()


NAMES = frozenset({"etunimi", "sukunimi", "nimi"})
"""Classes that make no standard spelling: half of all letter strings are somebody's name."""
_VERB = re.compile(r"\[Lt\](?:\[I\w+\])*\[Xp\]([^\[]+)\[X\]([^\[]*)(?:\[Xj\]([^\[]+)\[X\])?")
_UNSEEN = re.compile(r"\[X[pj]\][^\[]*\[X\]|\[\w+\]")
_CLITIC = re.compile(r"(?:k[oö]|k[oö]s|kin|kaan|kään|han|hän|pa|pä|pas|päs)$")
_POSSESSIVE = {"1s": ("ni",), "2s": ("si",), "1p": ("mme",), "2p": ("nne",), "3": ("nsa", "nsä", "n")}
_SHORT = {"singular": "sg", "plural": "pl"}


def _tag(analysis: Analysis) -> str:
    parts = (
        analysis.word_class.removesuffix("_laatusana"),
        analysis.participle or analysis.mood,
        analysis.case,
        _SHORT.get(analysis.number, ""),
        analysis.person,
        analysis.comparison.replace("positive", ""),
        "poss" if analysis.possessive else "",
    )
    return ".".join(part for part in parts if part)


def _lemmas(analysis: Analysis, form: str) -> Iterator[tuple[str, str]]:
    """The lemmas of a reading with what each makes of it: the base form, and what UD takes instead of it."""
    base = analysis.base.lower()
    yield base, ""
    if analysis.participle:
        if verb := _verb(analysis.transducer):
            yield verb, ":verb"
    elif analysis.mood == "MINEN-infinitive":
        yield from ((noun, ":action") for noun in _action_nouns(form))
    if analysis.case == "keinonto" and analysis.comparison in ("comparative", "superlative"):
        yield _manner(form, base), ":manner"
    elif _is_adverbial(analysis) and (bare := _bare(analysis, form)) != base:
        yield bare, ":adverb"


def _verb(transducer: str) -> str | None:
    """The verb of a participle, with what a compound puts before it: tehty → tehdä, kannattava → kannattaa."""
    *before, last = transducer.split("[Bc]")
    if match := _VERB.match(last):
        root, stem, derived = match.groups()
        return "".join(_UNSEEN.sub("", part) for part in before) + (
            stem + derived if derived else root.replace("=", "")
        )
    return None


def _action_nouns(form: str) -> Iterator[str]:
    """`juoksemisesta` → `juokseminen`: all before the last -mi- of the form."""
    stem, ending, _ = form.rpartition("mi")
    if ending:
        yield stem + "minen"


def _is_adverbial(analysis: Analysis) -> bool:
    if analysis.case == "kerrontosti" or analysis.word_class in ("seikkasana", "suhdesana"):
        return True
    return analysis.word_class == "laatusana" and analysis.case in ("keinonto", "omanto") and bool(analysis.comparison)


def _manner(form: str, base: str) -> str:
    """The adverb in -sti of a compared one: laajemmin → laajasti, helpoimmin → helposti."""
    stem = re.sub(r"(?:e?mmin|immin)$", "", _CLITIC.sub("", form))
    vowel = "e" if base.endswith("nen") else base[-1]
    return stem + ("" if stem[-1:] in _VOWELS and stem[-1:] != "e" else vowel) + "sti"


_VOWELS = "aeiouyäö"


def _bare(analysis: Analysis, form: str) -> str:
    """The form without its clitic and possessive suffix: kanssanikin → kanssa."""
    if form != analysis.base.lower():
        form = _CLITIC.sub("", form)
    for suffix in _POSSESSIVE.get(analysis.possessive, ()):
        if form.endswith(suffix):
            return form.removesuffix(suffix)
    return form


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Equal lemmas of equal tags become one; a reading without a tag joins every tagged one of its lemma."""
    by_key: dict[tuple[str, str], Candidate] = {}
    untagged: dict[str, list[str]] = {}
    for candidate in candidates:
        if candidate.tag or candidate.rule:
            key = (candidate.lemma, candidate.tag + candidate.upos)
            by_key.setdefault(key, candidate)
        else:
            untagged.setdefault(candidate.lemma, []).append(candidate.sources)
    tagged = {candidate.lemma for candidate in by_key.values()}
    merged = [
        replace(candidate, sources="+".join(dict.fromkeys([candidate.sources, *untagged.get(candidate.lemma, ())])))
        for candidate in by_key.values()
    ]
    return merged + [
        Candidate(lemma, "", "+".join(dict.fromkeys(sources)))
        for lemma, sources in untagged.items()
        if lemma not in tagged
    ]
