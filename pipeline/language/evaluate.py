"""How often a lemmatizer is right, measured on treebanks: one row a gold word, every figure a count over rows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path

from pipeline.conversation import MaskedText, Token
from pipeline.language import Lemmatizer
from pipeline.language.candidates import SINGULAR
from pipeline.language.treebank import Sentence, Word, read_treebank, spans, unseen

NOT_WORDS = {"PUNCT", "SYM"}


@dataclass(frozen=True, slots=True)
class Row:
    """One gold word and our token for it; None where we cut the text otherwise."""

    word: Word
    sentence: Sentence
    token: Token | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one lemmatizer made of one treebank."""

    given: Sequence[Row]
    """Every gold word, given as a token of its own."""
    raw: Sequence[Row]
    """The gold words that are neither PUNCT nor SYM, found in the raw text."""


@dataclass(frozen=True, slots=True)
class Share:
    """The right ones among `word_count` words, 0-1."""

    word_count: int
    lemma_accuracy: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """A mistake: the form in lower case, the gold lemma, ours, and how often."""

    form: str
    gold: str
    ours: str
    count: int


def evaluate(lemmatizer: Lemmatizer, path: Path, *, unseen_only: bool = False) -> Evaluation:
    """Read a treebank twice with a lemmatizer: once its gold tokens, once its raw text.

    `unseen_only` keeps to its last fifth, which `train lemmas` never learns from.

    Raises:
        ConfigError: the file cannot be read, is not CoNLL-U or holds no words.
    """
    sentences = unseen(read_treebank(path)) if unseen_only else read_treebank(path)
    return Evaluation(given_rows(lemmatizer, sentences), raw_rows(lemmatizer, sentences))


def given_rows(lemmatizer: Lemmatizer, sentences: Sequence[Sentence]) -> list[Row]:
    """A row per gold word: the tokenization is the treebank's, marks and numbers included."""
    predicted = lemmatizer.lemmatize_words([[word.form for word in sentence.words] for sentence in sentences])
    return [
        Row(word, sentence, token)
        for sentence, tokens in zip(sentences, predicted, strict=True)
        for word, token in zip(sentence.words, tokens, strict=True)
    ]


def raw_rows(lemmatizer: Lemmatizer, sentences: Sequence[Sentence]) -> list[Row]:
    """A row per gold word that is neither PUNCT nor SYM: the tokenization is ours.

    Gold and our tokens meet by character offsets in the text: a token must stand exactly where the word does. The words
    of a range (2-3 ettei: että, ei) have no place of their own; the n-th of them meets the n-th of our tokens within
    the range, so that an uncut `ettei` can be right for its first word only.
    """
    texts = [MaskedText(sentence.text) for sentence in sentences]
    predicted = lemmatizer.lemmatize(texts)
    return [row for pair in zip(sentences, predicted, strict=True) for row in _aligned(*pair)]


def _aligned(sentence: Sentence, tokens: Sequence[Token]) -> Iterator[Row]:
    ours = list(zip(spans(sentence.text, (token.text for token in tokens)), tokens, strict=True))
    for (start, end), group in groupby(sentence.words, key=lambda word: word.span):
        words = list(group)
        pieces: list[Token | None] = [
            token
            for place, token in ours
            if place == (start, end) or (len(words) > 1 and start <= place[0] and place[1] <= end)
        ]
        for word, token in zip_longest(words, pieces[: len(words)]):
            if word.upos not in NOT_WORDS:
                yield Row(word, sentence, token)


def lemma_is_right(row: Row) -> bool:
    """Our lemma is the gold's, without regard to case and to `#`, which marks the seams of compounds in TDT."""
    return row.token is not None and _bare(row.token.lemma) == _bare(row.word.lemma)


def lemma_is_right_but_for_conventions(row: Row) -> bool:
    """As `lemma_is_right`, without regard to hyphens (raaka#aine, raaka-aine) and plural pronouns (me, minä) either."""
    return row.token is not None and _conventional(row.token.lemma) == _conventional(row.word.lemma)


def _upos_is_right(row: Row) -> bool:
    return row.token is not None and row.token.upos == row.word.upos


def _normal_is_right(row: Row) -> bool:
    """Our standard spelling is the gold's; a word without `Norm` must stay as it is written."""
    wanted = row.word.form if row.word.normal is None else row.word.normal
    return row.token is not None and (row.token.normal or row.token.text).lower() == wanted.lower()


def figures(evaluation: Evaluation) -> dict[str, float]:
    """The shares of right words by name, 0-1; a figure over no words at all is left out.

    `lemma_accuracy`, `upos_accuracy` and what starts with `convention_free`, `standard` or `colloquial` are over all
    gold tokens, what starts with `raw` over the words of the raw text. Where the treebank gives standard spellings,
    `normalisation_accuracy` is over the words that have one, `unchanged_accuracy` over those to be left as they are.
    """
    given, raw = evaluation.given, evaluation.raw
    normalised = [row for row in given if row.word.normal is not None]
    counted: dict[str, tuple[Callable[[Row], bool], Sequence[Row]]] = {
        "lemma_accuracy": (lemma_is_right, given),
        "convention_free_lemma_accuracy": (lemma_is_right_but_for_conventions, given),
        "upos_accuracy": (_upos_is_right, given),
        "standard_lemma_accuracy": (lemma_is_right, [row for row in given if not row.word.colloquial]),
        "colloquial_lemma_accuracy": (lemma_is_right, [row for row in given if row.word.colloquial]),
        "raw_lemma_accuracy": (lemma_is_right, raw),
        "raw_convention_free_lemma_accuracy": (lemma_is_right_but_for_conventions, raw),
        "normalisation_accuracy": (_normal_is_right, normalised),
        "unchanged_accuracy": (
            _normal_is_right,
            [row for row in given if row.word.normal is None] if normalised else [],
        ),
    }
    return {name: sum(map(right, rows)) / len(rows) for name, (right, rows) in counted.items() if rows}


GROUPS: dict[str, Callable[[Row], str]] = {
    "upos": lambda row: row.word.upos,
    "genre": lambda row: row.sentence.genre,
    "style": lambda row: row.sentence.style,
    "register": lambda row: "colloquial" if row.word.colloquial else "standard",
}
"""Name → what a row is grouped by; "" where the treebank does not say."""


def shares(rows: Sequence[Row], group: str) -> dict[str, Share]:
    """Lemma accuracy by one of `GROUPS`, most words first; what the treebank does not say is left out."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[GROUPS[group](row)].append(row)
    by_size = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {name: Share(len(rows), sum(map(lemma_is_right, rows)) / len(rows)) for name, rows in by_size if name}


def confusions(rows: Sequence[Row], limit: int) -> list[Confusion]:
    """The `limit` most frequent mistakes, most frequent first; `ours` is "" where we cut the text otherwise."""
    counts = Counter(
        (row.word.form.lower(), _bare(row.word.lemma), row.token.lemma if row.token else "")
        for row in rows
        if not lemma_is_right(row)
    )
    return [Confusion(*mistake, count) for mistake, count in counts.most_common(limit)]


def _bare(lemma: str) -> str:
    return lemma.replace("#", "").lower() or lemma


def _conventional(lemma: str) -> str:
    bare = _bare(lemma)
    return SINGULAR.get(bare, bare).replace("-", "") or bare
