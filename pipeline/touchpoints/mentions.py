"""What people name: contact points of the palvelupolku and drivers, in the turns of a conversation and in open answers.

Dictionary forms decide, so that only Finnish is read; bots say nothing, nor does what a speech recognizer made up.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.conversation import MaskedConversation, MaskedSurveyResponse, MaskedText, Speaker, Token
from pipeline.touchpoints.phrases import found, lemmas_of
from pipeline.touchpoints.reading import Mention, Place
from pipeline.touchpoints.rules import said
from pipeline.touchpoints.taxonomies import Taxonomies

FINNISH = "fi"


def find_mentions(conversation: MaskedConversation, taxonomies: Taxonomies) -> tuple[Mention, ...]:
    """What the people of a conversation name, turn by turn."""
    return tuple(
        mention
        for turn in said(conversation)
        if turn.language == FINNISH
        for mention in _named(turn.index, turn.speaker, turn.text, turn.tokens, taxonomies)
    )


def mentions_in_answer(response: MaskedSurveyResponse, taxonomies: Taxonomies) -> tuple[Mention, ...]:
    """What an open survey answer names; its text stands as utterance 0."""
    if not response.verbatim or response.language != FINNISH:
        return ()
    return tuple(_named(0, "customer", response.verbatim, response.tokens, taxonomies))


def _named(
    index: int, speaker: Speaker, text: MaskedText, tokens: Sequence[Token], taxonomies: Taxonomies
) -> Iterator[Mention]:
    lemmas = lemmas_of(text, tokens)
    for kind, label, naming in taxonomies.named():
        if speaker in naming.said_by:
            for start, end in found(naming.lemmas, lemmas):
                yield Mention(kind, label, Place(index, start, end), 1.0)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A sentence of a taxonomy that does not do what it is there for."""

    label: str
    sentence: str
    names_it: bool
    """Whether the words were found, and should not have been; else the other way round."""


def unmet_examples(
    taxonomies: Taxonomies, tokens_of: Callable[[Sequence[str]], Sequence[tuple[MaskedText, Sequence[Token]]]]
) -> list[Unmet]:
    """The examples that name nothing and the counterexamples that do.

    Args:
        taxonomies: whose sentences are tried.
        tokens_of: masks and lemmatizes sentences.
    """
    tried = [
        (label, naming, sentence, is_expected)
        for _, label, naming in taxonomies.named()
        for sentences, is_expected in ((naming.examples, True), (naming.counterexamples, False))
        for sentence in sentences
    ]
    read = tokens_of([sentence for _, _, sentence, _ in tried])
    return [
        Unmet(label, sentence, not is_expected)
        for (label, naming, sentence, is_expected), (text, tokens) in zip(tried, read, strict=True)
        if any(found(naming.lemmas, lemmas_of(text, tokens))) != is_expected
    ]
