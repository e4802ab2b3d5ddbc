"""How often a sentiment changes though the meaning does not: by our own perturbations, and between paraphrases.

Paraphrases: Kanerva et al. 2021, Finnish Paraphrase Corpus, NoDaLiDa; pairs graded 4 mean the same in any context.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pipeline.affect.learning.perturb import PERTURBATIONS
from pipeline.affect.measuring.candidate import Candidate
from pipeline.conversation import MaskedText
from pipeline.errors import ModelError

PARAPHRASES = "paraphrase/opus-pb-dev.json"
"""Under the folder of corpora."""
SAME = "4"
"""The grade without a flag: flags mark pairs that differ in detail, direction or style."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """The share, 0-1, of pairs of texts with the same meaning that were given different sentiments."""

    pair_count: int
    changed: float


def perturbed_consistency(
    candidate: Candidate, texts: Sequence[MaskedText], contexts: Sequence[MaskedText] | None, *, seed: int = 1
) -> dict[str, Consistency]:
    """Perturbation → how often it changes the sentiment of a text that it changes; the same texts for every model."""
    before = [score.sentiment for score in candidate.score(texts, contexts)]
    found = {}
    for name, perturb in PERTURBATIONS.items():
        random = Random(seed)
        changed = [MaskedText(perturb(text, random)) for text in texts]
        rows = [row for row, text in enumerate(texts) if changed[row] != text]
        given = None if contexts is None else [contexts[row] for row in rows]
        after = candidate.score([changed[row] for row in rows], given)
        found[name] = _consistency([(before[row], score.sentiment) for row, score in zip(rows, after, strict=True)])
    return found


def paraphrase_consistency(candidate: Candidate, path: Path) -> Consistency:
    """How often two texts that say the same are given different sentiments.

    Raises:
        ModelError: the file is missing or holds no such pairs.
    """
    pairs = _pairs(path)
    first, second = (candidate.score([pair[side] for pair in pairs]) for side in (0, 1))
    return _consistency([(one.sentiment, other.sentiment) for one, other in zip(first, second, strict=True)])


def _pairs(path: Path) -> list[tuple[MaskedText, MaskedText]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [(MaskedText(row["txt1"]), MaskedText(row["txt2"])) for row in rows if row["label"] == SAME]
    except FileNotFoundError:
        raise ModelError(f"{path} is missing: fetch the dev part of the Turku paraphrase corpus.") from None
    except (KeyError, ValueError, TypeError):
        raise ModelError(f"{path} is not a file of paraphrases: fetch it again.") from None


def _consistency(pairs: Sequence[tuple[str, str]]) -> Consistency:
    return Consistency(len(pairs), sum(one != other for one, other in pairs) / max(1, len(pairs)))
