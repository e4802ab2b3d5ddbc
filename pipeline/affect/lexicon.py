"""The classifier that can be explained by hand: a table of words, a table of what turns or weighs them, and a sum.

    lexicon_words.tsv       words and short expressions with a polarity from -3 to 3 and emotions; 0 is a decision too
    lexicon_modifiers.tsv   negations, intensifiers, swearing, mutta, marks: how much more or less they make of others

The polarities found in a text add up to its logit ln P(positive) / P(negative); `explain` lists the summands. A text in
which nothing is found is neutral. Irony and feelings that no word names stay unseen.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from csv import QUOTE_NONE, DictReader
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import exp, fsum
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, cast, get_args

import numpy as np

from pipeline.affect.scores import make_scores, softmax
from pipeline.conversation import EMOTIONS, Emotion, MaskedText, Score
from pipeline.errors import ModelError
from pipeline.models import ModelCard, sha256_of

WORDS = "lexicon_words.tsv"
MODIFIERS = "lexicon_modifiers.tsv"

UNIT = 1.6
"""What a point of polarity adds to the logit. Chosen, like NEUTRAL, on four fifths of our corpus's develop part."""
NEUTRAL = 0.5
"""ln of how much likelier neutral is than either side where the sum is 0: P(neutral) is 0.45 then."""
EMOTION_RATE = 1.5
"""An emotion of weight w is there with 1 - exp(-EMOTION_RATE w): 0.5 is just present, 0.53; 1 is 0.78, 2 is 0.95."""

Scope = Literal["clause", "next", "beside", "earlier", "later", "text"]
CLAUSE_STARTS = frozenset({"mutta", "että", "koska", "jos", "kun", "vaikka", "jotta", "joten"})
"""Lemmas at which a clause ends, as at every mark: where people write as they speak there are no marks."""
SENTENCE_ENDS = frozenset(".!?…")
CLAUSE_ENDS = SENTENCE_ENDS | frozenset(",;:()–—")
STEPPED_OVER = frozenset({"olla", "minä", "sinä", "me", "te", "se", "tämä", "nyt", "vain", "kyllä", "yhtään", "sitten"})
"""Lemmas of which `MAX_STEPS` may stand between the words of an expression: ei (ole) mitään valittamista."""
MAX_STEPS = 2

