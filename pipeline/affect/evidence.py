"""Which words carry a label: leave words out and see what the classifier makes of the rest (occlusion).

What is left out is really left out, and the rest is read as any text is; so the evidence is exact for any classifier,
whatever happens inside it: without these words the label is gone, and with any one of them put back it is there again.
(Li, Monroe, Jurafsky 2016, arXiv:1612.08220, erase words to explain; DeYoung et al. 2020, ERASER, ACL, ask of evidence
that deleting it changes the prediction.)
"""

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.affect import Classifier, Lemmatize
from pipeline.conversation import EMOTIONS, SENTIMENTS, Emotion, Evidence, MaskedText, Score, Sentiment
from pipeline.errors import ModelError

STRONG_FROM = 0.8
"""The probability of an emotion from which on its words are sought; of less sure ones they are many and say little."""
PRESENT_FROM = 0.5
LONG = 60
"""A text of more words is first searched by phrases, then by the words of those that matter most."""
PHRASE = 8
"""Words of a phrase at most."""
SEARCHED = 30
"""So many words of a long text, those of the phrases that matter most, are left out one by one for each label."""

Label = Sentiment | Emotion
Span = tuple[int, int]
"""Character offsets, end exclusive."""
Variant = tuple[MaskedText, MaskedText]
"""What is left of a text, and its context."""
Found = TypeVar("Found")
Search = Generator[list[Variant], list[Score], Found]
"""Asks for variants to be read, is sent their scores, asks again, and in the end returns what it found."""

_PLAIN = re.escape(",.;:\"'“”‘’«»()[]{}<>/\\|–—-*&%€$§+=@#~^`´°")
_LETTERS = r"[\w\u0300-\u036f]+"
_WORD = re.compile(
    rf"""
      \[[A-Z][A-Z0-9_]*\]                                            # a mask
    | (?<!\w)[:;=]['’]?-?(?:[()|/*]+|[DPpOo3](?!\w)) | <3            # :)  :'(  :D
    | \d+(?:[.,:]\d+)+ | {_LETTERS}(?:[-'’:]{_LETTERS})*
    | \.{{2,}} | [^\w\s{_PLAIN}]+                                    # ...  ?!  emoji; other marks carry no feeling
    """,
    re.VERBOSE,
)


def find_evidence(
    classifier: Classifier,
    texts: Sequence[MaskedText],
    scores: Sequence[Score],
    *,
    contexts: Sequence[MaskedText] | None = None,
    lemmatize: Lemmatize | None = None,
) -> list[tuple[Evidence, ...]]:
    """The words that carry each strong label of each text: by label, sentiment first, then from left to right.

    Strong is the predicted sentiment if it is sure and not neutral, and every emotion of probability 0.8 or more. Gone
    is a sentiment when another is predicted, an emotion below 0.5. Without all the spans of a label (`without`) it is
    gone, and none of their words could be spared. A span is one word or several with only white space between them; its
    weight is the fall in probability without this span alone, 0 where it counts only together with the others.

    A label has no evidence where it stays whatever is tried, up to every word: so the classifier reads texts as such.

    The cost is about two readings a word: 20-30 for a customer's utterance of 11.5 words on average, all its labels
    together, 94-203 for 67 words (`tests/bench/evidence.py`); less than one a word for 530. Ask for it where it is
    looked at, or for a sample.

    Args:
        classifier: any; what it is to read of all texts is read together, in ten to forty rounds.
        texts: masked texts.
        scores: what the classifier said of them.
        contexts: the turns before each text, as they were when it was scored.
        lemmatize: makes the tokens of texts with the lemmatizer that the classifier asks for, if it asks for one.

    Raises:
        ModelError: the classifier reads lemmas and there is no `lemmatize`.
    """
    before = contexts or [MaskedText("")] * len(texts)
    cases = [
        (n, _Case(text, context, score, label))
        for n, (text, context, score) in enumerate(zip(texts, before, scores, strict=True))
        for label in strong_labels(score)
    ]
    found: list[tuple[Evidence, ...]] = [()] * len(texts)
    searches = [_evidence(case) for _, case in cases]
    for (n, _), evidence in zip(cases, _together(searches, _Reader(classifier, lemmatize)), strict=True):
        found[n] += evidence
    return found


def strong_labels(score: Score) -> list[Label]:
    """The labels that evidence is sought for."""
    sentiments: list[Label] = [score.sentiment] if score.is_sure and score.sentiment != "neutral" else []
    return sentiments + [emotion for emotion in EMOTIONS if score.emotions[emotion] >= STRONG_FROM]


def is_gone(label: Label, score: Score) -> bool:
    """Whether a score no longer says the label."""
    return score.sentiment != label if label in SENTIMENTS else _probability(label, score) < PRESENT_FROM


def _probability(label: Label, score: Score) -> float:
    return dict[Label, float]([*score.sentiment_probability.items(), *score.emotions.items()])[label]


def words(text: str) -> list[Span]:
    """Where the words stand that may carry a label: words, masks, emoji, emoticons and marks such as `!`."""
    return [match.span() for match in _WORD.finditer(text)]


def without(text: str, spans: Iterable[Span]) -> MaskedText:
    """A masked text less some spans and the white space before them; words that would touch are kept apart."""
    left, end = "", 0
    for start, stop in [*sorted(spans), (len(text), len(text))]:
        piece = text[end:start].rstrip()
        left += " " + piece if left[-1:].isalnum() and piece[:1].isalnum() else piece
        end = stop
    return MaskedText(left.strip())


