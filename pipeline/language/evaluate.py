"""How often a lemmatizer is right, measured on a treebank in CoNLL-U."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from pipeline.conversation import MaskedText
from pipeline.errors import ConfigError
from pipeline.language import Lemmatizer

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LemmaAccuracy:
    """Counts over the gold tokens of one file, and the seconds it took to read them."""

    token_count: int
    aligned_count: int
    """Tokens that the lemmatizer cut out as the gold does."""
    correct_lemma_count: int
    correct_upos_count: int
    seconds: float

    @property
    def lemma_share(self) -> float:
        """Gold tokens with the right lemma, 0-1; a token cut out differently counts as wrong."""
        return self.correct_lemma_count / self.token_count

    @property
    def upos_share(self) -> float:
        """Gold tokens with the right UPOS, 0-1; as above."""
        return self.correct_upos_count / self.token_count

    @property
    def tokens_per_second(self) -> float:
        """Speed, without the time it takes to load."""
        return self.token_count / self.seconds


def lemma_accuracy(lemmatizer: Lemmatizer, conllu_path: Path) -> LemmaAccuracy:
    """Compare a lemmatizer with the gold lemmas and UPOS of a treebank.

    The words of a sentence are joined by spaces, read as any text is, and matched with the gold by where they stand.
    Lemmas are compared without regard to case and to `#`, which marks the seams of compounds in TDT.

    Raises:
        ConfigError: the file cannot be read or holds no tokens.
    """
    gold = list(read_conllu(conllu_path))
    texts = [MaskedText(" ".join(form for form, _, _ in sentence)) for sentence in gold]
    if not gold:
        raise ConfigError(f"{conllu_path} holds no tokens: name a CoNLL-U file.")
    lemmatizer.lemmatize(texts[:1])  # what is only loaded at the first word is not speed
    started = perf_counter()
    predicted = lemmatizer.lemmatize(texts)
    seconds = perf_counter() - started
    pairs = [
        pair
        for text, sentence, tokens in zip(texts, gold, predicted, strict=True)
        for pair in _aligned(text, sentence, [(token.text, token.lemma, token.upos) for token in tokens])
    ]
    return LemmaAccuracy(
        token_count=sum(map(len, gold)),
        aligned_count=len(pairs),
        correct_lemma_count=sum(_bare(ours[1]) == _bare(theirs[1]) for ours, theirs in pairs),
        correct_upos_count=sum(ours[2] == theirs[2] for ours, theirs in pairs),
        seconds=seconds,
    )


Row = tuple[str, str, str]
"""Form, lemma, UPOS."""


def read_conllu(path: Path) -> Iterator[list[Row]]:
    """The syntactic words of each sentence; ranges (3-4) and empty nodes (5.1) are left out.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        blocks = path.read_text(encoding="utf-8").split("\n\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path} is not readable as CoNLL-U: set paths.corpora to the folder of corpora.") from None
    for block in blocks:
        rows = [line.split("\t") for line in block.splitlines() if line[:1].isdigit()]
        if words := [(row[1], row[2], row[3]) for row in rows if row[0].isdigit()]:
            yield words


def _aligned(text: str, gold: Sequence[Row], predicted: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pairs of (predicted, gold) that stand in the same place of `text`."""
    places = dict(zip(_spans(text, (row[0] for row in predicted)), predicted, strict=True))
    spans = _spans(text, (row[0] for row in gold))
    return [(places[span], row) for span, row in zip(spans, gold, strict=True) if span in places]


def _spans(text: str, forms: Iterable[str]) -> Iterator[Span]:
    """Where each form stands in `text`, looked for from the end of the one before."""
    end = 0
    for form in forms:
        start = text.index(form, end)
        end = start + len(form)
        yield start, end


def _bare(lemma: str) -> str:
    return lemma.replace("#", "").lower()
