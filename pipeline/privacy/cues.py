"""What the words around a number say that it is: an agent's question, `puhelin` before it, `euroa` after it."""

import csv
import re
from functools import cache, lru_cache
from pathlib import Path

STEMS = Path(__file__).with_name("cues.tsv")
"""A cue and the regular expression of a word's beginning, row by row; a word counts for the first row it fits."""


@lru_cache(maxsize=256)
def find_cues(text: str) -> tuple[tuple[int, str], ...]:
    """The cues in a text: where each begins and its name."""
    return tuple((match.start(), match.lastgroup or "") for match in _cues().finditer(text))


@cache
def _cues() -> re.Pattern[str]:
    with STEMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    stems = {cue: "|".join(row["stem"] for row in rows if row["cue"] == cue) for cue in {r["cue"]: 0 for r in rows}}
    return re.compile("|".join(rf"(?P<{cue}>\b(?:{either}))" for cue, either in stems.items()), re.IGNORECASE)
