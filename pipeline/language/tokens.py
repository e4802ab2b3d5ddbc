"""Cut text into tokens. Shared by all lemmatizers, so that a token is the same thing whichever one reads it."""

import re

from pipeline.conversation import Token

WORD = "X"
"""The UPOS of a token whose form does not tell its part of speech: a word, left to the lemmatizer."""

_NUMBER = r"(?>(?!0)\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)(?![ \u00a0]\d{4})|\d+(?:[.,:/–-]\d+)*)"  # 14:30  110 000
_LETTERS = r"[\w\u0300-\u036f]"  # with combining marks: a decomposed ä is a and U+0308
_ENDING = r":[^\W\d_]{1,5}(?!\w)"  # EU:n  12:sta
_NEGATION = r"(?:en|et|ei|emme|ette|eivät)(?!\w)"
FUSED = {"ett": "että", "jott": "jotta", "ell": "jos", "vaikk": "vaikka", "miks": "miksi", "kosk": "koska"}
"""What a negation may grow onto, without its last vowel → its lemma: ettei, ellen, miksei."""
_FUSED = rf"(?!Ellen)(?i:{'|'.join(FUSED)})(?={_NEGATION})"
_DOTTED = (
    r"(?:esim|ns|mm|ym|yms|tms|jne|vrt|ks|em|ko|so|nk|nro|puh|os|mrd|milj|kpl|huom|toim|synt|oik|virk|ent|lyh|tri|prof"
    r"|dr|mr|mrs)\."
)
_MARKS = r"""\[\]"'“”‘’«»().,:;!?…/\\–—-"""

# A group's name is the UPOS that the form tells. The first that fits wins; together they take all but white space.
_TOKEN = re.compile(
    rf"""
      (?P<PROPN> \[[A-Z][A-Z0-9_]*\] )                         # a mask: [PERSON]  [PERSON_1]
    | (?P<SYM>   (?:https?://|www\.)[^\s\[]*[\w/]
               | (?<!\w)[:;=]['’]?-?(?:[()|/*]+|[DPpOo3](?!\w)) | <3  # :)  ;-)  :'(  :D
               | [\U0001f1e6-\U0001f1ff]{{2}}                  # a flag is two letters
               | [^\w\s{_MARKS}](?:[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[^\w\s\[])*  # €  %  emoji, joined or toned
               | _ )
    | (?P<NUM>   {_NUMBER}(?=(?:e|eur)?(?!-?\w|{_ENDING}|/[A-ZÅÄÖ]))(?:\.(?=\s+[a-zåäö])|(?<=^\d)\.(?=\s))? )
    | (?P<FUSED> (?<!\w){_FUSED} )                            # the ett of ettei, before its negation
    | (?P<{WORD}>(?<!\w)(?:(?i:{_DOTTED})|[a-zåäö]\.(?=\s+[\da-zåäö])|[A-ZÅÄÖ]\.(?=\s+[A-ZÅÄÖ]))  # esim.  s. 4  J. Aho
               | \d+(?:/\d+)*/[A-ZÅÄÖ]+                        # 92/160/ETY
               | (?:(?<=\s)[-–](?=[^\W\d_])|(?<![\s\S])[-–](?=[^\W\d_]))?  # -listalla
                 (?:{_NUMBER}|[^\W_]){_LETTERS}*(?:[-'’&]{_LETTERS}+)*(?:{_ENDING}|(?<=[^\W\d_])-(?![\w-]))? )
    | (?P<PUNCT> \[ | (?P<mark>[{_MARKS}])(?P=mark)* )         # ?  !!!  ...  but [[PERSON] is [ and a mask
    """,
    re.VERBOSE,
)


def tokenize(text: str) -> list[Token]:
    """The tokens of `text` in order, without white space; each is its own lemma until a lemmatizer says otherwise.

    Masks are PROPN, numbers NUM, punctuation PUNCT, emoji, emoticons, addresses and other signs SYM: these are done.
    So is what a negation has grown onto: ettei is ett (että) and ei, so that no negation is lost. Words are `WORD`, for
    the lemmatizer to fill in.
    """
    return [_fused(match[0]) if match.lastgroup == "FUSED" else _token(match) for match in _TOKEN.finditer(text)]


def _token(match: re.Match[str]) -> Token:
    return Token(match[0], match[0], match.lastgroup or WORD)


def _fused(text: str) -> Token:
    return Token(text, FUSED[text.lower()], "ADV" if text.lower() == "miks" else "SCONJ")


def whole_token(word: str) -> Token:
    """The one token that a given word is, whatever `tokenize` would cut in it.

    A mask, number, mark or sign keeps the UPOS that its form tells, also where it would be cut (1 000, !?, 12.3.); all
    else is a `WORD`.
    """
    parts = list(dict.fromkeys(part.upos for part in tokenize(word)))
    told = parts[0] if len(parts) == 1 or (parts == ["NUM", "PUNCT"] and word.endswith(".")) else WORD
    return Token(word, word, told)
