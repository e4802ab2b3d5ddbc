"""What the recognizer learns from: our own gold, edited text with its names, customers' lines, and copies of them.

Copies say the same with other people (`renamed`), in lower case and without marks (`lowered`): the gold holds a few
hundred names, the register is full of others, and a recogniser of speech writes no capitals.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.privacy.gold import Item, Talk
from pipeline.privacy.inflection import VOWELS, base_forms
from pipeline.privacy.names import WORD
from pipeline.privacy.spans import FILLER

MASK = re.compile(r"\[(PERSON|PHONE|EMAIL|ADDRESS|NUMBER|HETU)(?:_\d+)?\]")


def read_turku(path: Path) -> Iterator[Item]:
    """The sentences of a file in IOB2 (Turku NER, TurkuNLP 2020) with their people."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
        text = ""
        spans: list[tuple[int, int, str]] = []
        for token, tag in rows:
            text += " " if text and token not in ".,;:!?)" else ""
            if tag == "I-PER" and spans:
                spans[-1] = (spans[-1][0], len(text) + len(token), "PERSON")
            elif tag.endswith("-PER"):
                spans.append((len(text), len(text) + len(token), "PERSON"))
            text += token
        if text:
            yield Item(text, "", tuple(spans))


def read_customers(path: Path, pick_name: Callable[[], str]) -> Iterator[Item]:
    """Customers' and agents' lines of `feelings_develop.jsonl`, which name hardly anybody; masked names get new ones.

    A line with a capitalised word inside a sentence is left out: it may name somebody after all.
    """
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            text, spans, position = "", [], 0
            for match in MASK.finditer(row["text"]):
                text += row["text"][position : match.start()]
                position = match.end()
                if match[1] != "PERSON":
                    text += match[0]
                    continue
                name = pick_name()
                spans.append((len(text), len(text) + len(name), "PERSON"))
                text += name
            text += row["text"][position:]
            if spans or not re.search(r"[a-zäöå,] [A-ZÅÄÖ][a-zåäö]", text):
                yield Item(text, row["speaker"], tuple(spans))


def lowered(item: Item, keep_marks: bool = False) -> Item:
    """The turn as a recogniser of speech writes it: lower case, and without marks unless they are kept."""
    text = item.text.lower()
    if len(text) != len(item.text):
        return item
    if keep_marks:
        return replace(item, text=text)
    kept = [at for at, letter in enumerate(text) if letter.isalnum() or letter.isspace() or letter in "-'@"]
    before = [0] * (len(text) + 1)
    for at in range(len(text)):
        before[at + 1] = before[at]
    places = set(kept)
    for at in range(len(text)):
        before[at + 1] = before[at] + (at in places)
    spans = tuple((before[start], before[end], type_) for start, end, type_ in item.spans)
    return replace(item, text="".join(text[at] for at in kept), spans=spans)


def blanked(item: Item, rng: random.Random) -> Item:
    """The turn with about half of what is personal in it masked already, whole or from a word on, as at night."""
    text, left = item.text, []
    for start, end, type_ in item.spans:
        if rng.random() < 0.5:
            left.append((start, end, type_))
            continue
        words = [start, *(start + gap.end() for gap in re.finditer(r"\s+", text[start:end]))]
        at = start if rng.random() < 0.6 else rng.choice(words)
        text = text[:at] + FILLER * (end - at) + text[end:]
        if at > start:
            left.append((start, at, type_))
    return replace(item, text=text, spans=tuple(left))


def renamed(talk: Talk, pool: Sequence[str], listed: Callable[[str], bool], rng: random.Random) -> Talk:
    """The talk with other people in it: each name becomes another of the same case, the same name always the same."""
    others: dict[str, str] = {}

    def other(word: str) -> str:
        lower = word.lower()
        base, case = next(
            (
                (base, case)
                for base in base_forms(lower)
                if listed(base)
                for case in CASES
                if inflect(base, case) == lower
            ),
            ("", ""),
        )
        if not base:
            return word
        new = inflect(others.setdefault(base, rng.choice(pool)), case)
        return new.title() if word[:1].isupper() else new

    return tuple(_rewritten(item, other) for item in talk)


def _rewritten(item: Item, other: Callable[[str], str]) -> Item:
    text, spans, position = "", [], 0
    for start, end, type_ in item.spans:
        text += item.text[position:start]
        words = item.text[start:end]
        if type_ == "PERSON":
            words = WORD.sub(lambda match: other(match[0]), words)
        spans.append((len(text), len(text) + len(words), type_))
        text, position = text + words, end
    return replace(item, text=text + item.text[position:], spans=tuple(spans))


CASES = ("", "n", "lle", "lla", "lta", "a", "ssa", "sta", "ksi")
"""Endings of the cases in which people are named; "" is the nominative."""
WEAK = (
    *(("nk", "ng"), ("nt", "nn"), ("mp", "mm"), ("lt", "ll"), ("rt", "rr"), ("kk", "k"), ("pp", "p"), ("tt", "t")),
    *(("ht", "hd"),),
)
"""Consonant gradation before the last vowel (VISK § 41): Heikki, Heikin."""


def inflect(name: str, case: str) -> str:
    """A lower-case name in a case, by the regular rules; rare stem types come out wrong, as they do from people."""
    if not case:
        return name
    back = not re.search(r"[äöy]", name) or bool(re.search(r"[aou]", name))
    ending = case if back else case.replace("a", "ä")
    if name.endswith("nen"):
        return name[:-3] + ("s" + ("ta" if back else "tä") if case == "a" else "se" + ending)
    if name[-1] not in VOWELS:
        return name + "i" + (("a" if back else "ä") if case == "a" else ending)
    if case == "a":
        return name + ("a" if back else "ä") + ""
    head, vowel = name[:-1], name[-1]
    for strong, weak in WEAK:
        if head.endswith(strong):
            head = head[: -len(strong)] + weak
            break
    return head + vowel + ending
