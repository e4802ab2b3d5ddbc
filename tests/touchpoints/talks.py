"""Conversations whose words are their own lemmas, and taxonomies in files."""

from pathlib import Path
from typing import Any

from pipeline.conversation import MaskedConversation, MaskedSurveyResponse, MaskedText, MaskedUtterance, Token
from tests.store.rows import answer

ROOT = Path(__file__).parents[2]
PATH = ROOT / "pipeline" / "palvelupolku.toml"
DRIVERS = ROOT / "pipeline" / "drivers.toml"


def tokens(text: str) -> tuple[Token, ...]:
    """A token for each word between spaces; the last of a sentence ends in `|`."""
    found, sentence = [], 0
    for word in text.split():
        found.append(Token(word.rstrip("|"), word.rstrip("|"), "X", sentence=sentence))
        sentence += word.endswith("|")
    return tuple(found)


def turn(index: int, speaker: Any, lemmas: str, **facts: Any) -> MaskedUtterance:
    text = MaskedText(lemmas.replace("|", ""))
    return MaskedUtterance(index, speaker, text, None, None, None, tokens(lemmas), **facts)


def spoken(
    *turns: tuple[str, str] | MaskedUtterance, channel: Any = "chat", queue: Any = None, **metadata: str
) -> MaskedConversation:
    """A conversation of turns or (speaker, "lemma lemma") pairs."""
    utterances = tuple(
        one if isinstance(one, MaskedUtterance) else turn(index, *one) for index, one in enumerate(turns)
    )
    return MaskedConversation("c1", channel, utterances, "fi", None, None, queue, metadata, "line 1")


def said(lemmas: str, **facts: Any) -> MaskedConversation:
    return spoken(("customer", lemmas), **facts)


def answered(lemmas: str, **facts: Any) -> MaskedSurveyResponse:
    return answer("a1", 9, verbatim=MaskedText(lemmas), tokens=tokens(lemmas), **facts)


def written(folder: Path, text: str, name: str = "polku.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
