"""Colloquial and dialectal word forms in standard spelling, from three tables that lie beside this file.

    colloquial_forms.tsv    frequent forms one by one, with every reading they have (et: että, ei)
    colloquial_words.tsv    slang and borrowed words that dictionaries lack: lemma, part of speech and stems
    colloquial_rules.tsv    rewrites of a colloquial form towards the standard, each with its reason and examples

In the patterns A, O and U stand for the vowel of either harmony (a or ä); in the replacements for the one that fits
the letters before it. A closed-table row knows its lemma; what a rewrite gives is for a dictionary to look up.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from csv import DictReader
from dataclasses import dataclass, replace
from functools import cache
from heapq import heappop, heappush
from pathlib import Path

MAX_RULES = 3
"""How many rewrites may come together in one word: semmost → semmosta → semmoista is two."""
MAX_COST = 4.0
MARGIN = 1.6
"""A variant that costs so much more than the cheapest is not offered."""
MAX_VARIANTS = 8
MAX_LOOKUPS = 36
"""How many candidates are looked up in the dictionary, cheapest first: 20 µs each with Voikko."""
TYPO_COST = 4.0
MIN_TYPO_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading of a form in the closed tables."""

    normal: str
    """Standard spelling."""
    lemma: str
    upos: str
    rule: str
    """The id of its group in colloquial_rules.tsv, then `+` and those of what was stripped; `standard`: as it is."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A standard spelling that a form may stand for."""

    normal: str
    rules: tuple[str, ...]
    """Ids in colloquial_rules.tsv, in the order they were applied; `typo` for an edit of one letter."""
    cost: float
    """0 is certain; costs of rules add up. Only their order means something."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of colloquial_rules.tsv with its pattern compiled; a `group` has none and only explains closed rows."""

    id: str
    kind: str
    pattern: re.Pattern[str]
    replacement: str
    cost: float
    examples: tuple[tuple[str, str], ...]
    why: str


def entries(form: str) -> tuple[Entry, ...]:
    """The closed-table readings of a word form in any case, most probable first; () if there are none.

    Tried in turn: the form itself, a numeral put together, an inflected slang word, the form with stretched letters
    made short, and the form without clitics (mullaki → mulla + kin).
    """
    form = form.lower()
    return _exact(form) or _unstretched(form) or _without_clitic(form)


def variants(form: str, is_word: Callable[[str], bool]) -> list[Variant]:
    """Standard spellings of `form` that `is_word` accepts, cheapest first, at most `MAX_VARIANTS`; [] if none.

    A best-first search over the rewrites, at most `MAX_RULES` deep. The form itself is never among them. Slang words
    of our own table count as words too: `entries` knows their lemma. Only where no rule helps, one-letter typos are
    tried.
    """
    form = form.lower()
    return _rewritten(form, is_word) or _respelt(form, is_word)


ALSO = frozenset({"maan-contracted", "i-past", "nut", "past-si", "tta-ttaa"})
"""Rules that make verbs of forms that are standard words too: toimiin (toimi, toimimaan), alko (alko, alkoi)."""


def alternatives(form: str, is_word: Callable[[str], bool]) -> list[Variant]:
    """Standard verb forms that a form may stand for although it is a standard word: one rule of `ALSO` away."""
    form = form.lower()
    return [
        Variant(word, (rule.id,), rule.cost)
        for rule, word in _rewrites(form, rules=_also_rules())
        if word != form and is_word(word)
    ]


# --- closed tables


def _exact(form: str) -> tuple[Entry, ...]:
    return _forms().get(form) or _number(form) or _slang(form)


def _unstretched(form: str) -> tuple[Entry, ...]:
    """Stretched letters made short: meeeen → meen."""
    for rule, letters in (("stretch-two", r"\1\1"), ("stretch-one", r"\1")):
        short = _STRETCH.sub(letters, form)
        if short != form and (found := _exact(short)):
            return tuple(replace(entry, rule=f"{entry.rule}+{rule}") for entry in found)
    return ()


_STRETCH = re.compile(r"(\w)\1{2,}")


CLITIC_GROUPS = ("pronoun", "olla", "verb", "adverb", "number")
"""Rows that take clitics; conjunctions and abbreviations do not (kukin is not ku + kin)."""


def _without_clitic(form: str) -> tuple[Entry, ...]:
    """Without its clitic: mullaki → minullakin; never a standard word such as mäki, which has a row of its own."""
    for rule in _clitic_rules():
        if match := rule.pattern.search(form):
            found = [entry for entry in _forms().get(form[: match.start()], ()) if entry.rule in CLITIC_GROUPS]
            if found:
                return tuple(_with_clitic(entry, rule) for entry in found)
    return ()


