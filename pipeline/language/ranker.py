"""Which reading of a word is meant: a log-linear model over the candidates, with the words around it as evidence.

A reading's score is the sum of the weights of its features; the probability of a reading is the softmax over the
readings of the same word (a conditional log-linear model: Collins & Duffy 2002; Smith, Smith & Tromble 2005 for
morphology). All that depends on the form alone is summed once per form and kept; only words with several readings
look at their neighbours, two on either side.
"""

import json
import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.language.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Word:
    """A word form with its readings, laid out by part of speech; kept per form."""

    form: str
    readings: tuple[Candidate, ...]
    scores: tuple[float, ...]
    """The part of each reading's score that the form alone gives."""
    seen: str
    """What its neighbours see of it: the parts of speech and cases it can be."""
    lower: str
    ending: str
    """Its last three letters."""


def _word(form: str, options: Sequence[Candidate], scores: Sequence[float]) -> Word:
    lower = form.lower()
    return Word(form, tuple(options), tuple(scores), seen(options), lower, lower[-3:])


OUTSIDE = Word("", (), (), "|", "", "")
"""What stands before the first word and after the last."""


def readings(candidates: Sequence[Candidate], upos_of: Mapping[str, str]) -> list[Candidate]:
    """Each candidate once for every part of speech it can be.

    Args:
        candidates: the candidates of one form.
        upos_of: `class lemma`, `class` or `` → the parts of speech seen in treebanks, joined by spaces.
    """
    known = is_known(candidates)
    return [
        replace(candidate, upos=upos)
        for candidate in candidates
        for upos in (candidate.upos or _possible(candidate, known, upos_of)).split()
    ]


def word_class(candidate: Candidate) -> str:
    """The first part of the tag, with what derivation says: `laatusana:verb`."""
    tag, _, kind = candidate.tag.partition(":")
    return tag.partition(".")[0] + (":" + kind if kind else "")


def _possible(candidate: Candidate, known: bool, upos_of: Mapping[str, str]) -> str:
    kind = word_class(candidate)
    if not kind:
        if known and candidate.sources == "form":  # of a word that Voikko knows, only adverbs are their own lemma
            return upos_of.get(f" {candidate.lemma}") or "ADV"
        kind = "guess" if not known else ""
    return upos_of.get(f"{kind} {candidate.lemma}") or upos_of.get(kind) or upos_of.get("") or "X"


def is_known(options: Sequence[Candidate]) -> bool:
    """Whether a lexicon, not a rule or a guess, gave one of the readings."""
    return any(option.sources.startswith(("voikko", "dictionary", "table", "memory")) for option in options)


def seen(options: Sequence[Candidate]) -> str:
    """What neighbours see of a word: its possible parts of speech, with case for what inflects."""
    return "|".join(sorted({f"{option.upos}.{_case(option.tag)}" for option in options})[:4])


def _case(tag: str) -> str:
    parts = tag.split(".")
    return parts[1] if len(parts) > 1 else ""


def form_features(form: str, options: Sequence[Candidate], frequency: Mapping[str, int]) -> list[list[str]]:
    """What speaks for each reading of a form whatever stands around it: names of features, a list per reading.

    Args:
        form: the word as written.
        options: its readings.
        frequency: lemma → how common it is, in powers of two.
    """
    lemmas = {option.lemma for option in options}
    known = is_known(options)
    best = max(frequency.get(option.lemma, 0) for option in options)
    features = []
    for option in options:
        common = frequency.get(option.lemma, 0)
        rarer, source = min(best - common, 9), option.sources.partition("+")[0]
        features.append(
            [
                *_own_features(form, option, len(lemmas), known),
                f"g {rarer}",
                f"h {rarer} {word_class(option)} {source}",
                f"i {common} {option.upos}",
                f"T {option.lemma + 't' in lemmas} {option.lemma[:-1] in lemmas} {source}",
            ]
        )
    return features


