"""Fillers (öö, niinku, tota) and starts said again (mä mä en): words of an utterance that are not its message."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.language.line import OWNERS, PERSONS, Line, words
from pipeline.numerals import value_of

POSTPOSITIONS = words("vastaan varten kohti kautta pitkin")
COMPARED = words("aina ennen ennenki ennenkin silloin sillon edellä yllä muut yleensä viimeksi viimeks")
SAID = words(
    "sanoa sopia luvata kertoa puhua mainita tietää ymmärtää todeta kirjoittaa lukea pitää kuulua toivoa pyytää "
    "odottaa neuvoa ohjeistaa"
)
ALIKE = words("sama tapa tuntua näyttää kuulostaa juuri")


def _tota(line: Line, i: int) -> bool:
    noun = i + 2 if line.word[i + 1] in OWNERS else i + 1
    if line.is_partitive(noun) or line.word[i + 1] in POSTPOSITIONS:
        return False
    if line.word[i] == "tuota" and line.lemma[i + 1] == "ei":
        return False
    is_last = not line.is_word(i + 1) and line.word[i + 1] != ","
    return not (is_last and line.is_verb(i - 1) and line.lemma[i - 1] != "olla")


def _after_tota(line: Line, i: int) -> bool:
    before = i - 2 if line.word[i - 1] in ("noin", "noi") else i - 1
    return line.word[before] in ("tota", "tuota")


def _niinku(line: Line, i: int) -> bool:
    if line.word[i - 1] in PERSONS and line.is_verb(i + 1):
        return True
    following = line.word[i + 1]
    if following in COMPARED or following.endswith(("kin", "kaan", "kään")) or line.lemma[i - 1] in ALIKE:
        return False
    verb = i + 1
    while verb < i + 4 and (
        line.word[verb] in PERSONS or line.word[verb] in ("jo", "just") or line.lemma[verb] == "olla"
    ):
        verb += 1
    return line.lemma[verb] not in SAID


def _siis(line: Line, i: int) -> bool:
    return not line.is_verb(i - 1)


def _tavallaan(line: Line, i: int) -> bool:
    is_manner = line.word[i - 1].endswith(("lla", "llä"))
    return not is_manner and line.is_word(i + 1) and line.word[i + 1] not in ("kyllä", "joo", "ei")


def _no(line: Line, i: int) -> bool:
    is_number = line.upos[i + 1] == "NUM" or (line.word[i + 1] == "." and line.upos[i + 2] == "NUM")
    stands_alone = not line.is_word(i + 1) and line.word[i + 1] != ","
    return not (is_number or stands_alone or line.word[i + 1] in ("niin", "nii", "ni", "no", "problem", "worries"))


@dataclass(frozen=True, slots=True)
class Filler:
    """Words that fill a pause where `fills` says so of the words around them."""

    id: str
    words: frozenset[str]
    fills: Callable[[Line, int], bool]
    why: str


FILLERS: tuple[Filler, ...] = (
    Filler(
        "tota", words("tota tuota toota"), _tota, "fills; means that in tota laskua, tuota en tiedä, katsotko tuota"
    ),
    Filler("noin", words("noin noi"), _after_tota, "tota noin is one filler; alone, noin is about or like that"),
    Filler("niin", words("niin nii ni"), _after_tota, "tota noin niin; elsewhere niin answers, links or intensifies"),
    Filler(
        "niinku",
        words("niinku niinkun niinkuin niinko niiku"),
        _niinku,
        "fills; compares in niinku sovittiin, niinku aina, niinku mäkin, samalla tavalla niinku",
    ),
    Filler("siis", words("siis"), _siis, "opens or restarts what one says; after a verb it means therefore"),
    Filler(
        "tavallaan", words("tavallaan"), _tavallaan, "hedges; omalla tavallaan is a manner, tavallaan joo an answer"
    ),
    Filler("no", words("no noh"), _no, "opens a turn; no niin closes a matter, No? urges, no 5 is a number"),
)
_FILLER_OF = {word: filler for filler in FILLERS for word in filler.words}
HESITATION = re.compile(r"ö{2,}[mh]*|öh+m*|öm+|ä{2,}h*m*|äh+m*|äm+|e+h+m*|e+m+|hm+|m{3,}")
"""Sounds, not words: öö, ööm, äh, hmm. `mm` is left alone: it answers, and is short for muun muassa."""


def find_fillers(line: Line) -> set[int]:
    """Where fillers stand."""
    return {i for i in range(line.size) if _is_filler(line, i)}


def _is_filler(line: Line, i: int) -> bool:
    word = line.word[i]
    if filler := _FILLER_OF.get(word):
        return filler.fills(line, i)
    return word[0] in "öäehm" and HESITATION.fullmatch(word) is not None


REDUPLICATED = words(
    "ei joo juu jaa kyllä niin no hyvin hyvä moi hei heippa moikka kiitos kiitti ok okei aha ahaa haloo "
    "tosi todella aivan ihan liian oikein paljon kauan kauas pois vielä taas heti nyt aina ikinä apua"
)
"""Words that people double on purpose: replies, greetings, degree and urgency."""
DOUBLED_CLASSES = ("ADJ", "ADV", "INTJ", "NUM", "PROPN", "PUNCT", "SYM")
"""What is doubled for emphasis (pitkä pitkä jono) or counted (kaksi kaksi): no restart when it is a single word."""
CLOSED = words(
    "mä mää minä mun mua mulle mulla multa sä sinä sun sulle sulla hän sen se sitä siitä siihen siinä ne niitä niiden "
    "me meille meillä meiän te teille teillä teiän he tää tämä tän tämän tätä tässä toi tuo ton tuon että kun ku jos "
    "koska vaikka ja mutta mut tai vai eli joka jonka mikä mitä minkä missä mihin on oon oot oli olin olen en et emme "
    "ette eivät"
)
"""Words whose doubling is a restart even where the lemmatizer gives no UPOS."""
LONGEST_REPEAT = 3
SHORT_WORDS = words(
    "ai ei en et he hm ja jo me ne ni no ok on oo se sä te tv mä yö ui oi öö työ tai kai sai jos kun ole ohi oma yli "
    "ali ikä maa puu suu kuu luu pää sää jää vai vaa uus puh sim hei moi voi toi nyt sit niin kuin myy käy"
)


def looks_whole(word: str) -> bool:
    """Whether a word may be complete, told from its letters alone: two or three letters are not, unless known."""
    return len(word) > 3 or word in SHORT_WORDS or word in CLOSED


def find_repeats(line: Line, fillers: set[int], is_word: Callable[[str], bool]) -> set[int]:
    """Where an earlier try stands: one to three words said again at once, or a word cut short and then said whole.

    Fillers, commas, dashes and dots may stand between the tries (mä öö mä en; mä, mä en).
    """
    spoken = [i for i in range(line.size) if i not in fillers and line.is_word(i)]
    keys = [_key(line, i) for i in spoken]
    found: set[int] = set()
    for at, i in enumerate(spoken):
        lengths = range(min(LONGEST_REPEAT, (len(spoken) - at) // 2), 0, -1)
        for length in lengths if keys[at] in keys[at + 1 : at + 1 + LONGEST_REPEAT] else ():
            again = at + length
            if keys[at:again] == keys[again : again + length] and _close(line, fillers, spoken, at, again + length):
                if _is_restart(line, spoken[at : again + length], length):
                    found.update(spoken[at:again])
                break
        if keys[at + 1 : at + 2] and keys[at + 1].startswith(keys[at]) and _is_cut(line, i, spoken[at + 1], is_word):
            found.add(i)
    return found


def _key(line: Line, i: int) -> str:
    """The word; et is että where it is the conjunction: before another että, or so tagged."""
    word = line.word[i]
    if word == "et" and (line.lemma[i] == "että" or line.upos[i] == "SCONJ" or line.word[i + 1] in ("et", "että")):
        return "että"
    return word


def _close(line: Line, fillers: set[int], spoken: list[int], first: int, end: int) -> bool:
    """Nothing but fillers and soft marks between the words."""
    between = set(range(spoken[first], spoken[end - 1])) - set(spoken[first:end]) - fillers
    return all(line.word[i] in (",", "-", "–", "—", "...", "…") for i in between)


def _is_restart(line: Line, positions: list[int], length: int) -> bool:
    first = positions[:length]
    if any(not line.word[i].isalpha() or len(line.word[i]) == 1 for i in first):
        return False  # spelt out: l i t e
    if all(line.upos[i] == "NUM" or value_of(line.word[i]) is not None for i in first):
        return False  # nolla neljä nolla neljä
    if all(line.word[i] in REDUPLICATED for i in first):
        return False  # kiitos paljon kiitos paljon
    i = first[0]
    if line.word[i] not in CLOSED and "," in line.word[first[-1] : positions[length]]:
        return False  # ei huono, ei huono
    if length > 1:
        return length > 2 or "ja" not in (line.word[i], line.word[first[-1]])  # odotin ja odotin ja odotin
    if line.word[i] in CLOSED:
        return _goes_on(line, positions) or not line.is_verb(i)
    if line.upos[i] == "X" or line.upos[i] in DOUBLED_CLASSES:
        return False
    return _goes_on(line, positions)


def _goes_on(line: Line, positions: list[int]) -> bool:
    """Words follow: a verb doubled and left so is an echoing answer (on on; sain sain)."""
    return line.is_word(positions[-1] + 1)


def _is_cut(line: Line, i: int, following: int, is_word: Callable[[str], bool]) -> bool:
    cut, whole = line.word[i], line.word[following]
    if len(cut) < 2 or len(whole) < len(cut) + 2 or not cut.isalpha():
        return False
    marks = line.word[i + 1 : following]
    return marks in (["-"], ["–"], ["..."], ["…"]) or (not marks and not is_word(cut))