def _with_clitic(entry: Entry, rule: Rule) -> Entry:
    normal = entry.normal + _harmonic(rule.replacement, entry.normal)
    return replace(entry, normal=normal, rule=f"{entry.rule}+{rule.id}")


_UNITS = {
    **dict.fromkeys(("yks", "yksi"), "yksi"),
    **dict.fromkeys(("kaks", "kaksi"), "kaksi"),
    **dict.fromkeys(("kol", "kolme"), "kolme"),
    **dict.fromkeys(("nel", "neljä"), "neljä"),
    **dict.fromkeys(("viis", "viisi"), "viisi"),
    **dict.fromkeys(("kuus", "kuusi"), "kuusi"),
    **dict.fromkeys(("seit", "seiten", "seittemän", "seitsemän"), "seitsemän"),
    **dict.fromkeys(("kaheksan", "kaheksa", "kahdeksan", "kasi"), "kahdeksan"),
    **dict.fromkeys(("yheksän", "yheksä", "yhyreksän", "yhdeksän", "ysi"), "yhdeksän"),
}
_PLACES = {"tuhat": "tuhat", "tuhatta": "tuhatta", "sata": "sata", "sataa": "sataa", "sattoo": "sataa"} | {
    **dict.fromkeys(("kyt", "kytä", "kymmentä", "kent"), "kymmentä"),
    **dict.fromkeys(("toist", "toista", "tois"), "toista"),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?:({_UNIT})?(tuhatta|tuhat))?(?:({_UNIT})?(sataa|sattoo|sata))?"
    rf"(?:({_UNIT})(kymmentä|kytä|kyt|kent))?(?:({_UNIT})(toista|toist|tois)?)?"
)


def _number(form: str) -> tuple[Entry, ...]:
    """A numeral put together: kakskytviis → kaksikymmentäviisi; () for one in standard spelling."""
    match = _NUMBER.fullmatch(form)
    parts = [part for part in match.groups() if part] if match else []
    normal = "".join(_UNITS.get(part) or _PLACES[part] for part in parts)
    return (Entry(normal, normal, "NUM", "number"),) if len(parts) > 1 and normal != form else ()


_NOMINAL_ENDING = re.compile(
    r"n?|t|[aä]|t[aä]|ss[aä]|st[aä]|ll[aä]|lt[aä]|lle|ksi|n[aä]|tt[aä]|seen|([aeiouyäö])(?:\1n)?|[aeiouyäö]n"
    r"|in|iin|hin|ihin|en|een|[eij](?:d?en|tten|n)|ja|jä|jen|i?(?:t[aä]|ss[aä]|st[aä]|ll[aä]|lt[aä]|lle|ksi|n[aä]|den|tten|hin)"
)
_VERB_ENDING = re.compile(
    r"(?:[aä]|[eio])?(?:n|t|mme|tte|v[aä]t)?|(?:t[aä]|d[aä]|[aä])|i?s[i]?(?:n|t|mme|tte|v[aä]t)?|isi(?:n|t|mme|tte|v[aä]t)?"
    r"|[aeiä]?isi(?:n|t|mme|tte|v[aä]t)?|[dt]?[aä]{2}n|tt?iin|tt?[uy](?:[nta]|j[aä]|ssa)?|tt?[aä]isiin|tt?[aä]v[aä]\w*"
    r"|n?n[uy]t|n?neet?\w*|k[aä]{2}|[aä]?m(?:[aä]{2}n|[aä]ss[aä]|[aä]st[aä]|[aä]ll[aä]|[aä]tt[aä])|[aä]?mi(?:nen|s\w+)"
)
_TAIL = re.compile(r"(?:ni|si|ns[aä]|mme|nne)?(?:k[oö])?(?:h[aä]n|kin|k[aä]{2}n|p[aä]s?)?$")


def _slang(form: str) -> tuple[Entry, ...]:
    """The reading of an inflected slang word with standard endings: a known stem and an ending that may follow it."""
    for cut in range(len(form), 1, -1):
        for lemma, upos in _stems().get(form[:cut], ()):
            if form == lemma or _is_ending(form[cut:], lemma, upos):
                return (Entry(form, lemma, upos, "slang"),)
    return ()


def _is_ending(end: str, lemma: str, upos: str) -> bool:
    """Whether `end` may follow a stem of `lemma`; a bare stem is a word only in verbs such as resetoi-da."""
    contracted = lemma.endswith(("ata", "ätä"))  # tsekkaa-n: the vowel is long, so that hanska-t is no form of it
    for bare in dict.fromkeys((end, _TAIL.sub("", end))):
        if upos != "VERB":
            if bare and _NOMINAL_ENDING.fullmatch(bare):
                return True
        elif _VERB_ENDING.fullmatch(bare) and not (contracted and bare in ("", "n", "t", "mme", "tte")):
            return True
    return False


# --- rewrites