@dataclass(frozen=True, slots=True)
class _Case:
    """One label of one text, with the score that says it."""

    text: MaskedText
    context: MaskedText
    score: Score
    label: Label

    def variants(self, left_out: Iterable[Iterable[Span]]) -> list[Variant]:
        return [(without(self.text, spans), self.context) for spans in left_out]

    def fall(self, score: Score) -> float:
        """How much less probable the label is in another score."""
        return _probability(self.label, self.score) - _probability(self.label, score)

    def is_gone(self, score: Score) -> bool:
        return is_gone(self.label, score)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A classifier that remembers every variant it has read."""

    classifier: Classifier
    lemmatize: Lemmatize | None
    known: dict[Variant, Score] = field(default_factory=dict)

    def read(self, variants: Iterable[Variant]) -> Mapping[Variant, Score]:
        new = [variant for variant in dict.fromkeys(variants) if variant not in self.known]
        if new:
            texts = [text for text, _ in new]
            scores = self.classifier.score(texts, self._lemmas(texts), [context for _, context in new])
            self.known.update(zip(new, scores, strict=True))
        return self.known

    def _lemmas(self, texts: Sequence[MaskedText]) -> list[list[str]] | None:
        name = self.classifier.lemmatizer
        if name is None:
            return None
        if self.lemmatize is None:
            raise ModelError(
                f"The model {self.classifier.card.name} reads lemmas: find_evidence needs those of {name}."
            )
        return [[token.lemma for token in tokens] for tokens in self.lemmatize(texts)]


def _together(searches: Sequence[Search[Found]], reader: _Reader) -> list[Found]:
    """What the searches find. They go in step: what they ask for in one round is read at once."""
    found: dict[int, Found] = {}
    answers: dict[int, list[Score] | None] = dict.fromkeys(range(len(searches)))  # None starts a generator
    while answers:
        asked: dict[int, list[Variant]] = {}
        for n, answer in answers.items():
            try:
                asked[n] = searches[n].send(answer)  # type: ignore[arg-type]
            except StopIteration as end:
                found[n] = end.value
        scores = reader.read(variant for variants in asked.values() for variant in variants)
        answers = {n: [scores[variant] for variant in variants] for n, variants in asked.items()}
    return [found[n] for n in range(len(searches))]


def _evidence(case: _Case) -> Search[tuple[Evidence, ...]]:
    """Find how many words, the weightiest first, must go until the label is gone; put back what it is gone without."""
    order = yield from _by_weight(case)
    enough = yield from _enough(case, order)
    spans = _merged(case.text, (yield from _needed(case, order[:enough])))
    read = yield case.variants([span] for span in spans)
    return tuple(
        Evidence(case.label, start, end, max(0.0, case.fall(score)))
        for (start, end), score in zip(spans, read, strict=True)
    )


def _enough(case: _Case, order: Sequence[Span]) -> Search[int]:
    """After how many words the label is gone: about the first such number; 0 where it is after none that is tried.

    Tried are 1, 2, 4, 8, ... and all, because without every word the label may well be back; then halves of the step.
    """
    sizes = [1 << power for power in range(len(order).bit_length())] + [len(order)]
    read = yield case.variants(order[:size] for size in sizes)
    high = next((size for size, score in zip(sizes, read, strict=True) if case.is_gone(score)), 0)
    low = high // 2
    while high - low > 1:  # gone without the first `high` words, not without the first `low`
        middle = (low + high) // 2
        (score,) = yield case.variants([order[:middle]])
        low, high = (low, middle) if case.is_gone(score) else (middle, high)
    return high


def _by_weight(case: _Case) -> Search[list[Span]]:
    """All words, those first that the label falls most without; what is not left out alone shares its phrase's fall."""
    searched = words(case.text)
    falls: dict[Span, float] = {}
    if len(searched) > LONG:
        phrases = _phrases(case.text, searched)
        read = yield case.variants(phrases)
        for phrase, score in zip(phrases, read, strict=True):
            falls |= dict.fromkeys(phrase, case.fall(score) / len(phrase))
        best = sorted(phrases, key=lambda phrase: -len(phrase) * falls[phrase[0]])
        searched = [span for phrase in best for span in phrase][:SEARCHED]
    read = yield case.variants([span] for span in searched)
    falls |= {span: case.fall(score) for span, score in zip(searched, read, strict=True)}
    return sorted(falls, key=lambda span: (-falls[span], span))


def _phrases(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Runs of at most `PHRASE` words that a comma or another mark may end."""
    phrases: list[list[Span]] = []
    for span in spans:
        if phrases and len(phrases[-1]) < PHRASE and not text[phrases[-1][-1][1] : span[0]].strip():
            phrases[-1].append(span)
        else:
            phrases.append([span])
    return phrases


def _needed(case: _Case, spans: Sequence[Span]) -> Search[list[Span]]:
    """Of words without which the label is gone, some without which it is gone too, none of them to spare."""
    kept = list(spans)
    while len(kept) > 1:
        read = yield case.variants([other for other in kept if other != span] for span in kept)
        spare = [(-case.fall(score), span) for span, score in zip(kept, read, strict=True) if case.is_gone(score)]
        if not spare:
            break
        back = [span for _, span in sorted(spare)][: len(kept) - 1]
        fewer = [back[: len(back) >> power] for power in range(len(back).bit_length())]  # all, half, a quarter, ... one
        sets = [[span for span in kept if span not in some] for some in fewer]
        read = yield case.variants(sets)
        kept = next(some for some, score in zip(sets, read, strict=True) if case.is_gone(score))
    return kept


def _merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """In order; neighbours with nothing but white space between them become one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and not text[merged[-1][1] : start].strip():
            start = merged.pop()[0]
        merged.append((start, end))
    return merged
