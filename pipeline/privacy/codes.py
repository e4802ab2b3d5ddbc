"""What of a text reads as a number, a code, a spelled word or a street: `pieces`, whose type others decide.

A piece is a stretch of neighbouring words that say digits (`nelkytyks`, `kakskytseittemäs`, 0401), letters (`äf ii`),
marks (`viiva`) or a street (`koivukuja kolmosessa`). Pieces with nothing but hesitation between them make a group: a
number that was said in parts, or corrected.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.numerals import digits_of


def words(text: str) -> frozenset[str]:
    """A list of words in a table of this package."""
    return frozenset(text.split())


LETTERS = {
    **{"aa": "A", "bee": "B", "cee": "C", "see": "C", "dee": "D", "ee": "E", "äf": "F", "äffä": "F", "äff": "F"},
    **{"gee": "G", "hoo": "H", "ii": "I", "jii": "J", "jiit": "J", "koo": "K", "äl": "L", "ällä": "L", "äm": "M"},
    **{"ämmä": "M", "än": "N", "en": "N", "ännä": "N", "oo": "O", "pee": "P", "kuu": "Q", "är": "R", "ärrä": "R"},
    **{"äs": "S", "äss": "S", "ässä": "S", "tee": "T", "uu": "U", "vee": "V", "tuplavee": "W", "kaksoisvee": "W"},
    **{"äks": "X", "äksä": "X", "äx": "X", "yy": "Y", "tset": "Z", "zeta": "Z", "tsetta": "Z", "ää": "Ä", "öö": "Ö"},
    **{
        "äkksä": "X",
        "iks": "X",
        "hå": "H",
        "el": "L",
        "em": "M",
        "er": "R",
        "es": "S",
        "ef": "F",
        "eks": "X",
        "äcks": "X",
    },
}
"""The Finnish names of the letters, as a recogniser writes them."""
AMBIGUOUS = words("en oo tee ee ii kuu see es el em er vee on ää öö aa")
"""Names of letters that are words or hesitation too."""
LEADING = AMBIGUOUS - {"aa", "ee", "cee", "el"}
"""Those that hardly ever are a letter where digits follow."""
MARKS = {
    **dict.fromkeys(("viiva", "väliviiva", "tavuviiva", "miinus", "-", "–"), "-"),
    **dict.fromkeys(("plus", "plussa", "+"), "+"),
    **dict.fromkeys(("kauttaviiva", "kautta", "kenoviiva", "/"), "/"),
    **dict.fromkeys(("piste", "pilkku"), "."),
    **dict.fromkeys(("alaviiva", "alleviiva"), "_"),
}
HESITATION = words(
    """
    ja sit sitten sitte siit siitä tota tuota öö ööö öh mm hmm no siis joo juu niin niinku niinkun eiku ei ku kun
    vaan anteeks anteeksi sori eli elikkä elikä loppuun lopussa loppu lopuksi vielä odotas odota hetki oota ootas
    oho hups äh se on tai nej alku alkaa ensin
    """
)
MASKED = "#"
"""The kind of a word that is masked already, in part or as a whole."""
AS_IN = words("niinku niinkun niinkuin kuin kuten")
"""What stands between a letter and the name that spells it: bee niinkun bertta."""
MAX_HESITATION = 5
"""So many words of hesitation may stand inside one group."""
HOUSING = words(
    """
    rappu rappua rapussa rapun porras portaan asunto asunnossa asunnon as huone huoneisto huoneessa talo talossa ovi
    lgh bostad numero numeroon numerossa nro krs kerros päivä päivänä päivää
    """
)
"""Words inside an address, where a street or a number stands beside them."""
HOMES = words("rappu rapussa asunto asunnossa asunnon as huoneisto talo talossa lgh")
"""Those of them that an address, or the rest of one, may begin with."""
MONTH_STEMS = "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu"
MONTHS = {stem: f"{number:02d}" for number, stem in enumerate(MONTH_STEMS.split(), start=1)}
MONTH = re.compile(rf"({'|'.join(MONTHS)})kuu\w{{0,5}}")
ORDINAL_UNITS = {
    **{"ensimmäi": 1, "ensimäi": 1, "yhde": 1, "yhe": 1, "toise": 2, "toi": 2, "kahde": 2, "kahe": 2, "kolma": 3},
    **{"neljä": 4, "viide": 5, "kuude": 6, "seitsemä": 7, "seittemä": 7, "kahdeksa": 8, "kaheksa": 8, "yhdeksä": 9},
    **{"yheksä": 9, "kymmene": 10},
}
ORDINAL = re.compile(
    rf"""(?P<tens>(?:kahde|kahe|kaks|kol|kolma|kolme)(?:s|nne)?k(?:ymmenes?|yt|yn))?
        (?: (?P<unit>{"|".join(sorted(ORDINAL_UNITS, key=len, reverse=True))})
            (?:s|nen|stä|sen|t[tn][aä]|nne[ns]|nten[aä]) (?P<teen>toista?)? )?""",
    re.VERBOSE,
)
"""Days and months as ordinals: kahdestoista, kuudetta, kakskytseittemäs."""
NOUNS = {
    **{"noll": "0", "ykkö": "1", "kakko": "2", "kolmo": "3", "nelo": "4", "vito": "5", "viito": "5", "kuto": "6"},
    **{"seisk": "7", "kasi": "8", "kaseja": "8", "ysi": "9", "ysejä": "9", "kymp": "10"},
    **{"kol": "3", "nel": "4", "seit": "7", "kahes": "8", "kaheks": "8", "yhes": "9", "yheks": "9"},
}
NOUN = re.compile(
    r"(noll)(?:a[aänt]?|aan|ia|in|i?ien|[ai](?:ll|lt|st|ss|n)[aeä]\w{0,2})|(ykkö|kakko|kolmo|nelo|viito|vito|kuto)(?:n|s|nen|se\w*|st[aä]\w*|si[aäil]\w*)|(seisk)[ao]\w*"
    r"|(kaseja|ysejä)|(kasi|ysi)\w{0,4}|(kymp)p?[ip]\w*|(kol|nel|seit|kaheks|kahes|yheks|yhes)"
)
"""Numbers as nouns, ykkönen, kutosessa, viitosta, and digits cut short: kol, nel, kaheks."""
TIMES = {"tupla": 2, "tripla": 3}
"""A digit said once and meant so often: tuplanolla, triplakasi."""
SWEDISH = {
    **{"noll": "0", "ett": "1", "två": "2", "tre": "3", "fyra": "4", "fem": "5", "sex": "6", "sju": "7", "åtta": "8"},
    **{"nio": "9", "tio": "10", "elva": "11", "tolv": "12", "tretton": "13", "fjorton": "14", "femton": "15"},
    **{"sexton": "16", "sjutton": "17", "arton": "18", "nitton": "19", "tjugo": "20"},
}
NUMERAL_START = re.compile(
    r"nol|yk|yht|yhd|yhe|kak|kah|kol|nel|vii|kuu|sei|kym|kyt|sata|sad|tuh|milj|ys|kas|ykk|vit|kut|ens|toi|tupl|tripl"
)
STREET = re.compile(
    r"""(?P<name>\w[\w-]*?)? (?:
        (?P<sure>ka[td]u|tie|kuj[ai]|pol[k]?u|väyl[äi]|rait?t?i|kaar[ie]|väge?n|gata?n?|gränden|stigen)
      | (?P<weak>rin(?:ne|tee)|aukio|kulm[ai]|ran[tn][ain]|mäk?[ie]|puisto|puistik?ko|pih[ai]|port?t?i|sil[tl][ao]|tori
           |laituri|linja|esplanadi|bulevardi|penger|penkere|niit[ty]y|kallio|niemi|torppa|suora|perä|rant[ae]|laita)
      ) (?:e|en|et|eä|n|a|ä|t|ta|tä|hen|stä|on|un|yn|an|än|in|een|lla|llä|l|lle|lta|ltä|lt|ssa|ssä|s|sta|stä|st|hin
           |hen|:\w{1,4})?
      (?:ni|si|mme|nne|nsa|nsä|kin|ko|kö|han|hän)?""",
    re.VERBOSE,
)
ORDINARY = words(
    """
    tie tien tietä tiellä katu kadun kadulla polku piha pihan pihalla silta tori torilla ranta rannalla mäki kulma
    linja kuja puisto suora perä kallio niemi rautatie rautatien rautatiellä maantie maantien valtatie valtatien
    moottoritie pyörätie kävelytie tietie hengitystie jalkakäytävä jokiranta uimaranta leikkipuisto kauppatori
    kotiportti kotipiha takapiha etupiha sisäpiha pihatie mökkitie yksityistie lentoasema parkkipaikka kotikatu
    kotikadun kävelykatu kaupunki näyttelytie puhelinlinja asiakaslinja vikalinja neuvontalinja bussilinja tulostie
    uutislinja kotisilta
    """
)
"""Words of such an ending that name no street."""
BARE = words(
    """
    tie katu kuja polku väylä raitti kaari puistotie puistokatu linja piha vägen gatan gränden stigen esplanadi
    bulevardi tietä kadun tien kadulla tiellä
    """
)
"""Streets named by the word before too: Tammiston puistotie, gamla vägen."""
CHUNK = re.compile(r"[^\s,;!?()\"“”»…]+")
EDGES = ".:'’-–*"
BREAK = re.compile(r"[,;!?()\n]|\.\s")
"""What ends a piece in writing."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text as codes see it.

    `kind` is d digits, n numeral, o ordinal, m month, l letter, x mark, s street, h housing, p hesitation, v Swedish
    numeral, # something masked, w anything else; `symbol` what it says.
    """

    start: int
    end: int
    text: str
    kind: str
    symbol: str
    breaks: bool
    """Whether a comma or the like stands before it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words `first` to `last` (inclusive) of a text, and the number of its group."""

    first: int
    last: int
    group: int


def read_words(text: str) -> list[Word]:
    """The words of a text with what each may say."""
    words: list[Word] = []
    for match in CHUNK.finditer(text):
        chunk = match[0]
        start = match.start() + len(chunk) - len(chunk.lstrip(EDGES))
        core = chunk.strip(EDGES)
        if not core:
            start, core = match.start(), chunk
        lower = core.lower()
        kind, symbol = kind_of_word(lower)
        text_ = MASKED if kind == MASKED else core
        words.append(Word(start, start + len(core), text_, kind, symbol, _breaks(text, words, start)))
    return words


def _breaks(text: str, words: Sequence[Word], start: int) -> bool:
    """Whether writing stops before `start`; not after the dot of `as. 3` or the day of `7. huhtikuuta`."""
    if not words:
        return False
    found = BREAK.search(text, words[-1].end, start)
    return found is not None and not (found[0][0] == "." and (words[-1].kind == "h" or words[-1].text.isdigit()))


@lru_cache(maxsize=1 << 15)
def kind_of_word(word: str) -> tuple[str, str]:
    """Kind and symbol of a lower-case word."""
    if "\ue000" in word:
        return MASKED, ""
    if re.search(r"[0-9]", word):
        return "d", re.sub(r"[^0-9A-ZÅÄÖ+/._@,:-]", "", word.upper())
    if word in MARKS:
        return "x", MARKS[word]
    if word in LETTERS:
        return "l", LETTERS[word]
    if len(word) == 1 and word.isalpha():
        return "l", word.upper()
    if word in HESITATION:
        return "p", ""
    if NUMERAL_START.match(word) and (said := _said(word)):
        return said
    if found := MONTH.fullmatch(word):
        return "m", MONTHS[found[1]]
    if word in HOUSING:
        return "h", ""
    if word in ("pl", "box", "postilokero"):
        return "s", "sure"
    if (
        (found := STREET.fullmatch(word))
        and word not in ORDINARY - BARE
        and (len(found["name"] or "") >= 2 or word in BARE)
    ):
        return "s", "sure" if found["sure"] else "weak"
    if word in SWEDISH:
        return "v", SWEDISH[word]
    return "w", ""


def _said(word: str) -> tuple[str, str] | None:
    if found := NOUN.fullmatch(word):
        return "n", NOUNS[next(part for part in found.groups() if part)]
    if digits := digits_of(word):
        return "n", digits
    times, rest = next(((TIMES[first], word[len(first) :]) for first in TIMES if word.startswith(first)), (0, ""))
    if times and (said := _said(rest)) and len(said[1]) == 1:
        return "n", said[1] * times
    found = ORDINAL.fullmatch(word)
    if word in ("toista", "toinen"):
        return ("o", "02") if word == "toista" else None
    if not found or not (found["tens"] or found["unit"]):
        return None
    tens = 0 if not found["tens"] else 30 if found["tens"].startswith("kol") else 20
    return "o", f"{tens + ORDINAL_UNITS.get(found['unit'], 0) + (10 if found['teen'] else 0):02d}"


def pieces(words: Sequence[Word]) -> list[Piece]:
    """The pieces among `words`, in order."""
    found: list[Piece] = []
    group, start = -1, 0
    while start < len(words):
        may_start = words[start].kind == "x" or words[start].text.lower() in HOMES
        if words[start].kind not in "dnols" and not (may_start and _says_code(words, start + 1)):
            start += 1
            continue
        end = _end_of(words, start)
        first, last = _trimmed(words, start, end)
        if first <= last:
            if not found or not _goes_on_from(words, found[-1].last, first):
                group += 1
            found.append(Piece(first, last, group))
        start = end
    return found


def _end_of(words: Sequence[Word], start: int) -> int:
    """Where the piece that begins at `start` ends, exclusive."""
    end = start + 1
    has_street = words[start].kind == "s"
    while end < len(words) and not words[end].breaks:
        kind = words[end].kind
        if kind == "s":
            break
        if kind in "dnolx" or (kind in "mh" and _goes_on(words, end)) or (kind == "v" and has_street):
            end += 1
        elif (
            words[end].text.lower() in ("niinku", "niinkun", "niinkuin", "kuin", "kuten") and words[end - 1].kind == "l"
        ):
            end = min(end + 2, len(words))  # bee niinkun bertta
        else:
            break
    return end


def _goes_on(words: Sequence[Word], at: int) -> bool:
    """Whether a month or a word of an address has a number or a letter on its other side too."""
    while at < len(words) and words[at].kind in "hm" and not words[at].breaks:
        at += 1
    return _says_code(words, at) or words[at - 1].kind == "m"


def _says_code(words: Sequence[Word], at: int) -> bool:
    return at < len(words) and words[at].kind in "dnol" and not words[at].breaks


def _trimmed(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """The piece without marks and doubtful letters at its ends; empty if only such are left."""
    first, last = start, end - 1
    if all(words[n].kind == "x" or words[n].text.lower() in AMBIGUOUS for n in range(first, end)):
        return 1, 0
    while (
        first < last
        and words[first].text.lower() in LEADING
        and words[first + 1].kind not in "lx"
        and words[first + 1].text.lower() not in AS_IN
    ):
        first += 1
    if first == last and words[first].text.lower() in AMBIGUOUS:
        return 1, 0
    goes_on = end < len(words) and not words[end].breaks and words[end].kind == "w"
    while last >= first and words[last].kind == "l" and words[last].text.lower() in AMBIGUOUS and goes_on:
        last -= 1
    return first, last


def _goes_on_from(words: Sequence[Word], last: int, first: int) -> bool:
    """Whether the piece that begins at `first` belongs to the group of the one that ends at `last`.

    A comma ends a group in writing, but not between numbers in words: there it only says that the speaker breathed.
    """
    is_said = words[last].kind == words[first].kind == "n"
    return (is_said or not words[first].breaks) and _is_hesitation(words, last + 1, first)


def _is_hesitation(words: Sequence[Word], first: int, end: int) -> bool:
    gap = words[first:end]
    return len(gap) <= MAX_HESITATION and all(word.kind in "px" or word.text.lower() in AMBIGUOUS for word in gap)


def symbols(words: Sequence[Word], piece: Piece) -> str:
    """What a piece says: digits, capital letters and marks in one string."""
    return "".join(word.symbol for word in words[piece.first : piece.last + 1] if word.kind in "dnomlxv")


def groups(found: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The pieces, group by group."""
    group: list[Piece] = []
    for piece in found:
        if group and group[0].group != piece.group:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group
