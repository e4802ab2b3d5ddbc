"""What somebody wrote in a mail themselves: without earlier mails, signatures and what programs add."""

import re

WROTE = r"\b(?:kirjoitti|wrote|skrev)[ \t]*:[ \t]*$"
DAYS = r"(?:On|Den|Le|(?:ma|ti|ke|to|pe|la|su)(?:nantai|istai|skiviikko|rstai|rjantai|uantai)?\.?|\d{1,2}[./]\S*)"
INTRO = re.compile(
    rf"^(?:{DAYS}[ \t](?=[^\n]{{0,200}}\d)[^\n]{{0,200}}(?:\n[^>\n]{{0,200}}){{0,2}}?|"
    rf"[^\n]{{0,200}}@[^\n]{{0,100}}(?:\n[^>\n]{{0,80}})?){WROTE}",
    re.MULTILINE | re.IGNORECASE,
)
"""`ma 2. maalisk. 2026 klo 9.15 Maija Malli <maija@esimerkki.fi> kirjoitti:`, which mail programs break over lines."""
EARLIER = re.compile(
    r"^[ \t]*(?:-{2,}[ \t]*(?:original message|alkuperäinen viesti|ursprungligt meddelande|forwarded message|"
    r"(?:edelleen)?(?:lähetetty|välitetty) viesti|vidarebefordrat meddelande)[ \t]*-{2,}[ \t]*$|_{20,}[ \t]*$|"
    r"\*?(?:from|lähettäjä|från)[ \t]*:[^\n]{1,300}\n(?:[^\n]{0,300}\n){0,2}?"
    r"\*?(?:sent|date|to|lähetetty|päivä(?:ys|määrä)|vastaanottaja|skickat|datum|till)[ \t]*:)",
    re.MULTILINE | re.IGNORECASE,
)
"""Where an earlier mail begins that is not marked by `>`; Outlook writes a few of its headers."""
QUOTED = re.compile(r"^[ \t]*>.*\n?", re.MULTILINE)
SIGNATURE = re.compile(r"^--[ \t]*$", re.MULTILINE)
FROM_A_PHONE = re.compile(
    r"^[ \t]*(?:lähetetty |sent from |skickat från |hanki |get )[^\n]{0,60}"
    r"(?:iphone|ipad|android|samsung|galaxy|huawei|outlook|gmail|yahoo|puhelim|laittee|phone)[^\n]{0,60}$",
    re.MULTILINE | re.IGNORECASE,
)
CLOSING = re.compile(
    r"^[ \t]*(?:(?:(?:ystävällisin|parhain|lämpimin|aurinkoisin|iloisin|kesäisin|syksyisin|talvisin)[ \t]*)?"
    r"(?:terveisin|terveisiä|terv\.?)|yst\.?[ \t]*terv\.?|kunnioittaen|kunnioittavasti|"
    r"(?:(?:kind|best|warm)[ \t]+)?regards|sincerely|med[ \t]+vänlig(?:a)?[ \t]+hälsning(?:ar)?|"
    r"vänliga[ \t]+hälsningar|mvh)[ \t]*[,.!]*[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
MAX_SIGNATURE_LINES = 12
"""What follows a closing and is longer was written for this mail."""


def own_words(text: str) -> str:
    """The sender's own words in the plain text of a mail.

    Answers between quoted lines stay; what stands below an earlier mail that is not marked as quoted goes with it.
    """
    text = _without_earlier_mails(re.sub(r"\r\n|\r", "\n", text))
    text = FROM_A_PHONE.sub("", QUOTED.sub("", text))
    text = SIGNATURE.split(text, maxsplit=1)[0]
    *_, closing = [None, *CLOSING.finditer(text)]
    if closing and text[: closing.start()].strip() and text.count("\n", closing.end()) < MAX_SIGNATURE_LINES:
        text = text[: closing.start()]
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _without_earlier_mails(text: str) -> str:
    if found := EARLIER.search(text):
        text = text[: found.start()]
    kept, at = [], 0
    for found in INTRO.finditer(text):
        kept.append(text[at : found.start()])
        at = found.end()
        if not text[at:].lstrip().startswith(">"):
            at = len(text)
            break
    return "".join([*kept, text[at:]])
