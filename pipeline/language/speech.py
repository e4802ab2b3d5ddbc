"""Finnish as it is spoken: fillers and starts said again are marked, and sentences found, full stops or not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.conversation import Token
from pipeline.language.clauses import sentence_starts
from pipeline.language.disfluency import find_fillers, find_repeats, looks_whole
from pipeline.language.line import Line


def mark(tokens: Sequence[Token], *, is_word: Callable[[str], bool] = looks_whole) -> list[Token]:
    """The tokens of one utterance with `disfluency` and `sentence` filled in; nothing else changes.

    Args:
        tokens: one utterance, lemmatized; where UPOS is X the rules go by lemmas and endings instead.
        is_word: tells whole words from words cut short ("las lasku"); a dictionary knows best.
    """
    line = Line(tokens)
    fillers = find_fillers(line)
    repeats = find_repeats(line, fillers, is_word)
    starts = set(sentence_starts(list(tokens), line, fillers | repeats))
    marked, sentence = [], 0
    for i, token in enumerate(tokens):
        sentence += i in starts
        disfluency = "filler" if i in fillers else "repeat" if i in repeats else ""
        is_same = token.disfluency == disfluency and token.sentence == sentence
        marked.append(token if is_same else replace(token, disfluency=disfluency, sentence=sentence))
    return marked


def sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    """Marked tokens cut into their sentences, in order; [] for none."""
    cut: list[list[Token]] = []
    for i, token in enumerate(tokens):
        if i == 0 or token.sentence != tokens[i - 1].sentence:
            cut.append([])
        cut[-1].append(token)
    return cut
