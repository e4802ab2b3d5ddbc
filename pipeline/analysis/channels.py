"""Whether feelings of one channel may be compared with another's: as read, beside those that people labelled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.annotate import Reader, annotate
from pipeline.conversation import Channel
from pipeline.touchpoints.gold import GoldConversation
from pipeline.touchpoints.reader import PathReader
from pipeline.touchpoints.reading import Reading


@dataclass(frozen=True, slots=True)
class ChannelCalibration:
    """Of a channel's conversations the mean feeling, -1…1: as read, P(positive) - P(negative), and as labelled.

    `difference` is the first less the second, `low` and `high` the ends of its 95 % interval over conversations
    (Student's t; None of a single one): where it holds 0, what is read in the channel may be taken at its word.
    """

    channel: Channel
    conversation_count: int
    read: float
    labelled: float
    difference: float
    low: float | None
    high: float | None


def calibrate_channels(
    golds: Sequence[GoldConversation], reader: Reader, path_reader: PathReader
) -> list[ChannelCalibration]:
    """A row for each channel of the gold, by its name; turns of a conversation count alike, and so do conversations.

    Args:
        golds: conversations whose first reading is compared with.
        reader: masks and scores.
        path_reader: reads the whole; without its network no feeling is read in context, and there is no row.
    """
    masked, _ = annotate([gold.conversation for gold in golds], [], reader)
    pairs: dict[Channel, list[tuple[float, float]]] = {}
    for gold, reading in zip(golds, path_reader.read(masked), strict=True):
        felt = list(_feelings(gold, reading))
        if felt:
            read, labelled = (sum(side) / len(felt) for side in zip(*felt, strict=True))
            pairs.setdefault(gold.conversation.channel, []).append((read, labelled))
    return [_row(channel, pairs[channel]) for channel in sorted(pairs)]


def _feelings(gold: GoldConversation, reading: Reading) -> Iterator[tuple[float, float]]:
    """Of each customer's turn with both: the feeling as read, and as labelled (-1, 0 or 1)."""
    for index, turn in enumerate(gold.readings[0].turns):
        read = reading.turns[index].feeling if index in reading.turns else None
        if read is not None and turn.feeling is not None:
            yield read["positive"] - read["negative"], float((turn.feeling > 0) - (turn.feeling < 0))


def _row(channel: Channel, pairs: Sequence[tuple[float, float]]) -> ChannelCalibration:
    import numpy as np
    from scipy.stats import t

    read, labelled = np.array(pairs).T
    differences = read - labelled
    mean, low, high = float(differences.mean()), None, None
    if len(pairs) > 1:
        reach = float(t.ppf(0.975, len(pairs) - 1) * differences.std(ddof=1) / len(pairs) ** 0.5)
        low, high = mean - reach, mean + reach
    return ChannelCalibration(channel, len(pairs), float(read.mean()), float(labelled.mean()), mean, low, high)