def _own_features(form: str, reading: Candidate, option_count: int, known: bool) -> Iterator[str]:
    lower, lemma, upos, tag = form.lower(), reading.lemma, reading.upos, reading.tag
    kind = word_class(reading)
    change = edit(lower, lemma)
    yield f"t {tag} {upos}"
    yield f"s {reading.sources} {upos}"
    yield f"S {reading.sources} {min(option_count, 4)}"
    yield f"l {lemma} {upos}"
    yield f"L {lemma} {kind}"
    yield f"f {lower} {lemma} {upos}"
    yield f"F {lower} {lemma}"
    yield f"e {change} {upos}"
    yield f"E {change} {reading.sources.partition('+')[0]}"
    yield f"3 {lower[-3:]} {change} {upos}"
    yield f"4 {lower[-4:]} {upos}"
    yield f"5 {lower[-5:]} {tag} {upos}"
    yield f"z {lemma[-3:]} {upos}"
    yield f"Z {lemma[-2:]} {change}"
    yield f"n {min(len(lemma), 8)} {kind} {upos}"
    if not known:
        capital = form[:1].isupper()
        yield f"? {change} {capital}"
        yield f"?3 {lower[-3:]} {change} {capital}"
        yield f"?4 {lower[-4:]} {change}"
        yield f"?5 {lower[-5:]} {change}"
        yield f"?z {lemma[-2:]} {capital}"
        yield f"?Z {lemma[-3:]} {change}"
    if reading.rule:
        for rule in reading.rule.split("+"):
            yield f"r {rule}"
    if form[:1].isupper():
        yield f"u {form.isupper() and len(form) > 1} {upos} {kind}"
    if not lower.isalpha():
        yield f"- {'-' in lower} {any(map(str.isdigit, lower))} {':' in lower} {upos} {change}"


def edit(form: str, lemma: str) -> str:
    """How the end of the form becomes that of the lemma: `ssa>` for talossa → talo."""
    same = 0
    for ours, theirs in zip(form, lemma, strict=False):
        if ours != theirs:
            break
        same += 1
    return f"{form[same:]}>{lemma[same:]}"


def context(before: Sequence[Word], word: Word, after: Sequence[Word]) -> list[str]:
    """What the two words before (nearest last) and after (nearest first) tell, to be joined to each reading."""
    far, near = before
    following, beyond = after
    own, previous, upcoming = word.form[:1].isupper(), near.form[:1].isupper(), following.form[:1].isupper()
    return [
        f"p {near.lower}",
        f"q {following.lower}",
        f"P {near.seen}",
        f"Q {following.seen}",
        f"PP {far.seen} {near.seen}",
        f"QQ {following.seen} {beyond.seen}",
        f"PQ {near.seen} {following.seen}",
        f"x {near.ending}",
        f"y {following.ending}",
        f"a {far.lower}",
        f"b {beyond.lower}",
        f"c {near is OUTSIDE} {own}",
        f"C {previous} {own} {upcoming}",
    ]


CONTEXTS = frozenset(("p", "q", "P", "Q", "PP", "QQ", "PQ", "x", "y", "a", "b", "c", "C"))
"""What the pieces that `context` gives start with."""


def context_features(reading: Candidate, atoms: Sequence[str]) -> Iterator[str]:
    """Each piece of context with what the reading is, coarse and fine."""
    upos, tag, lemma = reading.upos, reading.tag, reading.lemma
    for atom in atoms:
        yield f"{atom} {upos}"
    for atom in atoms[:9]:
        yield f"{atom} {tag}"
    for atom in (*atoms[:4], atoms[7], atoms[8]):
        yield f"{atom} ={lemma}"


