"""Read the two labelled corpora: FinnSentiment (forum) and the Finnish part of XED (film subtitles).

Both are CC BY 4.0 and stay outside the repository; the model card names their authors.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.conversation import EMOTIONS, SENTIMENTS, Emotion, MaskedText, Sentiment
from pipeline.errors import ModelError

DATA_TABLES = """\
[[data]]
title = "Utterances of customers and agents, develop part: invented, written for this project"
licence = "CC0 1.0"
rows = {customers}
source = "data/gold/feelings_develop.jsonl"

[[data]]
title = "FinnSentiment, training part"
licence = "CC BY 4.0"
rows = {finnsentiment}
attribution = "Lindén, Jauhiainen, Hardwick 2023, FinnSentiment, Language Resources and Evaluation 57(2), Kielipankki"
source = "urn:nbn:fi:lb-2023012701"

[[data]]
title = "XED, Finnish, training part"
licence = "CC BY 4.0"
rows = {xed}
attribution = "Öhman, Pàmies, Kajava, Tiedemann 2020, XED: A Multilingual Dataset for Sentiment Analysis and Emotion \
Detection, COLING"
source = "github Helsinki-NLP/XED"
"""
"""What a card says of the data of all three corpora, to be given their `customers`, `finnsentiment` and `xed` rows."""

_XED_SENTIMENTS = {"neg": (1.0, 0.0, 0.0), "neu": (0.0, 1.0, 0.0), "pos": (0.0, 0.0, 1.0)}
_UNSURE = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled line. `votes` are the shares of negative, neutral and positive; all 0 where nobody can tell."""

    text: MaskedText
    votes: tuple[float, float, float]
    emotions: frozenset[Emotion] = frozenset()

    @property
    def sentiment(self) -> Sentiment:
        """What most voted for; neutral where they are tied, as in FinnSentiment's own majority."""
        return max(("neutral", "negative", "positive"), key=lambda label: self.votes[SENTIMENTS.index(label)])


def read_finnsentiment(path: Path) -> list[Example]:
    """The lines of a FinnSentiment file with their three annotators' votes.

    The votes, not their majority: annotators agree little (kappa 0.37-0.54), and where they differ lies information.

    Raises:
        ModelError: the file is missing.
    """
    return [Example(MaskedText(row["text"]), _votes(row)) for row in _rows(path)]


def _votes(row: dict[str, str]) -> tuple[float, float, float]:
    votes = [row[f"annotator_{annotator}"] for annotator in "abc"]
    return votes.count("-1") / 3, votes.count("0") / 3, votes.count("1") / 3


def read_xed(path: Path) -> list[Example]:
    """The lines of an XED file; those whose emotions are mixed or say nothing of polarity have no votes.

    Raises:
        ModelError: the file is missing.
    """
    return [
        Example(
            MaskedText(row["text"]),
            _XED_SENTIMENTS.get(row["sentiment3"], _UNSURE),
            frozenset(emotion for emotion in EMOTIONS if emotion in row["emotions"].split(",")),
        )
        for row in _rows(path)
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    except FileNotFoundError:
        raise ModelError(f"{path} is missing: fetch the corpora that the model cards name.") from None
