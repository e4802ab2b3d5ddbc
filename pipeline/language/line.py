"""One utterance as the rules about speech see it: words, lemmas, parts of speech side by side, and word classes."""

import re
from collections.abc import Sequence

from pipeline.conversation import Token

PADDING = 4
"""How far past either end a rule may look: an index outside the utterance is an empty word."""


def words(text: str) -> frozenset[str]:
    """A set of words as one reads it in a table."""
    return frozenset(text.split())


PERSONS = words("mä mää mie miä minä sä sää sie siä sinä hän me te he")
"""Subject pronouns that are nothing but subjects."""
THINGS = words("se ne tää tämä nää nämä toi tuo noi nuo")
"""Subject pronouns that may also be determiners (se lasku)."""
OWNERS = words("mun sun meiän meidän teiän teidän minun sinun hänen niiden sen tän tämän ton tuon")
"""Genitives that stand before a noun."""
_SPOKEN_VERBS = words(
    "on oon oot oo ois oisin en et ei tuun meen tuut meet ollaan mennään pitäs sano soitin onks oisko"
)
_INFINITIVE = re.compile(r"\w+(?:[aeiouyäö][aä]|d[aä]|ll[aä]|nn[aä]|rr[aä]|st[aä])")


class Line:
    """Parallel columns over the tokens of one utterance, lower-case, with empty words round them."""

    __slots__ = ("lemma", "normal", "size", "upos", "word")

    def __init__(self, tokens: Sequence[Token]) -> None:
        edge = [""] * PADDING  # at the end only: a negative index finds it too
        self.size = len(tokens)
        self.word = [token.text.lower() for token in tokens] + edge
        self.normal = [(token.normal or token.text).lower() for token in tokens] + edge
        self.lemma = [token.lemma for token in tokens] + edge
        self.upos = [token.upos for token in tokens] + edge

    def is_word(self, i: int) -> bool:
        """Neither an edge nor a mark."""
        return self.upos[i] not in ("", "PUNCT", "SYM")

    def is_verb(self, i: int) -> bool:
        """A verb by its UPOS; where that is X, by a lemma that ends like an infinitive and is not the word itself."""
        if self.upos[i] != "X":
            return self.upos[i] in ("VERB", "AUX")
        word, lemma = self.word[i], self.lemma[i]
        if word in _SPOKEN_VERBS or lemma in ("olla", "ei"):
            return True
        return lemma != word and not word.startswith(lemma) and _INFINITIVE.fullmatch(lemma) is not None

    def is_partitive(self, i: int) -> bool:
        """A noun, adjective or numeral in the partitive, as far as its ending tells: laskua, uutta; spoken: laskuu."""
        word, upos = self.normal[i], self.upos[i]
        if len(word) < 4 or word == self.lemma[i] or word[-1] not in "aäuyieoö":
            return False
        if upos in ("NOUN", "ADJ", "NUM", "PROPN"):
            return word[-1] in "aä" or word[-1] == word[-2]
        return upos == "X" and word[-1] in "aä" and not self.is_verb(i)
