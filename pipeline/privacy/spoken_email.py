"""E-mail addresses said aloud: `matti piste meikäläinen ät esimerkki piste fi`."""

import re
from collections.abc import Iterator, Sequence

from pipeline.conversation import Span
from pipeline.privacy.codes import AS_IN, MASKED, Word, read_words, words

SIGN = re.compile(r"(?:äd|ätt?ä?|at|miuku?(?:mauku)?|miukku|kissanhäntä|ät-?merkki|@)", re.IGNORECASE)
"""What people call the sign."""
JOINTS = words("piste pisteen alaviiva alleviiva viiva väliviiva tavuviiva yhdysmerkki miinus .")
"""What stands between the parts of an address."""
SURE_JOINTS = words("piste alaviiva alleviiva")
ENDS = words("com fi net org")
NOT_INSIDE = words(
    """
    on se sitten sit ja eli sähköposti sähköpostini sähköpostiin osoite osoitteeseen meili maili meiliin tota niinku tai
    joo siis vai kiitos siinä mun tämä oli ei
    """
)
CONFIDENCE = 0.9


def says_joint(text: str) -> bool:
    """Whether a dot or an underscore is said: most texts have none, and nobody need ask what was asked for."""
    return JOINT_HINT.search(text) is not None


JOINT_HINT = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(SURE_JOINTS))})(?!\w)", re.IGNORECASE)


def find_spoken_emails(text: str, asked: bool = False) -> Iterator[Span]:
    """Each address, from its first part to its top level, as far as it is said in one go.

    Where an address was `asked` for, or began in this turn, words with a dot or an underscore said between them are one
    without the sign too: it is often said in pieces.
    """
    if not (asked or HINT.search(text)):
        return
    words_ = read_words(text)
    end = 0
    for at, word in enumerate(words_):
        lower = word.text.lower()
        is_joint = (asked or end) and lower in SURE_JOINTS and at < len(words_) - 1
        if at < end or not (SIGN.fullmatch(lower) or is_joint):
            continue
        first, last = _start(words_, at, end), _end(words_, at)
        if first < at or last > at + 1 or words_[last].text.lower() in ENDS:
            yield Span(words_[first].start, words_[last].end, "EMAIL", CONFIDENCE)
            end = last + 1


def own_parts(address: str) -> Iterator[str]:
    """The words before the sign, in lower case: of an address alone or of a piece of it they name its owner."""
    parts = PART.findall(address.lower())
    signs = [at for at, part in enumerate(parts) if SIGN.fullmatch(part)]
    before = parts[: signs[0]] if signs else []
    return (part for part in before if len(part) >= MIN_PART and part not in JOINTS)


PART = re.compile(r"[^\W_]+|@")
MIN_PART = 4
"""Shorter pieces of an address are too often words by themselves."""
HINT = re.compile(rf"(?<!\w){SIGN.pattern}(?!\w)", re.IGNORECASE)


def _start(words_: Sequence[Word], at: int, floor: int) -> int:
    """Go left: one word, more where a joint, digits or spelt letters stand between."""
    first = at
    while first > floor and words_[first - 1].kind != MASKED and not (words_[first].breaks and first != at):
        before, here = words_[first - 1], words_[first]
        is_aid = any(word.text.lower() in AS_IN for word in (before, here))
        is_part = before.text.lower() in JOINTS or before.kind in "dnlx" or is_aid
        is_open = first == at or here.text.lower() in JOINTS or here.kind in "dnx"
        if not is_part and (not is_open or before.text.lower() in NOT_INSIDE):
            break
        first -= 1
    while first < at and words_[first].text.lower() in JOINTS:
        first += 1
    return first


def _end(words_: Sequence[Word], at: int) -> int:
    """Go right: a word, then joint and word, again and again; spelt letters count as one word."""
    last = at
    while last + 1 < len(words_):
        here, there = words_[last], words_[last + 1]
        is_open = SIGN.fullmatch(here.text) is not None or here.text.lower() in JOINTS
        is_spelt = there.kind == "l" and here.kind == "l"
        goes_on = there.text.lower() in JOINTS or SIGN.fullmatch(there.text) or there.text.lower() in ENDS
        goes_on = goes_on or (last > at and _ends_soon(words_, last + 1))
        if there.breaks or there.kind == MASKED or not (is_open or is_spelt or goes_on):
            break
        last += 1
    while last > at and words_[last].text.lower() in JOINTS:
        last -= 1
    return last


def _ends_soon(words_: Sequence[Word], at: int) -> bool:
    """Whether the word at `at` is the second of a domain: `ät kahvila helmi piste fi`."""
    following = [word.text.lower() for word in words_[at + 1 : at + 3] if not word.breaks and word.kind != MASKED]
    return len(following) == 2 and following[0] == "piste" and following[1] in ENDS
