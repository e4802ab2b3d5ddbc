"""Train the ranker of the `finnish` lemmatizer, and the tables it remembers, on treebanks and on text tagged by spaCy.

Three kinds of sentences: gold in our conventions (TDT, our own gold set), gold whose lemmas count but whose parts of
speech do not (FTB), and edited text (Turku NER's) as the spaCy pipeline tags it: there a reading is right if it has the
tagged part of speech, case and number. How common a lemma is, is counted in plain text, forum and film lines too.
The weights maximise the probability of the right readings (L-BFGS, L2 penalty), the same input gives the same bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import ModelError
from pipeline.language.candidates import Candidate, Sources
from pipeline.language.finnish import make_sources
from pipeline.language.lemma_corpora import CARD_TEXT, GOLD, LEMMAS, SILVER, Row, Sentences, plain_words, read_parts
from pipeline.language.ranker import (
    OUTSIDE,
    Learned,
    Ranker,
    Word,
    context,
    context_features,
    edit,
    form_features,
    is_known,
    save_ranker,
    word_class,
)
from pipeline.language.voikko import why_no_voikko
from pipeline.models import CARD, sha256_of

L2 = 1.5
ROUNDS = 80
MIN_COUNT = 3
"""A feature of fewer readings is left out."""
MIN_WEIGHT = 0.03
"""A smaller weight is dropped: half of the file for nothing measurable."""
BLOCK = 50
"""Sentences that stay together when the data are cut in halves: neighbours share their names."""


def learn(sources: Sources, parts: Sequence[Sentences], plain: Iterable[str]) -> Learned:
    """Fit everything on `parts`, and how common lemmas are on the words of `plain` too.

    `sources` must have neither memory nor endings of its own.
    """
    find, parts = cache(sources.candidates), _trusted(parts)
    gold = [part for part in parts if part.kind != SILVER]
    memory, endings = _memory(find, gold), _endings(gold)
    upos_of = _upos_of(find, [part for part in parts if part.kind != LEMMAS])
    frequency = _frequency(find, [*(row.form for row in _words(parts)), *plain])
    design = _Design(Ranker({}, upos_of, frequency), _conflicts(parts))
    for learnt, applied in ((0, 1), (1, 0)):  # what is remembered of a sentence must not help to read that sentence
        known = replace(sources, memory=_memory(find, _half(gold, learnt)), endings=endings)
        design.add(known, _half(gold, applied))
    design.add(replace(sources, memory=memory, endings=endings), [part for part in parts if part.kind == SILVER])
    third = [replace(part, rows=part.rows[::3]) for part in gold]
    design.add(replace(sources, voikko=None, endings=endings), third)  # a machine without Voikko
    unknown = replace(sources, voikko=None, dictionary=None, decomposer=None, endings=endings)
    design.add(unknown, third, only=OPEN - {"PROPN"})
    design.add(unknown, gold, only={"PROPN"})  # names are what is unknown most often
    return Learned(Ranker(design.fit(), upos_of, frequency), memory, endings)


def _half(parts: Iterable[Sentences], half: int) -> list[Sentences]:
    return [replace(part, rows=[row for n, row in enumerate(part.rows) if n // BLOCK % 2 == half]) for part in parts]


def _words(parts: Iterable[Sentences]) -> Iterator[Row]:
    for part in parts:
        for sentence in part.rows:
            yield from sentence


def _memory(find: Any, parts: Iterable[Sentences]) -> dict[str, list[tuple[str, str]]]:
    """Forms with the lemmas that no source proposes for them and their standard spelling, the two most frequent."""
    missed: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in _words(parts):
        if row.form[0].isalpha() and row.lemma != "_" and all(option.lemma != row.lemma for option in find(row.form)):
            missed[row.form.lower()][row.lemma, row.normal] += 1
    return {form: [lemma for lemma, _ in lemmas.most_common(2)] for form, lemmas in missed.items()}


def _endings(parts: Iterable[Sentences]) -> dict[str, list[str]]:
    """Ending of a form → the endings that lemmas have in its place, the four most frequent."""
    pairs: Counter[tuple[str, str]] = Counter()
    for row in _words(parts):
        lower = row.form.lower()
        ending, _, other = edit(lower, row.lemma).partition(">")
        if lower[0].isalpha() and 0 < len(ending) <= 6 and len(other) <= 4 and len(lower) > 3:
            pairs[ending, other] += 1
    found: dict[str, list[str]] = defaultdict(list)
    for (ending, other), count in pairs.most_common():
        if count >= 4 and len(found[ending]) < 6:
            found[ending].append(other)
    return {ending: others for ending, others in found.items() if others}


def _upos_of(find: Any, parts: Iterable[Sentences]) -> dict[str, str]:
    """`class lemma` or `class` → the parts of speech that words of it have, but for the rarest."""
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    by_lemma: dict[str, Counter[str]] = defaultdict(Counter)
    for form, lemma, upos, *_ in _words(parts):
        if not form[0].isalpha():
            continue
        options = find(form)
        for option in options:
            if option.lemma == lemma:
                by_class[word_class(option)][upos] += 1
                by_lemma[f"{word_class(option)} {lemma}"][upos] += 1
        if not is_known(options):
            by_class["guess"][upos] += 1
    found = {name: _frequent(counts, 0.04) for name, counts in by_class.items()}
    for name, counts in by_lemma.items():
        frequent = _frequent(counts, 0.02)
        if counts.total() >= 3 and frequent != found[name.partition(" ")[0]]:
            found[name] = frequent
    return {**found, "": "NOUN PROPN"}


def _frequent(counts: Counter[str], share: float) -> str:
    return " ".join(sorted(upos for upos, count in counts.items() if count >= share * counts.total()))


class _Design:
    """The readings of every ambiguous word as rows of feature numbers, grouped by word."""

    def __init__(self, ranker: Ranker, conflicts: Collection[str]) -> None:
        self.ranker = ranker
        self.conflicts = conflicts
        self.numbers: dict[str, int] = {}
        self.rows: list[Any] = []
        self.right: list[bool] = []
        self.sizes: list[int] = []
        self.weights: list[float] = []

    def add(self, sources: Sources, parts: Iterable[Sentences], only: Collection[str] = ()) -> None:
        """Add the ambiguous words of `parts` as `sources` read them; only those of some parts of speech, if given."""
        read = cache(lambda form: self._word(form, sources))
        for part in parts:
            for sentence in part.rows:
                words = [read(row.form) for row in sentence]
                padded = [OUTSIDE, OUTSIDE, *(word for word, _ in words), OUTSIDE, OUTSIDE]
                for n, ((word, static), row) in enumerate(zip(words, sentence, strict=True)):
                    right = _right(word.readings, row, part.kind)
                    if 0 < sum(right) < len(right) and (not only or row.upos in only):
                        atoms = context(padded[n : n + 2], word, padded[n + 3 : n + 5])
                        self._append(word, static, atoms, right, part)

    def _word(self, form: str, sources: Sources) -> tuple[Word, list[Any]]:
        if not any(map(str.isalnum, form)):  # a mark or sign: never ambiguous, but its neighbours see it
            return self.ranker.word(form, [Candidate(form, "", "form", upos="PUNCT")]), []
        word = self.ranker.word(form, sources.candidates(form))
        return word, [self._numbered(names) for names in form_features(form, word.readings, self.ranker.frequency)]

    def _append(self, word: Word, static: list[Any], atoms: list[str], right: list[bool], part: Sentences) -> None:
        for reading, known in zip(word.readings, static, strict=True):
            others = _foreign_features(word.form, reading, self.conflicts) if part.kind == LEMMAS else ()
            self.rows.append(np.concatenate([known, self._numbered([*context_features(reading, atoms), *others])]))
        self.right += right
        self.sizes.append(len(right))
        self.weights.append(part.weight)

    def _numbered(self, names: Iterable[str]) -> Any:
        return np.fromiter((self.numbers.setdefault(name, len(self.numbers)) for name in names), dtype=np.int32)

    def fit(self) -> dict[str, float]:
        """The weights by feature, small ones left out."""
        from scipy.optimize import minimize
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        counts = np.bincount(np.concatenate(self.rows), minlength=len(self.numbers))
        kept = counts >= MIN_COUNT
        column = np.cumsum(kept) - 1
        rows = [column[row[kept[row]]] for row in self.rows]
        bounds = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        flat = np.concatenate(rows)
        features = csr_matrix((np.ones(len(flat), dtype=np.float32), flat, bounds), shape=(len(rows), int(kept.sum())))
        transposed = features.T.tocsr()
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        word = np.repeat(np.arange(len(self.sizes)), self.sizes)
        right, weight = np.array(self.right), np.array(self.weights)

        def loss(weights: Any) -> tuple[float, Any]:
            score = (features @ weights.astype(np.float32)).astype(float)
            power = np.exp(score - np.maximum.reduceat(score, starts)[word])
            total = np.add.reduceat(power, starts)
            good = np.add.reduceat(power * right, starts)
            slope = (power / total[word] - power * right / good[word]) * weight[word]
            return (
                float((np.log(total / good) * weight).sum() + L2 / 2 * weights @ weights),
                transposed @ slope.astype(np.float32) + L2 * weights,
            )

        start = np.zeros(features.shape[1])
        with threadpool_limits(limits=1):  # with more, sums come in another order: other bytes
            found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "maxcor": 6}).x
        names = [name for name, keep in zip(self.numbers, kept, strict=True) if keep]
        return {name: float(value) for name, value in zip(names, found, strict=True) if abs(value) >= MIN_WEIGHT}


CASES = {
    "nimento": "Nom", "omanto": "Gen", "osanto": "Par", "olento": "Ess", "tulento": "Tra", "sisaolento": "Ine",
    "sisaeronto": "Ela", "sisatulento": "Ill", "ulkoolento": "Ade", "ulkoeronto": "Abl", "ulkotulento": "All",
    "vajanto": "Abe", "seuranto": "Com", "keinonto": "Ins", "kohdanto": "Acc",
}  # fmt: skip
"""Voikko's name of a case → UD's."""
NUMBERS = {"sg": "Sing", "pl": "Plur"}
OPEN = {"NOUN", "ADJ", "VERB", "PROPN", "AUX"}


def _foreign_features(form: str, reading: Candidate, conflicts: Collection[str]) -> list[str]:
    """What only FTB holds to be right (siinä, paras) goes to features that nothing but FTB has (Daumé 2007)."""
    lower, lemma = form.lower(), reading.lemma
    own = [f"@F {lower} {lemma}", f"@L {lemma} {word_class(reading)}"] if lower in conflicts else []
    return [f"@k {word_class(reading)}", *own]


def _lemma_counts(parts: Iterable[Sentences], *kinds: str) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _words(part for part in parts if part.kind in kinds):
        counts[row.form.lower()][row.lemma] += 1
    return counts


def _conflicts(parts: Sequence[Sentences]) -> set[str]:
    """Forms whose most frequent lemma in FTB is another than elsewhere."""
    ours, theirs = _lemma_counts(parts, GOLD, SILVER), _lemma_counts(parts, LEMMAS)
    return {form for form, counts in theirs.items() if form in ours and _usual(ours[form]) != _usual(counts)}


def _usual(counts: Counter[str]) -> str:
    return counts.most_common(1)[0][0]


def _trusted(parts: Sequence[Sentences]) -> list[Sentences]:
    """The parts without the lemmas that spaCy gives to a form and treebanks hardly ever do: jotakin → joka."""
    gold = _lemma_counts(parts, GOLD, LEMMAS)

    def checked(row: Row) -> Row:
        seen = gold.get(row.form.lower(), Counter())
        return row._replace(lemma="") if seen.total() >= 3 and 5 * seen[row.lemma] < seen.total() else row

    return [
        replace(part, rows=[[checked(row) for row in sentence] for sentence in part.rows])
        if part.kind == SILVER
        else part
        for part in parts
    ]


def _right(readings: Sequence[Candidate], row: Row, kind: str) -> list[bool]:
    """Which readings are right: by lemma and part of speech where one is, else by lemma alone."""
    if kind == SILVER:
        return _right_by_tags(readings, row)
    by_lemma = [reading.lemma == row.lemma for reading in readings]
    both = [right and reading.upos == row.upos for right, reading in zip(by_lemma, readings, strict=True)]
    return both if kind == GOLD and any(both) else by_lemma


def _right_by_tags(readings: Sequence[Candidate], row: Row) -> list[bool]:
    """SpaCy's tags are better than its lemmas: it takes the first reading that Voikko has for a tag (vuotta → vuo)."""
    if not any("voikko" in reading.sources for reading in readings):
        is_name = row.upos == "PROPN" and row.lemma  # see lemma_corpora.with_names
        return [bool(is_name) and (reading.lemma, reading.upos) == (row.lemma, "PROPN") for reading in readings]
    if row.upos not in OPEN:
        return [reading.lemma == row.lemma and reading.upos == row.upos for reading in readings]
    lexical = [reading.upos == row.upos and not reading.sources.startswith(("form", "guess")) for reading in readings]
    fitting = [right and _inflected(reading, row.inflection) for right, reading in zip(lexical, readings, strict=True)]
    return fitting if any(fitting) else lexical