@dataclass(frozen=True, slots=True)
class Ranker:
    """The learned weights; a feature that training did not keep weighs nothing."""

    weights: Mapping[str, float]
    upos_of: Mapping[str, str]
    frequency: Mapping[str, int]
    told: dict[str, dict[str, float]] = field(init=False, repr=False)
    """Piece of context → part of speech, tag or =lemma → weight: `weights` as `choose` asks for them."""

    def __post_init__(self) -> None:
        """Lay out the weights of contexts."""
        told: dict[str, dict[str, float]] = {}
        for name, weight in self.weights.items():
            if name.partition(" ")[0] in CONTEXTS:
                atom, _, what = name.rpartition(" ")
                told.setdefault(atom, {})[what] = weight
        object.__setattr__(self, "told", told)

    def word(self, form: str, candidates: Sequence[Candidate]) -> Word:
        """A form with its readings and what it alone tells of them."""
        options = tuple(readings(candidates, self.upos_of))
        if len(options) == 1:
            return _word(form, options, (0.0,))
        get = self.weights.get
        scores = tuple(sum(get(name, 0.0) for name in names) for names in form_features(form, options, self.frequency))
        return _word(form, options, scores)

    def choose(self, words: Sequence[Word]) -> list[Candidate]:
        """The best reading of each word of a sentence."""
        padded = [OUTSIDE, OUTSIDE, *words, OUTSIDE, OUTSIDE]
        return [
            word.readings[0]
            if len(word.readings) == 1
            else self._best(word, context(padded[n : n + 2], word, padded[n + 3 : n + 5]))
            for n, word in enumerate(words)
        ]

    def _best(self, word: Word, atoms: Sequence[str]) -> Candidate:
        told = [found for found in map(self.told.get, atoms) if found]
        best, highest = word.readings[0], float("-inf")
        for reading, score in zip(word.readings, word.scores, strict=True):
            upos, tag, lemma = reading.upos, reading.tag, "=" + reading.lemma
            for found in told:
                score += found.get(upos, 0.0) + found.get(tag, 0.0) + found.get(lemma, 0.0)
            if score > highest:
                best, highest = reading, score
        return best


@dataclass(frozen=True, slots=True)
class Learned:
    """All that training leaves behind: the ranker, and what it remembers of treebanks."""

    ranker: Ranker
    memory: Mapping[str, Sequence[tuple[str, str]]]
    endings: Mapping[str, Sequence[str]]


WEIGHTS = "weights.npz"


def save_ranker(learned: Learned, folder: Path) -> str:
    """Write `weights.npz` into `folder`: feature names and their weights in half precision, and the three tables.

    The same content gives the same bytes. Returns the file's name.
    """
    import numpy as np

    names = sorted(learned.ranker.weights)
    arrays = {
        "features": _packed("\n".join(names)),
        "weights": np.array([learned.ranker.weights[name] for name in names], dtype=np.float16),
        "tables": _packed(
            json.dumps(
                {
                    "upos_of": dict(learned.ranker.upos_of),
                    "memory": dict(learned.memory),
                    "endings": {ending: list(others) for ending, others in learned.endings.items()},
                    "frequency": dict(learned.ranker.frequency),
                },
                ensure_ascii=False,
                sort_keys=True,
            )
        ),
    }
    np.savez(folder / WEIGHTS, **arrays)
    return WEIGHTS


def load_ranker(folder: Path) -> Learned:
    """What `save_ranker` wrote into `folder`."""
    import numpy as np

    with np.load(folder / WEIGHTS) as arrays:
        names = _unpacked(arrays["features"]).split("\n")
        weights = dict(zip(names, arrays["weights"].astype(float).tolist(), strict=True))
        tables = json.loads(_unpacked(arrays["tables"]))
    return Learned(Ranker(weights, tables["upos_of"], tables["frequency"]), tables["memory"], tables["endings"])


def _packed(text: str) -> Any:
    import numpy as np

    return np.frombuffer(lzma.compress(text.encode(), preset=9), dtype=np.uint8)


def _unpacked(array: Any) -> str:
    return lzma.decompress(array.tobytes()).decode()