def _rewritten(form: str, is_word: Callable[[str], bool]) -> list[Variant]:
    queue: list[tuple[float, str, tuple[str, ...]]] = [(0.0, form, ())]
    found: list[Variant] = []
    done: set[str] = set()
    limit = MAX_COST
    while queue and queue[0][0] <= limit and len(found) < MAX_VARIANTS and len(done) < MAX_LOOKUPS:
        cost, word, ids = heappop(queue)
        if word in done:
            continue
        done.add(word)
        if ids and (is_word(word) or _slang(word)):
            found.append(Variant(word, ids, round(cost, 2)))
            if ids == ("stretch-two",):
                return found  # jooooo is joo, not jo
            limit = min(limit, found[0].cost + MARGIN)
        elif len(ids) < MAX_RULES:
            for rule, rewritten in _rewrites(word, limit - cost):
                if rewritten not in done:
                    heappush(queue, (cost + rule.cost, rewritten, (*ids, rule.id)))
    return found


def _rewrites(word: str, budget: float = MAX_COST, rules: Sequence[Rule] | None = None) -> Iterator[tuple[Rule, str]]:
    """Every word that one rule of at most the cost `budget` makes of `word` in one place, cheapest first."""
    for rule in _rewrite_rules() if rules is None else rules:
        if rule.cost > budget:
            return
        for match in rule.pattern.finditer(word):
            yield rule, _replaced(word, match, rule.replacement)


def _replaced(word: str, match: re.Match[str], replacement: str) -> str:
    if replacement == "@dots":
        return word.translate(_DOTS)
    before, after = word[: match.start()], word[match.end() :]
    new = _GROUP.sub(lambda group: match[int(group[1])], replacement)
    return before + (new if new.islower() or not new else _harmonic(new, before)) + after


_GROUP = re.compile(r"\\(\d)")
_DOTS = str.maketrans("ao", "äö")
_FRONT = str.maketrans("AOU", "äöy")
_BACK = str.maketrans("AOU", "aou")


def _harmonic(ending: str, before: str) -> str:
    """Its A, O, U as the last harmonic vowel of `before` wants them; front where there is none (tie-llä)."""
    sounds = before + ending  # whose own small letters count too: the o of kert + omAAn
    last = max(sounds.rfind(vowel) for vowel in "aou"), max(sounds.rfind(vowel) for vowel in "äöy")
    return ending.translate(_BACK if last[0] > last[1] else _FRONT)


def _respelt(form: str, is_word: Callable[[str], bool]) -> list[Variant]:
    """Words one slip of the finger away: two letters swapped, one doubled, one too many, a vowel left out."""
    if len(form) < MIN_TYPO_LENGTH:
        return []
    cuts = [(form[:place], form[place:]) for place in range(1, len(form))]
    edits = [head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1]
    edits += [head + head[-1] + tail for head, tail in cuts] + [head + tail[1:] for head, tail in cuts]
    edits += [head + vowel + tail for head, tail in cuts for vowel in "aeiouyäö"]
    words = [word for word in dict.fromkeys(edits) if word != form and is_word(word)]
    return [Variant(word, ("typo",), TYPO_COST) for word in words[:MAX_VARIANTS]]


# --- the files


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(DictReader(file, delimiter="\t", quoting=3))


@cache
def _forms() -> dict[str, tuple[Entry, ...]]:
    table: dict[str, tuple[Entry, ...]] = {}
    for row in _rows("colloquial_forms.tsv"):
        form = row.pop("form")
        table[form] = (*table.get(form, ()), Entry(**row))
    return table


@cache
def _stems() -> dict[str, tuple[tuple[str, str], ...]]:
    table: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in _rows("colloquial_words.tsv"):
        for stem in row["stems"].split():
            table[stem] = (*table.get(stem, ()), (row["lemma"], row["upos"]))
    return table


@cache
def rules() -> tuple[Rule, ...]:
    """All rows of colloquial_rules.tsv, in order."""
    return tuple(
        Rule(
            id=row["id"],
            kind=row["kind"],
            pattern=re.compile(re.sub("[AOU]", lambda letter: _EITHER[letter[0]], row["pattern"])),
            replacement=row["replacement"],
            cost=float(row["cost"]),
            examples=tuple(zip(row["example_from"].split(), row["example_to"].split(), strict=True)),
            why=row["why"],
        )
        for row in _rows("colloquial_rules.tsv")
    )


_EITHER = {"A": "[aä]", "O": "[oö]", "U": "[uy]"}


@cache
def _rewrite_rules() -> tuple[Rule, ...]:
    return tuple(sorted((rule for rule in rules() if rule.kind == "rewrite"), key=lambda rule: rule.cost))


@cache
def _also_rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in _rewrite_rules() if rule.id in ALSO)


@cache
def _clitic_rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if rule.kind == "clitic")
