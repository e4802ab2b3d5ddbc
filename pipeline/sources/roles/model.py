"""The learned part: how much a turn sounds like an agent, and how likely the speaker changes between two turns.

Two linear models over hashed features, in one file. All scores are natural log odds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from zipfile import BadZipFile

from pipeline.errors import ModelError
from pipeline.models import verified_card
from pipeline.sources.roles.features import (
    CHANGE_BITS,
    CLOSES,
    OPENS,
    TURN_BITS,
    Style,
    change_features,
    cue_buckets,
    length_share,
    letter_share,
    pair_bucket,
    plain,
    word_buckets,
    words_in,
)

MODEL = "roles-finnish-0.1.0"
"""The folder under `models/` with the weights."""
WEIGHTS = "weights.npz"
KEPT_WORDS = 1 << 17
"""Talk repeats its words: so many scores of words and pairs are kept."""
FEW_WORDS = 2
"""A part of a turn with fewer words says nothing of who says it."""
SEAM_WORDS = 8
"""A shorter turn is not cut."""
LOOKED_AT = 5
"""Places to cut a turn at that are looked at closely."""
UNTOLD = Style(has_marks=False, has_capitals=False, is_written=False)
"""Of words inside one turn."""


@dataclass(frozen=True, eq=False, slots=True)
class RoleModel:
    """Weights by bucket, and what was measured on authors left out of the training."""

    turns: Sequence[float]
    turn_bias: float
    changes: Sequence[float]
    change_bias: float
    temperature: float
    """What a label's sum of turn scores is multiplied by to be its log odds: turns of one talk are not independent."""
    _kept: dict[str, float] = field(default_factory=dict)

    def turn_score(self, text: str) -> float:
        """Log odds that an agent says this, > 0 for an agent; the two being as common as in talk between two."""
        text = plain(text)
        words = words_in(text)
        cues = sum(self.turns[bucket] for bucket in cue_buckets(text))
        return self.turn_bias + length_share(len(words)) * (sum(self._parts(words, CLOSES)) + cues)

    def change_score(self, before: str, after: str, style: Style) -> float:
        """Log odds that another speaks `after` than `before`."""
        return self.change_bias + sum(self.changes[bucket] for bucket in change_features(before, after, style))

    def seam(self, text: str) -> float:
        """How strongly a turn falls into two that different people say; 0 where it does not.

        At the best place to cut it: how surely its weaker part is somebody's, and half the log odds of a change there.
        """
        words = text.split()
        if len(words) < SEAM_WORDS:
            return 0.0
        return max((self._seam_at(words, at) for at in self._cuts(words)), default=0.0)

    def _seam_at(self, words: Sequence[str], at: int) -> float:
        before, after = " ".join(words[:at]), " ".join(words[at:])
        scores = self.turn_score(before), self.turn_score(after)
        if scores[0] * scores[1] > 0:
            return 0.0
        return min(map(abs, scores)) + 0.5 * self.change_score(before, after, UNTOLD)

    def _cuts(self, words: Sequence[str]) -> list[int]:
        """Where to look closer: the few places where both parts are most surely somebody's by their words alone."""
        found = [words_in(plain(word)) for word in words]
        sums = [0.0, *accumulate(self._parts([word for part in found for word in part], CLOSES))]
        counts = list(accumulate(map(len, found), initial=0))
        weaker = {}
        for at in range(FEW_WORDS, len(words) - FEW_WORDS + 1):
            middle = sums[counts[at]]
            first = self.turn_bias + length_share(counts[at]) * middle
            second = self.turn_bias + length_share(counts[-1] - counts[at]) * (sums[-1] - middle)
            if first * second < 0 and min(abs(first), abs(second)) > 1:
                weaker[at] = min(abs(first), abs(second))
        return sorted(weaker, key=weaker.__getitem__)[-LOOKED_AT:]

    def _parts(self, words: Sequence[str], end: str) -> list[float]:
        """What each word adds together with the pair that it ends; the pair that ends the turn comes last."""
        pairs = zip((OPENS, *words), (*words, end), strict=True)
        own = [*map(self._word, words), 0.0]
        return [score + self._pair(*pair) for score, pair in zip(own, pairs, strict=True)]

    def _word(self, word: str) -> float:
        score = self._kept.get(word)
        if score is None:
            buckets = word_buckets(word)
            groups = sum(self.turns[bucket] for bucket in buckets[1:])
            score = self._keep(word, self.turns[buckets[0]] + letter_share(buckets) * groups)
        return score

    def _pair(self, first: str, second: str) -> float:
        name = f"{first} {second}"
        score = self._kept.get(name)
        return self._keep(name, self.turns[pair_bucket(first, second)]) if score is None else score

    def _keep(self, name: str, score: float) -> float:
        if len(self._kept) >= KEPT_WORDS:
            self._kept.clear()
        self._kept[name] = score
        return score


@cache
def load_model(folder: Path) -> RoleModel:
    """The model in a folder, read once.

    Raises:
        ModelError: it is missing or not the one its card describes.
    """
    folder = verified_card(folder).folder
    import numpy as np

    try:
        with np.load(folder / WEIGHTS) as arrays:
            turns, changes = (arrays[name].astype(np.float32).tolist() for name in ("turns", "changes"))
            settings = json.loads(str(arrays["settings"]))
        if (len(turns), len(changes)) != (1 << TURN_BITS, 1 << CHANGE_BITS):
            raise ValueError  # of another version
        return RoleModel(turns, settings["turn_bias"], changes, settings["change_bias"], settings["temperature"])
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        raise ModelError(f"{folder / WEIGHTS} is no model of roles: restore it or train the model again.") from None
