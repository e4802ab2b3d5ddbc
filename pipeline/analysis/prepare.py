"""Our gold as the network of whole conversations learns it: masked as every conversation is before it is read."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.annotate import Reader, annotate
from pipeline.touchpoints.gold import DEVELOP, MATTERS_DEVELOP, read_gold

if TYPE_CHECKING:
    from pipeline.touchpoints.learning.network import Example
    from pipeline.touchpoints.learning.train import Alone

UTTERANCES = "feelings_develop.jsonl"


def prepare(gold: Path, reader: Reader, alone: "Alone") -> "tuple[list[Example], list[Example]]":
    """The conversations to learn from, and single turns of which only the matter is known.

    Args:
        gold: the folder data/gold.
        reader: masks; its scores are not used.
        alone: the classifier whose reading of each turn by itself stands beside.

    Raises:
        ModelError: a file of the gold is missing or is none.
    """
    from pipeline.touchpoints.learning.train import example_of, matter_of, read_matters

    talks = list(read_gold(gold / DEVELOP))
    masked, _ = annotate([talk.conversation for talk in talks], [], reader)
    lines = (gold / UTTERANCES).read_text(encoding="utf-8").splitlines()
    texts = {record["id"]: (record["speaker"], record["text"]) for record in map(json.loads, lines)}
    matters = list(read_matters(gold / MATTERS_DEVELOP, texts))
    return (
        [example_of(talk, one, alone) for talk, one in zip(talks, masked, strict=True)],
        [matter_of(matter, alone) for matter in matters],
    )
