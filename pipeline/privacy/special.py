"""Hints at what the law calls special categories of personal data: the words stay, the conversation gets a flag.

GDPR article 9 (health, trade union, religion; conviction, ethnicity and sexuality as `other`) and article 10 (crimes).
A flag asks for care, it proves nothing: stems in a table, rather one hint too many than one too few.
"""

import csv
import re
from functools import cache
from pathlib import Path

STEMS = Path(__file__).with_name("special_categories.tsv")
"""A category and the regular expression of a word's beginning, row by row."""
CATEGORIES = ("health", "union", "religion", "other")


def find_special(text: str) -> frozenset[str]:
    """The categories that a text hints at: some of `CATEGORIES`."""
    return frozenset(category for category, hints in _hints().items() if hints.search(text))


@cache
def _hints() -> dict[str, re.Pattern[str]]:
    with STEMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        category: re.compile(
            "|".join(rf"\b{row['stem']}" for row in rows if row["category"] == category), re.IGNORECASE
        )
        for category in CATEGORIES
    }
