"""Lemmas that say nothing of a text's topic by themselves, for lemma counts and topics; and those that never go.

The table beside this module lists the stop lemmas with a category each. Lemmas are those of UD Finnish-TDT, whose
lemma of en, et, emme, ette and eivät is ei.
"""

from pathlib import Path

TABLE = Path(__file__).with_name("stop_words_fi.tsv")

CATEGORIES = {
    "pronoun": "points at someone or something named elsewhere; mikään, kukaan and moni say how many: kept",
    "pro-adjective": "points at a quality named elsewhere",
    "pro-adverb": "points at a place, time, way or reason named elsewhere; niin intensifies more rarely than it links",
    "conjunction": "links without turning the meaning; mutta and vaikka turn it: kept",
    "auxiliary": "carries tense or possibility of the verb after it; pitää also means to like, saada to get: kept",
    "adposition": "a relation between words that are counted themselves; ilman and paitsi turn it: kept",
    "case-form": "a noun's case form that has become an adposition or a particle, its own lemma in UD",
    "particle": "orders or colours what is said",
    "response": "keeps the turn going; kyllä and kiitos say something: kept",
}
"""Why lemmas of each category are left out, and which neighbours of theirs are not."""

KEPT = {
    "negation": "ei älä eikä mikään kukaan koskaan ikinä milloinkaan enää edes tuskin yhtään ollenkaan lainkaan ilman",
    "degree": "tosi erittäin todella aivan liian hyvin kovin vähän melko ihan aika täysin varsin oikein hieman melkein "
    "paljon liikaa vain jopa kyllä",
    "contrast": "mutta vaan vaikka silti kuitenkin kuitenkaan paitsi sijaan",
    "time": "taas jälleen vielä edelleen yhä aina jo vasta heti ennen jälkeen",
}
"""What never may become a stop lemma: it turns round, weighs, opposes or times what is said (taas, vieläkään)."""
KEPT_LEMMAS = frozenset(lemma for lemmas in KEPT.values() for lemma in lemmas.split())


def _read() -> dict[str, str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)


CATEGORY_OF = _read()
"""Each stop lemma and its category."""
STOP_LEMMAS = frozenset(CATEGORY_OF)
"""Lemmas without a meaning of their own, lower-case."""
