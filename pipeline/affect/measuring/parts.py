"""What is measured: parts of the corpora that nothing was learnt from, all in one shape, whatever they tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.learning.corpora import Example, read_finnsentiment, read_xed
from pipeline.affect.learning.customers import Item, read_customers
from pipeline.affect.measuring.bootstrap import Bools
from pipeline.affect.scores import Floats
from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS, MaskedText

CUSTOMERS = "customers"
FINNSENTIMENT, XED, XED_CLEAN = "finnsentiment_dev", "xed_dev", "xed_dev_clean3"
FILES = {
    FINNSENTIMENT: "finnsentiment/dev.tsv",
    XED: "xed_fi/dev.tsv",
    XED_CLEAN: "xed_fi/dev_clean3.tsv",
}
"""Part → file under the folder of corpora."""
LENGTHS = {"1-3": 3, "4-12": 12, "13-25": 25}
"""Classes of length and the most words in them; the rest is `LONGEST`."""
LONGEST = "26+"
PLAIN = "none"
"""The group of what is not hard for any of the known reasons."""


@dataclass(frozen=True, slots=True)
class Part:
    """Texts and what is true of them, a row per text. None: the corpus does not tell."""

    name: str
    corpus: str
    """Whose head reads it: `customers`, `finnsentiment` or `xed`."""
    texts: Sequence[MaskedText]
    conversations: NDArray[np.str_]
    """What the texts belong to and are resampled with."""
    contexts: Sequence[MaskedText] | None = None
    """The turns before each text."""
    votes: Floats | None = None
    """Shares of readers for SENTIMENTS (texts, 3)."""
    sentiments: Bools | None = None
    """Which of SENTIMENTS it is (texts, 3); none where the readers have no majority."""
    emotions: Floats | None = None
    """Shares of readers who saw each of EMOTIONS (texts, 8)."""
    cues: Floats | None = None
    """Shares of readers who saw each of CUES (texts, 17)."""
    intensity: Floats | None = None
    """Mean intensity, 1-3, of EMOTIONS (texts, 8); NaN where nobody saw it."""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By what figures are told apart, such as channel → that of each text."""


def find_parts(gold: Path, corpora: Path) -> tuple[list[Part], dict[str, Path]]:
    """The parts that are there, our own first, and the files of those that are not.

    Args:
        gold: an annotated file of our own in the format of data/gold/feelings_verify.jsonl; its name names the part.
        corpora: the folder of FinnSentiment and XED.

    Raises:
        ModelError: a file is there but cannot be read.
    """
    files = {gold.stem: gold} | {name: corpora / file for name, file in FILES.items()}
    return [read_part(name, path) for name, path in files.items() if path.is_file()], {
        name: path for name, path in files.items() if not path.is_file()
    }


def read_part(name: str, path: Path) -> Part:
    """One part.

    Raises:
        ModelError: the file is missing or does not hold such a part.
    """
    if name == FINNSENTIMENT:
        return _public(name, "finnsentiment", read_finnsentiment(path))
    if name == XED_CLEAN:
        return _public(name, "xed", read_xed(path))
    if name == XED:
        return _emotional(name, read_xed(path))
    return customers_part(name, read_customers(path))


def customers_part(name: str, items: Sequence[Item]) -> Part:
    """Items of our own corpus."""
    texts = [item.text for item in items]
    return Part(
        name,
        CUSTOMERS,
        texts,
        np.array([item.conversation for item in items], dtype=np.str_),
        [item.context for item in items],
        votes=_table([item.votes for item in items], 3),
        sentiments=_table([[item.sentiment == label for label in SENTIMENTS] for item in items], 3) > 0,
        emotions=_table([[item.emotions[emotion] for emotion in EMOTIONS] for item in items], len(EMOTIONS)),
        cues=_table([[item.cue_share(cue) for cue in CUES] for item in items], len(CUES)),
        intensity=_table([[item.intensity.get(e, np.nan) for e in EMOTIONS] for item in items], len(EMOTIONS)),
        facets={
            "group": [item.group or PLAIN for item in items],
            "channel": [item.channel for item in items],
            "register": [_register(item) for item in items],
            "length": _lengths(texts),
            "speaker": [item.speaker for item in items],
            "domain": [item.domain for item in items],
        },
    )


def _register(item: Item) -> str:
    return "dialect" if item.group == "dialect" else "spoken" if item.channel == "call" else "written"


def _lengths(texts: Sequence[str]) -> list[str]:
    counts = [len(text.split()) for text in texts]
    return [next((name for name, most in LENGTHS.items() if count <= most), LONGEST) for count in counts]


def _public(name: str, corpus: str, lines: Sequence[Example]) -> Part:
    """Lines with a sentiment."""
    texts = [line.text for line in lines]
    return Part(
        name,
        corpus,
        texts,
        _alone(texts),
        votes=_table([line.votes for line in lines], 3),
        sentiments=_table([[line.sentiment == label for label in SENTIMENTS] for line in lines], 3) > 0,
        facets={"length": _lengths(texts)},
    )


def _emotional(name: str, lines: Sequence[Example]) -> Part:
    """All lines of XED, mixed ones too, with their emotions; whose sentiment is clear stands in another file."""
    texts = [line.text for line in lines]
    emotions = _table([[emotion in line.emotions for emotion in EMOTIONS] for line in lines], len(EMOTIONS))
    return Part(name, "xed", texts, _alone(texts), emotions=emotions)


def _alone(texts: Sequence[str]) -> NDArray[np.str_]:
    """Each text as a conversation of its own."""
    return np.arange(len(texts)).astype(np.str_)


def _table(rows: Sequence[Sequence[float]], width: int) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)
