"""E-mail addresses said aloud: `matti piste meikäläinen ät esimerkki piste fi`."""

import re
from collections.abc import Iterator, Sequence

from pipeline.conversation import Span
from pipeline.privacy.codes import MASKED, Word, read_words, words

AT = frozenset(("ät", "ätt", "ättä", "ätmerkki", "at", "miukumauku", "kissanhäntä", "@", "ät-merkki", "äd"))
JOINTS = frozenset(("piste", "pisteen", "pisteeni", "alaviiva", "alleviiva", "viiva", "väliviiva", "miinus", "."))
"""What stands between the parts of an address."""
NOT_INSIDE = words("on se sitten sit ja eli sähköposti sähköpostini osoite meili maili tota niinku tai joo")


def find_spoken_emails(text: str) -> Iterator[Span]:
    """Each address, from its first part to its top level, as far as it is said in one go."""
    if not SIGN.search(text):
        return
    words = read_words(text)
    end = 0
    for at, word in enumerate(words):
        if at < end or word.text.lower() not in AT:
            continue
        first, last = _start(words, at, end), _end(words, at)
        if first < at or last > at + 1:
            yield Span(words[first].start, words[last].end, "EMAIL", 0.9)
            end = last + 1


SIGN = re.compile(r"\b(?:äd|ätt?ä?|at|miukumauku|kissanhäntä|ätmerkki|ät-merkki)\b|@", re.IGNORECASE)


def _start(words: Sequence[Word], at: int, floor: int) -> int:
    """Go left: one word, more where a joint, digits or spelt letters stand between."""
    first = at
    while first > floor:
        before = words[first - 1]
        lower = before.text.lower()
        is_part = lower in JOINTS or before.kind in "dnlx"
        after_joint = first == at or words[first].text.lower() in JOINTS or words[first].kind in "dnx"
        if not is_part and (not after_joint or lower in NOT_INSIDE):
            break
        if before.kind == MASKED or (words[first].breaks and first != at):
            break
        first -= 1
        if not is_part and not (first > floor and words[first - 1].text.lower() in JOINTS):
            break
    while first < at and words[first].text.lower() in JOINTS:
        first += 1
    return first


def _end(words: Sequence[Word], at: int) -> int:
    """Go right: a word, then joint and word, again and again; spelt letters count as one word."""
    last = at
    while last + 1 < len(words):
        here, there = words[last].text.lower(), words[last + 1]
        lower = there.text.lower()
        if there.breaks or there.kind == MASKED:
            break
        takes = here in AT or here in JOINTS or lower in JOINTS or (there.kind == "l" and words[last].kind == "l")
        takes = takes or (lower in ("com", "fi", "net", "org", "äfii") and last > at)
        if not takes:
            break
        last += 1
    while last > at and words[last].text.lower() in JOINTS:
        last -= 1
    return last
