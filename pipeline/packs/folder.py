"""The folder of packs: searched for personal data before it gets its name, written whole or not at all."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pipeline import scanning
from pipeline.errors import PrivacyError
from pipeline.packs.page import page
from pipeline.packs.reading import Pack
from pipeline.sharing import whole

LONGEST = 60
"""So many letters of a team's name stand in the name of its file at most."""


def write_packs(packs: Iterable[Pack], folder: Path) -> list[str]:
    """Write a page for each team into a new folder; returns the names of the files.

    Raises:
        ConfigError: the folder is there already.
        StoreError: it cannot be written.
        PrivacyError: a page holds what looks like personal data; nothing is written.
    """
    names: list[str] = []
    with whole(folder) as unfinished:
        for pack in packs:
            names.append(_file_name(pack, names))
            (unfinished / names[-1]).write_text(page(pack), encoding="utf-8", newline="\n")
        _check(unfinished)
    return names


def _file_name(pack: Pack, taken: list[str]) -> str:
    """A name of letters, digits and hyphens, which no other team of the folder has, in any case of letters."""
    team = re.sub(r"[^\w]+|_+", "-", pack.team.lower()).strip("-")[:LONGEST] or "nimeton"
    name, number = f"tiimi-{team}-{pack.week}.html", 1
    while name in taken:
        number += 1
        name = f"tiimi-{team}-{number}-{pack.week}.html"
    return name


def _check(folder: Path) -> None:
    """Search the finished files with the patterns by which every night searches what it writes."""
    found = []
    for path in scanning.files_under(folder):
        counts = Counter(scanning.kinds(path.name))
        for text in scanning.texts(path, scanning.ANY):
            counts.update(scanning.kinds(text))
        found += [f"{scanning.shown(path)} ({kind}, {count})" for kind, count in sorted(counts.items())]
    if found:
        raise PrivacyError(f"Nothing is written, packs hold what looks personal: {', '.join(found)}. Remove its cause.")
