"""Our gold as the network of whole conversations learns it: masked as every conversation is before it is read."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.annotate import Reader, annotate
from pipeline.touchpoints.gold import DEVELOP, read_gold, read_passages

if TYPE_CHECKING:
    from pipeline.touchpoints.learning.network import Example
    from pipeline.touchpoints.learning.train import Alone


def prepare(gold: Path, reader: Reader, alone: "Alone") -> "tuple[list[Example], list[Example]]":
    """The conversations to learn from, and passages of some.

    Args:
        gold: the folder data/gold.
        reader: masks; its scores are not used.
        alone: the classifier whose reading of each turn by itself stands beside.

    Raises:
        ModelError: a file of the gold is missing or is none.
    """
    from pipeline.touchpoints.learning.train import example_of, passage_of

    talks = list(read_gold(gold / DEVELOP))
    masked, _ = annotate([talk.conversation for talk in talks], [], reader)
    return (
        [example_of(talk, one, alone) for talk, one in zip(talks, masked, strict=True)],
        [passage_of(passage, alone) for passage in read_passages(gold)],
    )