def _inflected(reading: Candidate, inflection: str) -> bool:
    parts = reading.tag.partition(":")[0].split(".")
    cases = {CASES[part] for part in parts if part in CASES}
    numbers = {NUMBERS[part] for part in parts if part in NUMBERS}
    wanted = set(inflection.split())
    return not (cases and wanted & CASE_NAMES and not cases & wanted) and not (
        cases and wanted & NUMBER_NAMES and not numbers & wanted
    )


CASE_NAMES, NUMBER_NAMES = set(CASES.values()), set(NUMBERS.values())


def _frequency(find: Any, forms: Iterable[str]) -> dict[str, int]:
    """Lemma → log2 of its count, rounded; a form of several lemmas counts for each in equal parts; from 2 upwards."""
    counts: Counter[str] = Counter()
    shares: dict[str, float] = defaultdict(float)
    for form in forms:
        counts[form] += 1
    for form, count in counts.items():
        if form[:1].isalpha() and is_known(options := find(form)):
            lemmas = {option.lemma for option in options if option.sources != "form"}
            for lemma in lemmas:
                shares[lemma] += count / len(lemmas)
    return {lemma: round(log2(share)) for lemma, share in sorted(shares.items()) if share >= 2}


def train_lemmas(corpora: Path, gold: Path, folder: Path, version: str, *, created: date | None = None) -> None:
    """Train on the corpora and our gold set, write weights and card into `folder`. Takes about ten minutes.

    Needs Voikko and the spaCy pipeline: what is learnt of their readings must be seen with them.

    Args:
        corpora: the folder with `ud_finnish` and `turku_ner`.
        gold: `data/gold`; the files called `*_verify` are never learnt from.
        folder: where to write; made if need be.
        version: for the card.
        created: the date on the card, by default today.

    Raises:
        ConfigError: a corpus is missing.
        ModelError: Voikko or spaCy is missing.
    """
    if reason := why_no_voikko():
        raise ModelError(reason)
    parts = read_parts(corpora, gold)
    learned = learn(make_sources({}, {}), parts, plain_words(corpora))
    folder.mkdir(parents=True, exist_ok=True)
    name = save_ranker(learned, folder)
    counts = Counter(part.kind for part in parts for sentence in part.rows for _ in sentence)
    card = CARD_TEXT.format(
        version=version,
        created=(created or date.today()).isoformat(),
        file=name,
        sha256=sha256_of(folder / name),
        **counts,
    )
    (folder / CARD).write_text(card, encoding="utf-8")
