"""Where sentences start: after full stops, and where there are none, where spoken Finnish opens a new clause."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.conversation import Token
from pipeline.language.line import OWNERS, PERSONS, THINGS, Line, words

ABBREVIATIONS = words(
    "esim ns klo n mm ks vrt nro puh tel os alk ent huom kpl kk v s m min sek h krs prof toim tri maist ts tj "
    "kr sis yht vko ko ao em p r jr mr mrs st vt pvm arv"
)
"""Their full stop ends no sentence."""
CLOSING_ABBREVIATIONS = words("jne yms ym tms jms ynnä")
"""Theirs may end one: it does before a capital letter."""
END = re.compile(r"\.|[!?][!?]*|…|\.{2,}|\?!|!\?")
CLOSERS = words("\" ' ” ’ » ) ]")
DATE_OR_ORDINAL = re.compile(r"\d{1,2}\.\d{1,2}|[12]?\d|3[01]")


def sentence_starts(tokens: list[Token], line: Line, disfluent: set[int]) -> list[int]:
    """Where sentences start, the first (0) not among them.

    Full stops count first. A stretch between them that is long and holds no mark at all is speech written down
    without any: that is cut before each new clause.
    """
    hard = [0, *_after_full_stops(tokens, line), line.size]
    starts: list[int] = hard[1:-1]
    for begin, end in pairwise(hard):
        starts += _clause_starts(line, begin, end, disfluent)
    return sorted(starts)


def _after_full_stops(tokens: list[Token], line: Line) -> Iterator[int]:
    ended = False
    for i in range(line.size):
        if ended and not END.fullmatch(line.word[i]) and line.word[i] not in CLOSERS and not _is_emoji(line, i):
            yield i
            ended = False
        ended = ended or (END.fullmatch(line.word[i]) is not None and i > 0 and _ends(tokens, line, i))


def _is_emoji(line: Line, i: int) -> bool:
    return line.upos[i] == "SYM" and not line.word[i][0].isalnum() and line.word[i] not in "€$%&+#"


def _ends(tokens: list[Token], line: Line, i: int) -> bool:
    """Whether the mark at `i` ends a sentence: a full stop after an abbreviation or an ordinal does not."""
    before, mark = line.word[i - 1], line.word[i]
    following = next((token.text for token in tokens[i + 1 :] if token.upos not in ("PUNCT", "SYM")), "")
    is_capital = following[:1].isupper() or following[:1] == "["
    if mark in ("…", "...", ".."):
        return is_capital
    if mark != ".":
        return True
    if before in CLOSING_ABBREVIATIONS:
        return is_capital
    if before in ABBREVIATIONS or (len(before) == 1 and before.isalpha()):
        return False
    if before == "no" and following.isdigit():
        return False
    return is_capital or not DATE_OR_ORDINAL.fullmatch(before)


# Speech without marks: a clause has one finite verb, and each further one needs a word that links it.

LONG = 5
"""Words in a stretch without any mark before it is looked at; a shorter one is one sentence."""
LONG_CLOSED = 20
"""The same, where a full stop closes the stretch: whoever wrote that one knew the others."""
LINKS = words(
    "että et kun ku jos koska vaikka jotta joka kunnes kuin niinku joten jolloin sillä ja tai sekä eikä enkä etkä "
    "emmekä ettekä eivätkä vai"
)
"""Each lets one more finite verb into the sentence."""
ASKED = words(
    "miks miksi paljonko kauanko milloin millon kumpi missä mistä mihin miten kuka mitä minne kuinka millainen"
)
ASKING = re.compile(
    r"(?:tie[dt]|tii|kysy|katso|katto|kato|mieti|mietti|ihmettel|tarkist|selvi|muist|sano|kerto|kerro|ymmär)\w*"
)
"""A question after one of these verbs is part of the sentence: en tiedä miten tää toimii."""
QUESTION = re.compile(r"\w\w+(?:k[oö]|ks|ksä|tsä|k[oö]han|k[oö]hän)")
CHAINING = re.compile(
    r"(?:voi|pitä|pidä|saa|sais|halu|täyt|täyd|tarvi|taita|taida|ehti|yrit|osa|jaksa|pysty|alko|alka|kannat|ajattel|aio)"
    r"\w*"
)
"""The verb after one of these is an infinitive, however it is spoken."""
NONFINITE = re.compile(
    r".+(?:[nl][uy]t?|neet|(?:ss|rr)[uy]t?|t[uy]|tt[uy](?:[naä]|j[aä])|m(?:aa|ää)n|m[aä](?:ss|st|ll|tt)[aä]"
    r"|m[aä](?:ni|ns[aä])|ess[aä]\w*|v[aä]n?|v(?:ien|ia|iä)|[td]en|ien|kse\w+|[tdlnrs][aä])"
)
"""Endings of infinitives and participles."""
PERSONAL = re.compile(
    r"en|et|emme|ette|saan|jään|annan|(?:(?!.*(?:[aä]{2}n|on)$).+n|.+(?<!v[aä])t|.+mme|.+tte)(?:k[oö]|ks)?"
)
"""Forms that name their person: no noun is their subject."""
NEGATIONS = words("en et ei emme ette eivät")
EARLIER = words("nyt silti kyllä sit sitten sitte no joo juu okei ok siis tota")
"""Taken along from before a subject: nyt mä, silti se, joo mä."""
AGO = re.compile(r"(?:viik|päiv|kuukau|vuo|tun|minuut|hetk|aik)\w*")
"""With one of these before it, sitten is ago, and joka before one is every."""
BACK = words("jotain jotakin mitään kaikki kaiken kaikkea se sen sitä siitä")
"""What mitä refers back to: jotain mitä en tilannu."""
THANKS = words("kiitos kiitti kiitoksia")


def _then(line: Line, i: int) -> bool:
    return line.word[i + 1] in ("sit", "sitte", "sitten") and _verb_within(line, i, 6)


def _but(line: Line, i: int) -> bool:
    return line.word[i - 1] not in ("että", "et") and _verb_within(line, i, 6)  # spoken mut is also me: että mut on


def _so(line: Line, i: int) -> bool:
    return _verb_within(line, i, 6)


def _so_that(line: Line, i: int) -> bool:
    return line.word[i + 1] in ("että", "et") and _verb_within(line, i, 6)


def _well(_line: Line, _i: int) -> bool:
    return True


def _thanks(line: Line, i: int) -> bool:
    return i + 4 > line.size


def _verb_within(line: Line, i: int, reach: int) -> bool:
    return any(line.is_verb(k) for k in range(i + 1, min(i + 1 + reach, line.size)))


@dataclass(frozen=True, slots=True)
class Opening:
    """First words of a sentence, where `opens` says so of the words around and two words or more stand before."""

    id: str
    words: frozenset[str]
    opens: Callable[[Line, int], bool]
    why: str


OPENINGS: tuple[Opening, ...] = (
    Opening("then", words("ja"), _then, "ja sit(ten) goes on with the story"),
    Opening("but", words("mut mutta mutku muttaku"), _but, "before a clause; not in ei tänään mutta huomenna"),
    Opening("so", words("eli elikkä"), _so, "sums up in a clause"),
    Opening("so_that", words("niin nii ni"), _so_that, "niin että draws a conclusion"),
    Opening("well", words("no noh"), _well, "opens a new thought"),
    Opening("thanks", THANKS, _thanks, "kiitos at the end closes the turn"),
)
_OPENING_OF = {word: opening for opening in OPENINGS for word in opening.words}


def _clause_starts(line: Line, begin: int, end: int, disfluent: set[int]) -> Iterator[int]:
    """Where sentences start within a stretch without marks, its own start not among them."""
    is_closed = line.upos[end - 1] == "PUNCT"
    if end - begin <= (LONG_CLOSED if is_closed else LONG) or "PUNCT" in line.upos[begin : end - 1]:
        return
    start, last_verb, verbs, links = begin, begin, int(line.word[begin] in THANKS), 0
    for i in range(begin, end):
        links += _is_link(line, i)
        is_finite = i not in disfluent and _is_finite(line, i, start)
        at = start
        opening = _OPENING_OF.get(line.word[i])
        if opening and i - start >= 2 and opening.opens(line, i):
            at = i
        elif is_finite and verbs > links:
            at = _clause_start(line, last_verb, i)
        if at > start:
            yield at
            start, verbs, links = at, 0, sum(_is_link(line, k) for k in range(at, i + 1))
        verbs += is_finite
        last_verb = i if line.is_verb(i) else last_verb


def _is_finite(line: Line, i: int, start: int) -> bool:
    """Whether the word is a verb that a clause of its own stands round."""
    if not line.is_verb(i) or line.word[i] in NEGATIONS or QUESTION.fullmatch(line.word[i]):
        return line.is_verb(i)
    before = next((k for k in range(i - 1, max(start, i - 4) - 1, -1) if line.is_verb(k)), None)
    if before is not None and (line.word[before] in NEGATIONS or CHAINING.fullmatch(line.word[before])):
        return False
    if line.normal[i] == line.lemma[i] and line.normal[i].endswith(("a", "ä")):
        return line.normal[i].endswith(("aa", "ää")) and _has_subject(line, i)  # maksaa: to pay, or pays
    return NONFINITE.fullmatch(line.normal[i]) is None


def _has_subject(line: Line, verb: int) -> bool:
    subject = line.word[verb - 1]
    is_nominative = line.upos[verb - 1] in ("NOUN", "PROPN", "PRON") and subject == line.lemma[verb - 1]
    return is_nominative or subject in ("mun", "kukaan", "joku") or any(w in ASKED for w in line.word[verb - 3 : verb])


def _is_link(line: Line, i: int) -> bool:
    word, before = line.word[i], line.word[i - 1]
    if word in LINKS:
        return not (word == "et" and line.is_verb(i)) and not (word == "joka" and AGO.fullmatch(line.word[i + 1]))
    if line.lemma[i] in ("joka", "mikä") and (word not in ASKED or before in BACK):
        return True
    is_question = word in ASKED or (line.is_verb(i) and QUESTION.fullmatch(word) is not None)
    return is_question and before not in LINKS and any(ASKING.fullmatch(line.word[k]) for k in (i - 3, i - 2, i - 1))


def _clause_start(line: Line, last_verb: int, verb: int) -> int:
    """Where the clause of a finite verb starts: before a question word, else before the one phrase before the verb."""
    question = next((k for k in range(last_verb + 1, verb) if line.word[k] in ASKED), None)
    if question is not None:
        return question
    at, first = verb, last_verb + 1
    is_pronoun = line.upos[at - 1] == "PRON" or line.word[at - 1] in PERSONS or line.word[at - 1] in THINGS
    takes_phrase = is_pronoun or not (PERSONAL.fullmatch(line.word[verb]) or QUESTION.fullmatch(line.word[verb]))
    if takes_phrase and at > first:
        at -= 1
        while at > first and _modifies(line, at - 1):
            at -= 1
    while at > first and line.word[at - 1] in EARLIER and not _is_ago(line, at - 1):
        at -= 1
    return at - 2 if line.word[at - 1] == "mielestä" and at - 2 >= first else at


def _is_ago(line: Line, i: int) -> bool:
    return line.word[i].startswith("sit") and AGO.fullmatch(line.word[i - 1]) is not None


def _modifies(line: Line, i: int) -> bool:
    """Whether the word belongs to the noun after it. A genitive noun may be the object of the clause before."""
    if line.upos[i + 1] not in ("NOUN", "PROPN", "ADJ", "X"):
        return False
    if line.upos[i] in ("ADJ", "PRON", "NUM", "DET") or line.word[i] in THINGS or line.word[i] in OWNERS:
        return True
    is_nominative = line.upos[i] in ("PROPN", "NOUN") and line.word[i] == line.lemma[i]
    return is_nominative and line.upos[i + 1] == "PROPN"
