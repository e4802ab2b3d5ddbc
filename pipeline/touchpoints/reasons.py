"""Why the customer feels so, in their own words: the clause of a stretch that says most about it."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.conversation import MaskedConversation, MaskedUtterance, Token
from pipeline.touchpoints.palvelupolku import Touchpoint
from pipeline.touchpoints.reading import Place, TurnReading

MOST_WORDS = 9
LEAST_WORDS = 2
SUBSTANTIAL_WORDS = 4
CONTENT = frozenset({"NOUN", "VERB", "ADJ", "PROPN", "NUM", "ADV"})
JOINERS = frozenset({"CCONJ", "SCONJ"})
Words = Sequence[tuple[Token, Place]]


def find_reason(
    conversation: MaskedConversation,
    turns: Mapping[int, TurnReading],
    touchpoint: Touchpoint | None,
    first: int,
    last: int,
) -> Place | None:
    """The clause of a stretch that tells why: of the turn in which the customer minds most, else of the first one.

    None where the customer says nothing of substance.
    """
    said = [
        turn
        for turn in conversation.utterances[first : last + 1]
        if turn.speaker == "customer" and turn.index in turns and len(turn.text.split()) >= SUBSTANTIAL_WORDS
    ]
    if not said:
        return None
    lowest = min(said, key=lambda turn: _feeling(turns[turn.index]))
    turn = lowest if _feeling(turns[lowest.index]) < 0 else said[0]
    clauses = list(_clauses(turn))
    if not clauses:
        return None
    words = max(clauses, key=lambda clause: _weight(clause, turn, touchpoint))[:MOST_WORDS]
    return Place(turn.index, words[0][1].start, words[-1][1].end)


def _feeling(turn: TurnReading) -> float:
    return turn.feeling["positive"] - turn.feeling["negative"] if turn.feeling else 0.0


def _clauses(turn: MaskedUtterance) -> Iterator[Words]:
    """Stretches of a turn between marks, sentence starts and joining words, of two words or more."""
    clause: list[tuple[Token, Place]] = []
    sentence, end = 0, 0
    for token in turn.tokens:
        start = turn.text.find(token.text, end)
        if start < 0:
            continue
        end = start + len(token.text)
        is_border = token.upos in JOINERS or token.upos == "PUNCT" or token.sentence != sentence
        if is_border:
            yield from _whole(clause)
            clause = []
        sentence = token.sentence
        if token.upos not in ("PUNCT", "SYM") and not token.disfluency and not (is_border and token.upos in JOINERS):
            clause.append((token, Place(turn.index, start, end)))
    yield from _whole(clause)


def _whole(clause: list[tuple[Token, Place]]) -> Iterator[Words]:
    while clause and clause[0][0].upos in ("INTJ", "PART"):
        clause = clause[1:]
    if len(clause) >= LEAST_WORDS:
        yield clause


def _weight(clause: Words, turn: MaskedUtterance, touchpoint: Touchpoint | None) -> float:
    """What a clause says: words of the touchpoint, words that carry the feeling, and other words of content."""
    felt = turn.score.evidence if turn.score else ()
    lemmas = touchpoint.lemmas if touchpoint else None
    named = sum(1.0 for token, _ in clause if lemmas and lemmas.fullmatch(token.lemma.lower()))
    carried = sum(any(one.start < place.end and place.start < one.end for one in felt) for _, place in clause)
    content = sum(token.upos in CONTENT for token, _ in clause[:MOST_WORDS])
    return named + 0.75 * carried + 0.25 * content
