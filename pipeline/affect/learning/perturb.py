"""The same sentence as somebody else would have typed or said it: spoken Finnish, typos, no punctuation, other case.

Its feeling is the same. Training sees such copies so that the model learns so; the consistency figure counts how often
it has not. Everything is drawn from a given generator: the same seed gives the same sentence.
"""

import re
from collections.abc import Callable, Mapping
from random import Random

_WORD = re.compile(r"\[[A-Z0-9_]+\]|\w+|[^\w\s]|\s+")
_SPOKEN_WORDS = {
    "minä": "mä", "minun": "mun", "minua": "mua", "minulla": "mulla", "minulle": "mulle", "minut": "mut",
    "sinä": "sä", "sinun": "sun", "sinulla": "sulla", "sinulle": "sulle", "sinua": "sua", "te": "te", "he": "ne",
    "olen": "oon", "olet": "oot", "ole": "oo", "en ole": "en oo", "tämä": "tää", "tuo": "toi", "nämä": "nää",
    "nuo": "noi", "tämän": "tän", "tuon": "ton", "tässä": "täs", "tuossa": "tos", "siinä": "siin", "että": "et",
    "mutta": "mut", "sitten": "sit", "nyt": "nyt", "kun": "ku", "niin": "nii", "kuin": "ku", "vielä": "viel",
    "kyllä": "kyl", "aivan": "ihan", "hyvin": "tosi", "miten": "miten", "yksi": "yks", "kaksi": "kaks",
    "viisi": "viis", "kuusi": "kuus", "menen": "meen", "tulen": "tuun", "panen": "paan", "onko": "onks",
    "oletko": "ootko", "voiko": "voiks", "saako": "saaks", "eikö": "eiks", "jos": "jos", "mitä": "mitä",
    "mikä": "mikä", "semmoinen": "semmonen", "sellainen": "sellanen", "tällainen": "tällanen", "kanssa": "kaa",
    "mukaan": "mukaan", "täytyy": "täytyy", "pitäisi": "pitäs", "voisi": "vois", "olisi": "ois", "saisi": "sais",
    "tulisi": "tulis", "haluaisin": "haluisin", "jälkeen": "jälkee", "kuitenkin": "kuitenki", "minkä": "minkä",
    "ehkä": "ehk", "oikeasti": "oikeesti", "vaikka": "vaik", "joku": "joku", "ketään": "ketää", "mitään": "mitää",
}  # fmt: skip
"""Words whose spoken form is known; those that stay the same keep the endings below away."""
_SPOKEN_ENDINGS = (
    (re.compile(r"(?<=[aeiouyäö])i(?=nen\b)"), ""),
    (re.compile(r"(?<=\w{2})ea\b"), "ee"),
    (re.compile(r"(?<=\w{2})eä\b"), "ee"),
    (re.compile(r"(?<=\w{2})oa\b"), "oo"),
    (re.compile(r"(?<=\w{2})ia\b"), "ii"),
    (re.compile(r"(?<=\w{2})iä\b"), "ii"),
    (re.compile(r"(?<=\w{2}[uy])t\b"), ""),
    (re.compile(r"(?<=\w{3}[stlrn]s)i\b"), ""),
    (re.compile(r"(?<=\w{2}[sl][stl])[aä]\b"), ""),
    (re.compile(r"(?<=[aeiouyäö]{2})n\b"), ""),
)  # fmt: skip
_NEIGHBOURS = {
    "a": "sqä", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "t": "ry", "k": "jl", "s": "ad", "l": "kö",
    "m": "n", "r": "et", "v": "cb", "p": "oå", "h": "gj", "j": "hk", "ä": "öa", "ö": "äl", "d": "sf",
}  # fmt: skip
"""Keys beside a key on a Finnish keyboard."""


def spoken(text: str, random: Random, rate: float = 0.8) -> str:
    """Standard Finnish as it is spoken: pronouns, verbs, endings; a word that can change does so at the given rate."""

    def said(word: str) -> str:
        if not word.isalpha() or word.isupper() or random.random() > rate:
            return word
        lower = word.lower()
        if lower in _SPOKEN_WORDS:
            return _like(word, _SPOKEN_WORDS[lower])
        for pattern, ending in _SPOKEN_ENDINGS:
            if pattern.search(lower):
                return pattern.sub(ending, word)
        return word

    return "".join(said(word) for word in _WORD.findall(text))


def _like(word: str, other: str) -> str:
    return other.capitalize() if word[0].isupper() else other


def typos(text: str, random: Random, rate: float = 0.06) -> str:
    """Slips of the fingers: letters doubled, dropped, swapped or those of a neighbouring key; masks stay."""
    letters = list(text)
    inside = [False] * len(letters)
    for mask in re.finditer(r"\[[A-Z0-9_]+\]", text):
        inside[mask.start() : mask.end()] = [True] * (mask.end() - mask.start())
    for place, letter in enumerate(text):
        if inside[place] or not letter.isalpha() or random.random() > rate:
            continue
        slip = random.randrange(4)
        if slip == 0:
            letters[place] = letter * 2
        elif slip == 1 and len(text) > 4:
            letters[place] = ""
        elif slip == 2 and place and text[place - 1].isalpha() and not inside[place - 1]:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
        else:
            letters[place] = random.choice(_NEIGHBOURS.get(letter, letter))
    return "".join(letters)


def unpunctuated(text: str, random: Random) -> str:
    """Without full stops, commas and capitals, as a recogniser or a thumb writes; `!`, `?` and smileys say too much."""
    return lowered(re.sub(r"(?<=\w)[.,;:](?=\s|$)", "", text), random)


def lowered(text: str, random: Random) -> str:
    """In lower case, masks as they are."""
    return _outside_masks(text, str.lower)


def shouted(text: str, random: Random) -> str:
    """In upper case."""
    return text.upper()


def without_dots(text: str, random: Random) -> str:
    """On a keyboard without ä and ö."""
    return _outside_masks(text, lambda part: part.translate(str.maketrans("äöÄÖ", "aoAO")))


def _outside_masks(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if part.startswith("[") else change(part) for part in re.split(r"(\[[A-Z0-9_]+\])", text))


PERTURBATIONS: Mapping[str, Callable[[str, Random], str]] = {
    "spoken": spoken,
    "typos": typos,
    "unpunctuated": unpunctuated,
    "lowered": lowered,
    "shouted": shouted,
    "without_dots": without_dots,
}


def perturbed(text: str, random: Random) -> str:
    """One or two of the perturbations, drawn at random; those of case are the rarest, most models do not see them."""
    names = random.choices(list(PERTURBATIONS), weights=(4, 5, 3, 1, 1, 3), k=random.choice((1, 1, 2)))
    for name in dict.fromkeys(names):
        text = PERTURBATIONS[name](text, random)
    return text
