"""Read treebanks in CoNLL-U (https://universaldependencies.org/format.html): gold words, and where they stand."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError

Span = tuple[int, int]
"""Character offsets into a text, end exclusive."""

SECTIONS = {
    "b": "blog", "e": "europarl", "f": "fiction", "fC": "fiction", "fD": "fiction", "h": "grammar examples",
    "j": "legislation", "s": "student magazine", "t": "financial news", "u": "university news", "w": "wikipedia",
    "wn": "wikinews",
    "n": "news",
    "cl": "nursing narratives", "thread": "discussion forums", "tweet": "tweets", "web": "web crawl", "poem": "poetry",
}  # fmt: skip
"""What the letters before a `sent_id` mean, line by line in TDT, PUD (which has w too) and OOD.

PUD's and OOD's are those of their README files. TDT's README names the ten sections but not their letters: these were
read off the sentences of its development part.
"""

HELD_OUT = 5
"""The last fifth of TDT's and FTB's development parts is never trained on: what we tell of them is told of it."""

COLLOQUIAL = {"Coll", "Dial", "Dialectal"}
"""Values of `Style` in FEATS or MISC: TDT and FTB write Coll today, FTB wrote Dialectal in 2015."""


@dataclass(frozen=True, slots=True)
class Word:
    """One syntactic word. Words of one range (2-3 ettei) share the span of the range."""

    form: str
    lemma: str
    upos: str
    span: Span
    colloquial: bool
    normal: str | None
    """`Norm` of MISC, the word in standard spelling; None where the form is standard."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its words; `genre` and `style` are "" where the treebank tells none."""

    text: str
    words: tuple[Word, ...]
    genre: str
    style: str


Comments = Mapping[str, str]
Columns = list[str]


def read_treebank(path: Path) -> list[Sentence]:
    """The sentences of a CoNLL-U file in order; empty nodes (5.1) are left out.

    A sentence without `# text` gets its words joined by spaces, but after `SpaceAfter=No`. Its genre and style are
    those of the comments `# genre =` and `# style =`. Else the letters of `sent_id` tell the genre, but only where
    every sentence of the file has letters that `SECTIONS` knows: FTB's are drawn at random.

    Raises:
        ConfigError: the file cannot be read, is not CoNLL-U or holds no words.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path} is not readable as CoNLL-U: name a file that is, or set paths.corpora.") from None
    try:
        blocks = [(comments, rows) for comments, rows in _blocks(lines) if rows]
        sections = [SECTIONS.get(_letters(comments.get("sent_id", "")), "") for comments, _ in blocks]
        known = all(sections)
        sentences = [
            _sentence(comments, rows, section if known else "")
            for (comments, rows), section in zip(blocks, sections, strict=True)
        ]
    except ValueError as error:
        raise ConfigError(f"{path} is not CoNLL-U ({error}): correct it.") from None
    if not sentences:
        raise ConfigError(f"{path} holds no tokens: name a CoNLL-U file.")
    return sentences


def unseen(sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """The last fifth of a treebank's sentences, at least one."""
    return sentences[len(sentences) - max(1, len(sentences) // HELD_OUT) :]


def spans(text: str, forms: Iterable[str]) -> Iterator[Span]:
    """Where each form stands in `text`, looked for from the end of the one before.

    Raises:
        ValueError: a form is not there.
    """
    end = 0
    for form in forms:
        start = text.find(form, end)
        if start < 0:
            raise ValueError("a text does not hold its words")
        end = start + len(form)
        yield start, end


def _blocks(lines: Sequence[str]) -> Iterator[tuple[Comments, list[Columns]]]:
    comments: dict[str, str] = {}
    rows: list[Columns] = []
    for number, line in enumerate([*lines, ""], start=1):
        if not line.strip():
            yield comments, rows
            comments, rows = {}, []
        elif line.startswith("#"):
            key, _, value = line[1:].partition("=")
            comments[key.strip()] = value.strip()
        else:
            columns = line.split("\t")
            if len(columns) != 10:
                raise ValueError(f"line {number} has {len(columns)} columns of 10")
            rows.append(columns)


def _sentence(comments: Comments, rows: Iterable[Columns], section: str) -> Sentence:
    surfaces: list[tuple[str, str]] = []
    words: list[tuple[Columns, int]] = []
    covered = 0  # the last word of the range that was met last
    for row in rows:
        number, form, misc = row[0], row[1], row[9]
        first, _, last = number.partition("-")
        if last:
            covered = int(last)
        if last or (number.isdigit() and int(first) > covered):
            surfaces.append((form, misc))
        if number.isdigit():
            words.append((row, len(surfaces) - 1))
    text = comments.get("text") or _joined(surfaces)
    places = list(spans(text, (form for form, _ in surfaces)))
    return Sentence(
        text=text,
        words=tuple(_word(row, places[index]) for row, index in words),
        genre=comments.get("genre") or section,
        style=comments.get("style", ""),
    )


def _word(row: Columns, span: Span) -> Word:
    features, misc = _pairs(row[5]), _pairs(row[9])
    normal = misc.get("Norm")
    if normal is not None and normal.lower() == row[1].lower():
        normal = None
    return Word(
        form=row[1],
        lemma=row[2],
        upos=row[3],
        span=span,
        colloquial=features.get("Style") in COLLOQUIAL or misc.get("Style") in COLLOQUIAL or normal is not None,
        normal=normal,
    )


def _pairs(column: str) -> dict[str, str]:
    return dict(pair.partition("=")[::2] for pair in column.split("|"))


def _joined(surfaces: Iterable[tuple[str, str]]) -> str:
    return "".join(form + ("" if _pairs(misc).get("SpaceAfter") == "No" else " ") for form, misc in surfaces).rstrip()


def _letters(sent_id: str) -> str:
    found = re.match(r"[A-Za-z]+", sent_id)
    return found[0] if found else ""
