"""What identifies a person by its shape: one row per type and shape. A new type is a new row here.

The regex proposes a candidate (its group `id`, where it has one); `accept` says how many of the candidate's characters
are the identifier, 0 for none. Patterns see spans that are masked already as runs of `masking.FILLER`.
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
    accept: Callable[[str], int]


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def _longest_prefix(is_valid: Callable[[str], bool]) -> Callable[[str], int]:
    """Accept the longest valid part from the start that ends with a group: what follows a number is often one too."""

    def accept(candidate: str) -> int:
        ends = [len(candidate), *(match.start() for match in re.finditer(r"[\W_]", candidate))]
        return next((end for end in sorted(ends, reverse=True) if is_valid(candidate[:end])), 0)

    return accept


def _accept_hetu(candidate: str) -> int:
    """A date without separators is enough (a typo in the check sign is still a person), one with them is not."""
    compact = re.sub(r"[\s.]", "", re.sub(r"[‐‑‒–—−]", "-", candidate))
    has_separators = re.match(r"[0-9]{6}", candidate) is None
    return 0 if has_separators and not hetu.is_valid(compact, allow_temporary=True) else len(candidate)


def _accept_phone(candidate: str) -> int:
    """Everything but a number that swallowed a date (044 12.10.2026)."""
    return (
        0
        if re.search(r"(?<![0-9])[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})(?![0-9])", candidate)
        else len(candidate)
    )


def _accept_business_id(candidate: str) -> int:
    return len(candidate) if ytunnus.is_valid(candidate) else 0


START = r"(?<![0-9A-Z])"
"""No letter or digit just before: not the tail of an order or tracking number."""
END = r"(?![0-9])"
DIGIT = r"(?:[\s./–-]{0,2}[0-9])"
"""A digit of a phone number, with what people put before it."""

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "HETU",  # ddmmyy, century sign (the new ones since 2023 too), individual number, check sign; dvv.fi
        _regex(r"""(?<![0-9]) (?:0[1-9]|[12][0-9]|3[01]) [\s.]? (?:0[1-9]|1[0-2]) [\s.]? [0-9]{2}
                   \s{0,3} [-+‐‑‒–—−ABCDEFYXWVU] \s{0,3} [0-9]{3} [0-9A-Z] (?![0-9A-ZÅÄÖ])"""),
        _accept_hetu,
    ),
    Pattern(
        "IBAN",  # a Finnish one has 18 characters; a wrong digit in it is still somebody's account
        _regex(rf"(?:(?<=IBAN)|(?<![0-9A-ZÅÄÖ])) FI [\s-]{{0,2}} [0-9]{{2}} (?:[\s-]{{0,2}} [0-9]){{14}} {END}"),
        len,
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
        _regex(rf"(?<![0-9A-Z+]) \+ (?!358) [1-9][0-9]{{0,2}} (?:[\s–-]?[0-9]){{7,11}} {END}"),
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
        _regex(r"(?<![\w.+%-]) [\w.+%-]++ @ [\w-]+ (?:\.[\w-]+)* \.[A-Z]{2,}"),
        len,
    ),
    Pattern(
        "BUSINESS_ID",
        _regex(rf"{START} [0-9]{{6,7}} [-–] [0-9] {END} (?!-)"),
        _accept_business_id,
    ),
    Pattern(
        "BUSINESS_ID",  # called one, so a wrong check digit does not matter
        _regex(rf"\b y \s? [-–]? \s? tunnu\w* \s* (?:on\b)? [\s:]* (?P<id> [0-9]{{6,7}} \s? [-–]? \s? [0-9]) {END}"),
        len,
    ),
)

PERSON = "PERSON"
TYPES: tuple[str, ...] = (*dict.fromkeys(pattern.type for pattern in PATTERNS), PERSON)