_TOKEN = re.compile(
    r"""\[[A-Z][A-Z0-9_]*\]                                          # a mask
      | (?:https?://|www\.)[^\s\[]*[\w/]
      | (?<!\w)[:;=]['’]?-?(?:[()|/*]+|[DPpOo3](?!\w)) | <3          # :)  :'(  :D
      | \d{1,3}(?:[ \u00a0]\d{3})+(?!\d) | \d+(?:[.,:/–-]\d+)+\b
      | (?:[^\W_]|(?<=\s)-(?=[^\W\d_]))[\w\u0300-\u036f]*(?:[-'’&:][\w\u0300-\u036f]+)*
      | ([.!?…,;:"'()/\\–—-])\1*
      | [^\w\s](?:[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[^\w\s\[])* | _ """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of words; each of `words` fits a token whose form or lemma it is."""

    words: tuple[str, ...]
    polarity: float
    emotions: tuple[tuple[Emotion, float], ...]


@dataclass(frozen=True, slots=True)
class Modifier:
    """A row of the table of modifiers: `positive` and `negative` are how many times entries in its scope count.

    Scopes: `clause` and `next` are at most `reach` tokens after it in its clause, `beside` on both sides; `earlier` and
    `later` are the sentence before and after it; `text` is all.
    """

    words: tuple[str, ...]
    rule: str
    scope: Scope
    reach: int
    positive: float
    negative: float


class Token(NamedTuple):
    """A piece of the text, its characters from `start` to before `end`."""

    start: int
    end: int
    form: str
    lemma: str

    def fits(self, word: str) -> bool:
        """Whether it is that word, as it stands or in dictionary form."""
        return word in (self.form, self.lemma)


class Found(NamedTuple):
    """A row found in a text: tokens `first` to before `last`."""

    first: int
    last: int
    row: Entry | Modifier


class Reason(NamedTuple):
    """One summand of a logit: where in the text, which entry, by which rule (`word`: the polarity itself), how much."""

    start: int
    end: int
    entry: str
    rule: str
    contribution: float


Row = TypeVar("Row", Entry, Modifier)
Index = Mapping[str, Sequence[Entry | Modifier]]
"""First word → the rows that begin with it."""


@dataclass(frozen=True, slots=True)
class LexiconClassifier:
    """The tables, ready to look up."""

    card: ModelCard
    index: Index
    lemmatizer: str | None = "finnish"

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        """One score per text; see `pipeline.affect.Classifier`. Contexts are not read.

        With s the sum of its reasons, P(negative) : P(neutral) : P(positive) are exp(-s/2) : exp(NEUTRAL) : exp(s/2).
        """
        if lemmas is None or len(lemmas) != len(texts):
            raise ModelError(f"The model {self.card.name} reads lemmas: give it those of {self.lemmatizer}, per text.")
        if not texts:
            return []
        read = [self._read(text, its) for text, its in zip(texts, lemmas, strict=True)]
        halves = [fsum(reason.contribution for reason in reasons) / 2 for reasons, _ in read]
        sentiments = softmax(np.array([[-half, NEUTRAL, half] for half in halves]))
        emotions = np.array(
            [[1 - exp(-EMOTION_RATE * weights[emotion]) for emotion in EMOTIONS] for _, weights in read]
        )
        return make_scores(self.card, sentiments, emotions, sure_from=self.card.details["sure_from"])

    def explain(self, text: str, lemmas: Sequence[str]) -> list[Reason]:
        """Every summand of the logit ln P(positive) / P(negative) of a text, in text order.

        Each word or expression found has its own polarity, times `UNIT`, as one; what a modifier makes more or less of
        it stands at the modifier. Polarity 0 is listed, so that one sees that it was decided.
        """
        return sorted(self._read(text, lemmas)[0])

    def _read(self, text: str, lemmas: Sequence[str]) -> tuple[list[Reason], dict[Emotion, float]]:
        """The summands, and the weight of each emotion."""
        tokens = align(text, lemmas)
        found = list(find(tokens, self.index))
        modifiers = [(one, one.row, scope(tokens, one)) for one in found if isinstance(one.row, Modifier)]
        reasons: list[Reason] = []
        weights = dict.fromkeys(EMOTIONS, 0.0)
        for hit in found:
            if isinstance(hit.row, Entry):
                value, strength = UNIT * hit.row.polarity, 1.0
                reasons.append(_reason(tokens, hit, "word", value))
                over = {(row.rule, row.scope): (one, row) for one, row, span in modifiers if hit.first in span}
                for one, row in over.values():  # of each rule the last one that bears on it
                    factor = row.negative if hit.row.polarity < 0 else row.positive
                    if value and factor != 1:
                        reasons.append(_reason(tokens, one, row.rule, value * (factor - 1)))
                    value, strength = value * factor, strength * factor
                for emotion, weight in hit.row.emotions:
                    weights[emotion] += weight * max(0.0, strength)
        return reasons, weights


def _reason(tokens: Sequence[Token], found: Found, rule: str, contribution: float) -> Reason:
    start, end = tokens[found.first].start, tokens[found.last - 1].end
    return Reason(start, end, " ".join(found.row.words), rule, contribution)


def align(text: str, lemmas: Sequence[str]) -> list[Token]:
    """The tokens of a text, each with the lemma that is its own.

    Lemmatizers cut a little differently from here (ettei is two to them): what fits together by its first letters stays
    together, and the rest pairs off between.
    """
    matches = list(_TOKEN.finditer(text))
    forms = [match[0].lower() for match in matches]
    paired = list(forms)
    if len(forms) == len(lemmas):
        paired = [lemma.lower() for lemma in lemmas]
    else:
        starts = [form[:3] for form in forms], [lemma[:3].lower() for lemma in lemmas]
        for _, i1, i2, j1, j2 in SequenceMatcher(None, *starts, autojunk=False).get_opcodes():
            for i, j in zip(range(i1, i2), range(j1, j2), strict=False):
                paired[i] = lemmas[j].lower()
    return [Token(m.start(), m.end(), form, lemma) for m, form, lemma in zip(matches, forms, paired, strict=True)]


def find(tokens: Sequence[Token], index: Index) -> Iterator[Found]:
    """What the tables know of a text, from left to right: at each place the longest row, by forms before lemmas."""
    place = 0
    while place < len(tokens):
        rows = dict.fromkeys((*index.get(tokens[place].form, ()), *index.get(tokens[place].lemma, ())))
        fitting = [Found(place, end, row) for row in rows if (end := _end(row.words, tokens, place))]
        best = max(fitting, key=lambda one: len(one.row.words), default=None)
        if best is not None:  # a word may have two rows: mutta weighs what stands before it and what after
            yield from (one for one in fitting if one.row.words == best.row.words)
        place = best.last if best else place + 1


def _end(words: Sequence[str], tokens: Sequence[Token], place: int) -> int:
    """Where an expression that begins at a token ends, 0 if it does not stand there."""
    stepped = 0
    for word in words:
        while stepped < MAX_STEPS and place < len(tokens) and not tokens[place].fits(word):
            if tokens[place].lemma not in STEPPED_OVER:
                return 0
            place, stepped = place + 1, stepped + 1
        if place == len(tokens) or not tokens[place].fits(word):
            return 0
        place += 1
    return place


def scope(tokens: Sequence[Token], modifier: Found) -> range:
    """The tokens that a modifier found among them bears on; it may stand among them itself."""
    row, first, last = modifier.row, modifier.first, modifier.last
    if not isinstance(row, Modifier):
        return range(0)
    if row.scope == "text":
        return range(len(tokens))
    if row.scope == "earlier":
        return range(_since(tokens, first, _ends_sentence), first)
    if row.scope == "later":
        return range(last, _until(tokens, last, _ends_sentence))
    before = max(first - row.reach, _since(tokens, first, _ends_clause)) if row.scope == "beside" else last
    return range(before, min(last + row.reach, _until(tokens, last, _ends_clause)))


def _until(tokens: Sequence[Token], place: int, ends: Callable[[Token], bool]) -> int:
    return next((other for other in range(place, len(tokens)) if ends(tokens[other])), len(tokens))


def _since(tokens: Sequence[Token], place: int, ends: Callable[[Token], bool]) -> int:
    return next((other + 1 for other in range(place - 1, -1, -1) if ends(tokens[other])), 0)


def _ends_sentence(token: Token) -> bool:
    return token.form[0] in SENTENCE_ENDS


def _ends_clause(token: Token) -> bool:
    return token.form[0] in CLAUSE_ENDS or token.lemma in CLAUSE_STARTS


def load(card: ModelCard) -> LexiconClassifier:
    """The lexicon of a verified card: the two tables beside this module, as the card describes them.

    Raises:
        ModelError: a table is another than the card's, or a row of it cannot be read.
    """
    folder = Path(__file__).parent
    for name in (WORDS, MODIFIERS):
        if sha256_of(folder / name) != card.details.get("tables", {}).get(name):
            raise ModelError(f"{name} is not the table of {card.name} {card.version}: give the card its SHA-256.")
    index: dict[str, list[Entry | Modifier]] = {}
    rows: list[Entry | Modifier] = [*_rows(folder / WORDS, _entry), *_rows(folder / MODIFIERS, _modifier)]
    for row in rows:
        index.setdefault(row.words[0], []).append(row)
    return LexiconClassifier(card, index)


def _entry(row: Mapping[str, str]) -> Entry:
    """A row of the table of words: lemma, polarity, emotions (`anger:2,disgust:1`), note."""
    weights = dict(part.split(":") for part in row["emotions"].split(",") if part)
    emotions = tuple((emotion, float(weights[emotion])) for emotion in EMOTIONS if emotion in weights)
    return Entry(tuple(row["lemma"].split()), float(row["polarity"]), emotions)


def _modifier(row: Mapping[str, str]) -> Modifier:
    """A row of the table of modifiers: lemma, rule, scope (`clause 4`, `later`), positive, negative, note."""
    kind, _, reach = row["scope"].partition(" ")
    if kind not in get_args(Scope):
        raise ValueError(kind)
    factors = float(row["positive"]), float(row["negative"])
    return Modifier(tuple(row["lemma"].split()), row["rule"], cast(Scope, kind), int(reach or 0), *factors)


def _rows(table: Path, read: Callable[[Mapping[str, str]], Row]) -> list[Row]:
    try:
        with table.open(encoding="utf-8", newline="") as file:
            return [read(row) for row in DictReader(file, delimiter="\t", quoting=QUOTE_NONE)]
    except (KeyError, ValueError, TypeError, AttributeError):
        raise ModelError(f"{table} has a row that cannot be read: restore it from the repository.") from None
