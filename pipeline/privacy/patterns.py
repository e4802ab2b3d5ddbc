"""What identifies a person by its shape: one row per type and shape. A new type is a new row here.

The regex proposes a candidate (its group `id`, where it has one); `accept` says how many of the candidate's characters
are the identifier, 0 for none, and how sure that is. Patterns see spans that are masked already as runs of
`spans.FILLER`. What has no shape of its own (a plate, an address, a number that only the words around it make personal)
is `identifiers`' work.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iban, luhn
from stdnum.fi import hetu, ytunnus


@dataclass(frozen=True, slots=True)
class Pattern:
    """One shape of one type of identifier."""

    type: str
    regex: re.Pattern[str]
    accept: Callable[[str], tuple[int, float]]


SURE, LIKELY, WRONG_CHECK = 1.0, 0.9, 0.6
"""Confidence: a checksum that fits; a shape that hardly anything else has; a checksum that does not fit (a typo)."""


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def _longest_prefix(is_valid: Callable[[str], bool]) -> Callable[[str], tuple[int, float]]:
    """Accept the longest valid part from the start that ends with a group: what follows a number is often one too."""

    def accept(candidate: str) -> tuple[int, float]:
        ends = [len(candidate), *(match.start() for match in re.finditer(r"[\W_]", candidate))]
        return next((end for end in sorted(ends, reverse=True) if is_valid(candidate[:end])), 0), SURE

    return accept


def _whole(candidate: str) -> tuple[int, float]:
    return len(candidate), LIKELY


def _accept_iban(candidate: str) -> tuple[int, float]:
    """The Finnish number inside, if its checksum fits; else all of it, a digit too few or too many."""
    places = [at for at, character in enumerate(candidate) if character.isalnum()]
    if len(places) >= 18 and iban.is_valid("".join(candidate[at] for at in places[:18])):
        return places[17] + 1, SURE
    return len(candidate), WRONG_CHECK


def _accept_hetu(candidate: str) -> tuple[int, float]:
    """A date without separators is enough (a typo in the check sign is still a person), one with them is not.

    Sure is only a check sign that fits a day that was: 29 February 1900 was none, whatever stands behind it.
    """
    compact = re.sub(r"[\s.]", "", re.sub(r"[‐‑‒–—−./](?=\s*[0-9]{3}[0-9A-Z]?$)", "-", candidate, flags=re.IGNORECASE))
    if hetu.is_valid(compact, allow_temporary=True):
        return len(candidate), SURE
    if candidate[-2].isspace():  # the sign that stands apart is none
        return _accept_hetu(candidate[:-2])
    has_date = re.match(r"[0-9]{6}\s*[^\s./]", candidate) is not None
    has_check = re.search(r"[0-9]{3}[0-9A-Z]$", candidate, re.IGNORECASE) is not None
    has_letter = re.match(r"[0-9]{6}\s*[A-FU-Y]", candidate, re.IGNORECASE) is not None
    return (len(candidate), WRONG_CHECK) if has_date and (has_check or has_letter) else (0, 0.0)


def _accept_phone(candidate: str) -> tuple[int, float]:
    """Everything but a number that swallowed a date (044 12.10.2026)."""
    date = re.search(r"(?<![0-9])[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})(?![0-9])", candidate)
    return (0, 0.0) if date else (len(candidate), LIKELY)


def _accept_business_id(candidate: str) -> tuple[int, float]:
    return (len(candidate), SURE) if ytunnus.is_valid(candidate) else (0, 0.0)


START = r"(?<![0-9A-Z])"
"""No letter or digit just before: not the tail of an order or tracking number."""
END = r"(?![0-9])"
DIGIT = r"(?:(?:[\s./–-]{0,2}|\s[–-]\s)[0-9])"
"""A digit of a phone number, with what people put before it."""

DAY, MONTH = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:0?[1-9]|1[0-2])"
MONTH_NAME = r"(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)kuu\w{0,3}"
DATE = rf"""{DAY} (?: [./-] \s? (?:{MONTH}|[IVX]{{1,4}}) [./-] \s? -? | \s* \.? \s* {MONTH_NAME} \s* )
    (?:(?:19|20)? [0-9]{{2}})?"""
STREET = r"""(?:katu|kadu\w{1,3}|tie(?:n|ltä|llä|lle|stä|ssä|tä)?|kuja\w{0,3}|pol(?:ku|u)\w{0,4}|väylä\w{0,3}
    |rait(?:ti|i)\w{0,3}|kaar[ie]\w{0,3}|rinne|rinteellä|rinteen|ranta|rannan|aukio\w{0,3}|kulma|puistikko
    |esplanadi\w{0,3}|bulevardi\w{0,3}
    |penger|vägen|gatan|gränden|stigen|(?<=\s)(?:linja|piha))"""
"""What the names of streets end in, those of ordinary words that a number follows seldom."""
OLD_OR_NEW = r"(?:Vanha|Uusi|Iso|Pikku|Pieni|Vanhan|Uuden|Gamla|Nya|Stora|Lilla)"
FLAT = r"""(?: ,?\s? (?: (?:as|asunto|bst|lgh|lh|h|huone|huoneisto|talo)\.?\s?[0-9]{1,4}
    | (?-i:[A-Za-z])(?![\wåäö]) (?:\s?[0-9]{1,4}(?![0-9]))? (?: :\w{1,4})? ) )"""
"""Stairwell and flat: A 12, as. 5."""
TOWN = r"(?: ,? \s [0-9]{5} (?![0-9]) (?: \s [^\W\d_][\w-]{2,} )? )?"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "HETU",  # ddmmyy, century sign (the new ones since 2023 too), individual number, check sign; dvv.fi
        _regex(r"""(?<![0-9]) (?:0[1-9]|[12][0-9]|3[01]) [\s.]? (?:0[1-9]|1[0-2]) [\s.]? [0-9]{2}
                   \s{0,3} [-+‐‑‒–—−./ABCDEFYXWVU] \s{0,3} [0-9]{3} (?:\s?[0-9A-Z])? (?![0-9A-ZÅÄÖ])"""),
        _accept_hetu,
    ),
    Pattern(
        "IBAN",  # a Finnish one has 18 characters; a wrong digit in it is still somebody's account
        _regex(r"(?:(?<=IBAN)|(?<![0-9A-ZÅÄÖ])) FI [\s-]{0,2} [0-9]{2} (?:[\s_./-]{0,2} [0-9]){12,18} (?![0-9])"),
        _accept_iban,
    ),
    Pattern(
        "IBAN",  # with its middle starred out
        _regex(r"(?<![0-9A-ZÅÄÖ]) FI \s? [0-9]{2} \s? (?:[0-9]{2,4}\s?)? (?:[x*•]{2,}\s?){1,4} [0-9]{2,4} (?![0-9])"),
        _whole,
    ),
    Pattern(
        "IBAN",  # any other country: ISO 13616, only with its checksum and that country's structure
        _regex(r"(?:(?<=IBAN)|(?<![0-9A-ZÅÄÖ])) [A-Z]{2} [0-9]{2} (?:[\s-]? [A-Z0-9]){11,30} (?![0-9A-Z])"),
        _longest_prefix(iban.is_valid),
    ),
    Pattern(
        "CARD",  # ISO/IEC 7812; the first digits of the networks in use
        _regex(rf"{START} (?:2[2-7]|3[04-9]|4[0-9]|5[0-9]|6[0-9]) (?:[\s–-]{{0,2}} [0-9]){{11,17}} {END}"),
        _longest_prefix(lambda text: len(digits := re.sub(r"[^0-9]", "", text)) >= 13 and luhn.is_valid(digits)),
    ),
    Pattern(
        "CARD",  # with its middle starred out: what is left belongs to somebody all the same
        _regex(r"(?<![0-9A-Z]) (?: [0-9]{4} [\s-]? | (?=[x*•]) ) (?: [x*•]{4} [\s-]? ){2,3} [0-9]{4} (?![0-9])"),
        _whole,
    ),
    Pattern(
        "PHONE",  # Finnish mobile numbers: 10 digits by far most often, so that form is tried first
        _regex(
            rf"(?<![0-9A-Z+]) (?<![0-9][.,:]) 0 [\s-]? (?:4[0-9]|50) (?:{DIGIT}{{7}}|{DIGIT}{{8}}|{DIGIT}{{6}}) {END}"
        ),
        _accept_phone,
    ),
    Pattern(
        "PHONE",  # with Finland's country code
        _regex(
            rf"""(?<![0-9A-Z+]) (?:\+\s?|00\s?) 358 [\s–-]{{0,2}} (?:\(0\)\s?)? 0? [\s–-]? [1-9]
                 (?:{DIGIT}{{8}}|{DIGIT}{{9}}|{DIGIT}{{7}}|{DIGIT}{{6}}|{DIGIT}{{5}}) {END}"""
        ),
        _accept_phone,
    ),
    Pattern(
        "PHONE",  # with another country's code: only after a plus, and in groups as people write them
        _regex(rf"(?<![0-9A-Z+]) (?:\+|00\s?(?=[2-9][0-9])) (?!358) [1-9][0-9]{{0,2}} (?:[\s–-]?[0-9]){{7,11}} {END}"),
        _accept_phone,
    ),
    Pattern(
        "PHONE",  # landlines: an area code set apart, then six digits or more; company numbers (010, 020) stay
        _regex(
            rf"""(?<![0-9A-Z]) (?<![0-9][-.,:/]) (?:\(0(?:[2-9]|1[3-9])\)\s?|0(?:[2-35689]|1[3-9])[\s-]{{1,2}})
                 (?!20[0-9]{{2}}(?![0-9])) [0-9]{{3,4}} (?:[\s-]?[0-9]){{3,5}} {END}"""
        ),
        _accept_phone,
    ),
    Pattern(
        "PHONE",  # any number that the words before it call a phone number
        _regex(
            rf"""\b(?:puh|tel|gsm|puhelin(?:numero)?(?:ni|mme)?|puhelimeni|soita|soittakaa|soittaa) [.:]? \s+
                 (?:numeroon\s+|on\s+)? (?P<id> 0[1-9] {DIGIT}{{5,9}}) {END}"""
        ),
        _accept_phone,
    ),
    Pattern(
        "EMAIL",
        _regex(r"(?<![\w.+%'-]) [\w.+%'-]++ @ [\w-]+ (?:\.[\w-]+)* \.[A-Z]{2,}"),
        _whole,
    ),
    Pattern(
        "EMAIL",  # written so that robots do not find it, or cut off
        _regex(r"""(?<![\w.+%'-]) (?: [\w.+%']+ -(?:at|ät)- [\w-]+ (?:\.[\w-]+)+
               | [\w.+%'-]++ (?: \s?[(\[]\s?(?:at|ät|a|miukumauku)\s?[)\]]\s? [\w-]+ (?:\.[\w-]+)+
               | @ (?: \s? [\w-]+ \s? [.,] \s? (?:fi|com|net|org|se|eu|ee) (?!\w) )? ) )"""),
        _whole,
    ),
    Pattern(
        "BUSINESS_ID",
        _regex(rf"{START} [0-9]{{6,7}} [-–] [0-9] {END} (?!-)"),
        _accept_business_id,
    ),
    Pattern(
        "BUSINESS_ID",  # called one, so a wrong check digit does not matter
        _regex(rf"\b y \s? [-–]? \s? tunnu\w* \s* (?:on\b)? [\s:]* (?P<id> [0-9]{{6,7}} \s? [-–]? \s? [0-9]) {END}"),
        _whole,
    ),
    Pattern(
        "DATE_OF_BIRTH",  # a date that is said to be one
        _regex(
            rf"""\b (?: synt\.? | syntynyt | syntyi | syntymä(?:aika|päivä)\w* | s\.\s?a?\.? ) [\s:]* (?:on\s+|ovat\s+)?
                 (?P<id> {DATE} ) {END}"""
        ),
        _whole,
    ),
    Pattern(
        "ADDRESS",  # a street with its number, both as one writes them
        _regex(
            rf"""(?-i:(?<![\w-]) (?:{OLD_OR_NEW}\s)?
                 (?: [A-ZÅÄÖ][\w-]+ {STREET} | (?:[A-ZÅÄÖ][\w-]+\s)? [A-ZÅÄÖ][\w-]+[ns] \s [a-zåäö]* {STREET} ))
                 \s [0-9]{{1,4}} (?: \s?-\s?[0-9]{{1,3}} )? (?: :\w{{1,3}} | {FLAT} )?
                 (?! [0-9] | \.[0-9] | \s?[€%] | \s(?:euro|kpl|min)) {TOWN}"""
        ),
        _whole,
    ),
    Pattern(
        "DATE_OF_BIRTH",  # the same the other way round
        _regex(rf"(?<![0-9.,/-]) (?P<id> {DATE} ) \s+ synt(?:\.|yny|ynyt|yneen|yi)(?!\w)"),
        _whole,
    ),
    Pattern(
        "ADDRESS",  # a house by whatever name, if a postcode and a town follow
        _regex(
            rf"""(?-i:(?<![\w-]) [A-ZÅÄÖ][\wåäöÅÄÖ-]+ (?:\s[a-zåäö]+)? ) \s [0-9]{{1,4}} {FLAT}? ,? \s [0-9]{{5}} \s
                 (?-i:[A-ZÅÄÖ])[\wåäöÅÄÖ-]+"""
        ),
        _whole,
    ),
    Pattern(
        "ADDRESS",  # a box or a postcode with a town
        _regex(r"(?-i:(?<![\w.,]) (?:P\.?L\.?|Box) \s? [0-9]{1,5} (?:,?\s[0-9]{5}\s[A-ZÅÄÖ][\wåäö-]+)? )"),
        _whole,
    ),
)

PERSON = "PERSON"
TYPES: tuple[str, ...] = (*dict.fromkeys(pattern.type for pattern in PATTERNS), "PLATE", "CUSTOMER_ID", PERSON)
"""Everything that is masked, by the name that stands in its place."""
