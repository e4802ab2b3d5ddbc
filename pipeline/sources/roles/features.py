"""What tells an agent from a customer in a turn, and one speaker from the next between two: hashed features.

Words, pairs of words and letter groups, and for what people say in many words but one way, cues. Everything is read in
lower case and numbers all alike; marks count little, so that a recognizer that writes none is read as well. Masks may
stand for personal data: `[PERSON_1]:lle` is the word `[person]`. Where in the conversation a turn stands is no feature:
who speaks first says nothing of who is who.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from zlib import crc32

TURN_BITS, CHANGE_BITS = 17, 15
"""Weights are found by a feature's CRC-32, cut to so many bits (feature hashing, Weinberger et al. 2009)."""
LETTERS = 0.5
"""How much the letter groups of a word weigh beside the word."""
LONGEST = 40
"""Letters of a word; nothing that is longer is one."""
TAIL = 20
"""Letters at the end of a turn that are looked through for a mark."""
OPENS, CLOSES, QUESTION = "<s>", "</s>", "?"

_MASK = re.compile(r"\[([A-Z][A-Z0-9]*)(?:_[A-Z0-9_]*)?\](?::\w+)?")
_WORD = re.compile(r"[^\W\d_]+(?:[:'’-][^\W\d_]+)*|\d+|\?|\[[a-z0-9]+\]")
_ENDS_SENTENCE = re.compile(r"[.!?…]\W*$")
_LAST_MARK = re.compile(r"[.!?…,;:](?=\W*$)")

CUES = {
    "asks_who": r"\b(?:sais|saa|kerto|vois|anna|antais|tarvits|tarviin|laita|mikä)\w*\b.{0,40}"
    r"\b(?:henkilötunnu|hetu|sotu|syntymäai|asiakasnumero|tilausnumero|loppuosa)",
    "answers": r"\b(?:puhelimessa|palveluksessa|päivystyksessä)\b"
    r"|\b(?:asiakaspalvelu|neuvonta|vaihde|tuki|huolto)(?:sta|ssa)?\b.{0,30}"
    r"\b(?:hei|moi|terve|huomenta|päivää|tässä)\b",
    "offers_help": r"\b(?:kuinka|miten|missä|mitä|voi[ns]\w*)\b.{0,25}\b(?:auttaa|palvella|avuksi)\b",
    "anything_else": r"\b(?:oliko|onko|tuleeko|jäikö|tarvitset\w*)\b.{0,20}\b(?:muuta|vielä jotain)\b",
    "thanks_for_contact": r"\bkiito(?:s|ksia)\b.{0,15}\b(?:soito|yhteydeno|viesti|palaut|tiedo|odot|kärsiväl|vahvist)",
    "wishes_well": r"\b(?:mukavaa|hyvää|hyvät|ihanaa|oikein)\b.{0,20}\b(?:jatko\w*|\w+njatko\w*|viikonloppu\w*)",
    "polite_plural": r"\b\w{3,}(?:tteko|ttekö|isitteko|isittekö|nne)\b",
    "your_own": r"\b\w{4,}(?:asi|isi|esi|usi|äsi|ösi)\b|\bsi?u?nu?n\b",
    "to_you": r"\b(?:sinulle|sulle|teille|sinulla|sulla)\b",
    "i_have": r"\b(?:mun|minun|mulla|minulla|mulle|minulle|minua|mua|mä|mää|mie)\b",
    "my_own": r"\b\w{3,}(?:uni|ani|eni|ini|äni|öni)\b",
    "your_company": r"\b(?:teiltä|teillä|teidän|teijän)\b",
    "fault": r"\bei\b.{0,20}\b(?:toimi|tullu\w*|saapunu\w*|näy|onnistu|löydy|pääse|aukea|oo)\b",
    "looks_into_it": r"\b(?:näen|näkyy|katson|katsotaan|tarkistan|tarkistetaan|hetkinen|pieni hetki|kirjaan|lähetän"
    r"|hyvitän|hyvitämme|lisään|vaihdan|avaan|yhdistän|varmistan|pahoittel\w*|valitettavasti|ymmärrän)\b",
}
"""Name → what it looks like in lower case. Whose cue it is, and how strong, is learnt."""
_CUES = {name: re.compile(pattern) for name, pattern in CUES.items()}


