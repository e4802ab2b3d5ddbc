"""Annotated talks of customers and agents, to learn from and to measure on; `data/README.md` describes the files."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.conversation import Channel
from pipeline.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Line:
    """A turn, with and without what is personal in it."""

    speaker: str
    text: str
    masked: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Turns of one conversation, in order; a line by itself is a talk of one."""

    author: str
    channel: Channel
    lines: Sequence[Line]

    @property
    def is_of_two(self) -> bool:
        """Whether a customer and an agent speak in it."""
        return {line.speaker for line in self.lines} == {"agent", "customer"}


def read_talks(path: Path) -> list[Talk]:
    """The talks of a file of annotated lines.

    Raises:
        ConfigError: the file is not there, or a line of it is no such item.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [_talk(list(group)) for _, group in groupby(rows, key=lambda row: row["conversation"] or row["id"])]
    except OSError:
        raise ConfigError(f"{path} is not there: name a file of annotated lines.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{path} is no file of annotated lines: data/README.md says what one looks like.") from None


def _talk(rows: Sequence[dict[str, Any]]) -> Talk:
    author = rows[0]["id"].partition("-")[0]
    lines = [Line(row["speaker"], row["text"], _masked(row["text"], row.get("spans", ()))) for row in rows]
    return Talk(rows[0].get("author", author), rows[0]["channel"], lines)


def _masked(text: str, spans: Iterable[dict[str, Any]]) -> str:
    for span in sorted(spans, key=lambda span: -span["start"]):
        text = f"{text[: span['start']]}[{span['type']}]{text[span['end'] :]}"
    return text
