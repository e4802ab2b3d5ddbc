"""Cut text into tokens. Shared by all lemmatizers, so that a token is the same thing whichever one reads it."""

import re

from pipeline.conversation import Token

WORD = "X"
"""The UPOS of a token whose form does not tell its part of speech: a word, left to the lemmatizer."""

_NUMBER = r"(?>\d+(?:[.,:/–-]\d+)*)"
_LETTERS = r"[\w\u0300-\u036f]"  # with combining marks: a decomposed ä is a and U+0308
_ENDING = r":[^\W\d_]{1,5}(?!\w)"  # EU:n  12:sta
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
    | (?P<NUM>   {_NUMBER}(?=(?:e|eur)?(?!-?\w|{_ENDING})) )   # 45,50  14:30  12.3.2026  and the 50 of 50e
    | (?P<{WORD}>(?:{_NUMBER}|[^\W_]){_LETTERS}*(?:[-'’]{_LETTERS}+)*(?:{_ENDING})? )  # lasku  e-lasku  1980-luku
    | (?P<PUNCT> \[ | (?P<mark>[{_MARKS}])(?P=mark)* )         # ?  !!!  ...  but [[PERSON] is [ and a mask
    """,
    re.VERBOSE,
)


def tokenize(text: str) -> list[Token]:
    """The tokens of `text` in order, without white space; each is its own lemma until a lemmatizer says otherwise.

    Masks are PROPN, numbers NUM, punctuation PUNCT, emoji, emoticons, addresses and other signs SYM: these are done.
    Words are `WORD`, for the lemmatizer to fill in.
    """
    return [Token(match[0], match[0], match.lastgroup or WORD) for match in _TOKEN.finditer(text)]
