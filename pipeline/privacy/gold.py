"""Annotated lines: turns of conversations with what is personal in them marked, to learn from and to measure on."""

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Item:
    """A turn with what is personal in it: (start, end, type), sorted."""

    text: str
    speaker: str
    spans: tuple[tuple[int, int, str], ...]
    channel: str = ""
    id: str = ""
    flags: tuple[str, ...] = ()


Talk = tuple[Item, ...]
"""Turns of one conversation, in order; a line by itself is a talk of one."""


def read_gold(path: Path) -> list[Talk]:
    """The talks of a gold file, as `data/README.md` describes it.

    Raises:
        ConfigError: the file is not there, or a line of it is no such item.
    """
    talks: list[list[Item]] = []
    last: str | None = None
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            spans = tuple((span["start"], span["end"], span["type"]) for span in row["spans"])
            item = Item(row["text"], row["speaker"], spans, row["channel"], row["id"], tuple(row["flags"]))
            if row["conversation"] is None or row["conversation"] != last:
                talks.append([])
            talks[-1].append(item)
            last = row["conversation"]
    except OSError:
        raise ConfigError(f"{path} is not there: name a file of annotated lines.") from None
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{path} is no file of annotated lines: data/README.md says what one looks like.") from None
    return [tuple(talk) for talk in talks]