def _bucket(feature: str, bits: int) -> int:
    return crc32(feature.encode()) & ((1 << bits) - 1)


def plain(text: str) -> str:
    """The text in lower case, with a word for each mask."""
    return _MASK.sub(lambda mask: f" [{mask[1].lower()}] ", text).lower() if "[" in text else text.lower()


def words_in(text: str) -> list[str]:
    """The words of `plain` text; a number is `#`, a question mark a word."""
    return ["#" if word[0].isdigit() else word[:LONGEST] for word in _WORD.findall(text)]


@lru_cache(maxsize=1 << 14)
def word_buckets(word: str) -> tuple[int, ...]:
    """The bucket of a word, then those of its letter groups: each run of three to five letters, its ends marked."""
    marked = f"^{word[:24]}$" if word[0].isalpha() else ""
    groups = [marked[at : at + size] for size in range(3, 6) for at in range(len(marked) - size + 1)]
    return (_bucket(f"word {word}", TURN_BITS), *(_bucket(group, TURN_BITS) for group in groups))


def pair_bucket(first: str, second: str) -> int:
    """The bucket of two words that follow each other."""
    return _bucket(f"{first} {second}", TURN_BITS)


def cue_buckets(text: str) -> list[int]:
    """The buckets of the cues in `plain` text."""
    return [_bucket(f"cue {name}", TURN_BITS) for name, cue in _CUES.items() if cue.search(text)]


def letter_share(buckets: Sequence[int]) -> float:
    """How much each letter group of a word weighs: together as much in a long word as their number's root tells."""
    return LETTERS / sqrt(len(buckets) - 1) if len(buckets) > 1 else 0.0


def length_share(word_count: int) -> float:
    """How much a turn's sum weighs: twice as long a turn is no twice as strong a sign."""
    return 2.0 / sqrt(sqrt(max(word_count, 1)))


def turn_features(text: str) -> dict[int, float]:
    """Bucket → value of all that a turn is read by."""
    text = plain(text)
    words = words_in(text)
    values: dict[int, float] = defaultdict(float)
    for word in words:
        own, *groups = word_buckets(word)
        values[own] += 1.0
        for group in groups:
            values[group] += letter_share(word_buckets(word))
    for first, second in zip((OPENS, *words), (*words, CLOSES), strict=True):
        values[pair_bucket(first, second)] += 1.0
    for cue in cue_buckets(text):
        values[cue] += 1.0
    return {bucket: value * length_share(len(words)) for bucket, value in values.items()}


@dataclass(frozen=True, slots=True)
class Style:
    """How a conversation is written, which says what an end of a sentence is worth."""

    has_marks: bool
    has_capitals: bool
    is_written: bool

    @classmethod
    def of(cls, texts: Sequence[str], *, is_written: bool) -> "Style":
        """The style of the turns of a conversation; `is_written` for all but calls."""
        few = 0.3 * len(texts)
        return cls(
            has_marks=sum(bool(_ENDS_SENTENCE.search(text[-TAIL:])) for text in texts) > few,
            has_capitals=sum(text[:1].isupper() for text in texts) > few,
            is_written=is_written,
        )


def change_features(before: str, after: str, style: Style) -> list[int]:
    """The buckets of what tells whether the speaker changes between two turns that follow each other."""
    mark = _LAST_MARK.search(before[-TAIL:])
    last, first = ([word for word in words_in(plain(text)) if word != QUESTION] for text in (before, after))
    names = [
        f"mark {mark[0] if mark else ''} {style.has_marks}",
        f"capital {after[:1].islower()} {style.has_capitals}",
        f"written {style.is_written}",
        f"lengths {min(len(last), 12)} -",
        f"lengths - {min(len(first), 12)}",
        f"numbers {'#' in last} {'#' in first}",
        f"last {' '.join(last[-1:])}",
        f"last {' '.join(last[-2:])} .",
        f"first {' '.join(first[:1])}",
        f"first {' '.join(first[:2])} .",
        f"second {' '.join(first[1:2])}",
        f"seam {' '.join(last[-1:])} {' '.join(first[:1])}",
        *dict.fromkeys(f"opened {word}" for word in last[:4]),
    ]
    return [_bucket(name, CHANGE_BITS) for name in names]
