"""Which language each utterance is in, read in its conversation.

Two steps. Every word votes with the letters it is made of: a linear model over hashed letter groups, learnt by
`identify_train`, whose answer for a word is kept, since talk repeats its words. Then the conversation decides, because
"ok", "hei" and a mask say little on their own: the most probable course of languages through all its turns, where
staying in a language is likelier than changing it (Viterbi's algorithm).
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize
from zlib import crc32

from pipeline.config import load_config
from pipeline.conversation import MaskedText
from pipeline.models import verified_card

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LANGUAGES = ("fi", "sv", "en", "et", "ru", "other")
"""ISO 639-1 codes; `other` is any language outside the five."""

MODEL = "languages-letters-0.1.0"
"""The folder under `models/` with the weights."""
WEIGHTS = "letters.npz"
BUCKETS = 1 << 16

# Natural logarithms, chosen on the develop part of tests/language/identify_turns.tsv.
CHANGE = 5.0
"""How much likelier the next turn stays in the language than goes to one given other."""
DECLARED = 2.5
"""How much likelier the declared language opens the conversation than one given other."""
LEFT_OUT = 6.0
"""No word counts more against a language than this: one English word in a Finnish sentence does not decide."""

_NO_WORDS = re.compile(
    r"""\[[A-Z][A-Z0-9_]*\](?::\w+)?   # a mask, and its ending: [PERSON]:lle
      | (?:https?://|www\.)\S+ | \S+@\S+ | &\w+;
      | (?<!\w)[:;=xX][-']?[DPpO()]+(?!\w)  # :DDD  xD""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]{2,}(?:['’][^\W\d_]+)*")
_STRETCHED = re.compile(r"(.)\1{2,}")
_OTHER_SCRIPT = re.compile(r"[^'’\u0041-\u024f\u0400-\u04ff]")  # neither Latin nor Cyrillic

_EVERYWHERE = frozenset(("ok", "okay"))
"""Words of every language: no votes."""

Votes = tuple[float, ...]
"""One number per language, in the order of `LANGUAGES`: the higher, the likelier; only differences count."""


def identify(texts: Sequence[MaskedText], *, declared: str | None = None) -> list[str]:
    """The language of each utterance of one conversation, in order: codes of `LANGUAGES`.

    An utterance without evidence (a mask, an emoji, "ok") takes its neighbours' language. `declared` is what the source
    says it is in, taken where nothing speaks against it: None is Finnish, a code outside the five is `other`.

    Raises:
        ModelError: the weights are missing or altered.
    """
    return _likeliest_course([_votes(text) for text in texts], _opening(declared))


def main_language(languages: Sequence[str], texts: Sequence[MaskedText]) -> str:
    """The language that most of a conversation's letters are in; that of most utterances where no text has letters.

    `languages` are those of `texts`, as `identify` gives them; "fi" for a conversation without utterances.
    """
    letters = dict.fromkeys((*languages, "fi"), 0)
    for language, text in zip(languages, texts, strict=True):
        letters[language] += sum(map(len, words_in(text)))
    return max(letters, key=lambda language: (letters[language], languages.count(language)))


def words_in(text: str) -> list[str]:
    """What votes: words of two letters or more, lower-case, stretched letters cut to two; no masks, links or signs."""
    text = _NO_WORDS.sub(" ", normalize("NFC", text)).lower().replace("’", "'")
    return [word for word in _WORD.findall(_STRETCHED.sub(r"\1\1", text)) if word not in _EVERYWHERE]


def features(word: str) -> list[int]:
    """The buckets of a word's letter groups: every run of up to five letters, its ends marked, and the whole word."""
    marked = f"^{word[:24]}$"
    groups = [marked[i : i + size] for size in range(1, 6) for i in range(len(marked) - size + 1)]
    return [crc32(group.encode()) & (BUCKETS - 1) for group in (*groups, marked)]


def shares(buckets: Sequence[int]) -> list[float]:
    """How much each of a word's `features` weighs: the groups as much in a long word as in a short one, the word 1."""
    return [(len(buckets) - 1) ** -0.5] * (len(buckets) - 1) + [1.0]


def _votes(text: str) -> Votes:
    votes = [_votes_of_word(word) for word in words_in(text)]
    return tuple(map(sum, zip(*votes, strict=True))) if votes else (0.0,) * len(LANGUAGES)


@lru_cache(maxsize=1 << 16)
def _votes_of_word(word: str) -> Votes:
    if _OTHER_SCRIPT.search(word):
        return tuple(0.0 if language == "other" else -LEFT_OUT for language in LANGUAGES)
    buckets = features(word)
    votes = shares(buckets) @ _weights()[buckets]
    return tuple(max(float(vote - votes.max()), -LEFT_OUT) for vote in votes)


@cache
def _weights() -> "NDArray[np.float32]":
    import numpy as np

    folder = verified_card(load_config().paths.models / MODEL).folder
    with np.load(folder / WEIGHTS) as stored:
        weights: NDArray[np.float32] = stored["weights"].astype(np.float32)
    return weights


def _opening(declared: str | None) -> Votes:
    expected = "fi" if declared is None else declared if declared in LANGUAGES else "other"
    return tuple(0.0 if language == expected else -DECLARED for language in LANGUAGES)


def _likeliest_course(votes: Sequence[Votes], opening: Votes) -> list[str]:
    """Viterbi's algorithm; where two courses are as likely, the language changes later."""
    scores, came_from = opening, []
    for turn in votes:
        best = max(range(len(scores)), key=scores.__getitem__)
        before = [best if scores[best] - CHANGE >= score else own for own, score in enumerate(scores)]
        came_from.append(before)
        scores = tuple(max(score, scores[best] - CHANGE) + vote for score, vote in zip(scores, turn, strict=True))
    course, state = [], max(range(len(scores)), key=scores.__getitem__)
    for before in reversed(came_from):
        course.append(LANGUAGES[state])
        state = before[state]
    return course[::-1]
