"""The words by which headers of tables say what their columns hold: Finnish, English and Swedish."""

import re
from collections.abc import Mapping

_NUMBER = r"\w*[\s.-]*(id|tunnus|tunniste|numero|nro|number|nummer)\b"
"""What makes "asiakas" an asiakasnumero."""

PERSONAL = re.compile(
    r"\bip\b|ip-?(osoite|address|adress)|e-?mail|e-?post|sähköpost|nimi\b|\bname\b|^(first|last|full|sur)\s?name|"
    r"recipient(first|last)name|namn\b|puhelinn|^puhelin$|phone|mobil|telefon|gsm|latitud|longitud|leveysaste|"
    r"pituusaste|koordinaat|coordinate|katuosoite|lähiosoite|kotiosoite|postiosoite|street|hetu\b|henkilötunnus|"
    r"syntymä|birth|personnummer|user.?agent|permalink|yhteystie"
)
PERSONAL_VALUE = re.compile(
    r"\S@\S+\.\w|\b\d{6}[-+ABCDEFUVWXY]\d{3}[0-9A-Y]\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|"
    r"(?:\+358|\b0[45]\d)[\s-]?\d[\d\s-]{4,}\d"
)
"""An e-mail address, a henkilötunnus, an IP address, a Finnish mobile number."""

WORDS: Mapping[str, str] = {
    "conversation_id": r"(keskustelu|chat|puhelu|tiketti|yhteydenot|conversation|ticket|session|call|samtal|ärende)"
    + _NUMBER,
    "customer_id": r"(asiakas|asiakkaan|customer|client|kund)" + _NUMBER,
    "response_id": r"(vastau|vastaaja|palaut|response|respondent|feedback|svar)" + _NUMBER + r"|^id$",
    "responded_at": r"vastausaika|vastauspäivä|vastaushetki|vastattu|aikaleima|päivämäärä|pvm|lähetetty|tallenn|"
    r"päättym|\baika\b|time ?stamp|submit|complet|respond|recorded|\bdate\b|created|tidpunkt|datum|svarstid",
    "nps_rating": r"suosittel|recommend|rekommender|\bnps\b",
    "ces_rating": r"help+o|helpok|helpot|vaiva|vaikea|\beas[yei]|effort|lätt|enkel|ansträng|\bces\b",
    "csat_rating": r"tyytyväi|satisf|nöjd|\bcsat\b",
    "first_contact_resolution": r"ratkesi|ratkaistiin|ratkaisi|ensimmäise|hoituiko|resolved|"
    r"first (contact|time|call)|\bfcr\b|löst|första (kontakt|gång)",
    "verbatim": r"miksi|avoin|avoimet|palaut|kommen|perustel|vapaa sana|terveis|\bwhy\b|open.?end|feedback|comment|"
    r"varför|återkoppling|fritext|motiver|verbatim",
}
"""Of survey answers. A column is the first of these that it speaks of and whose values it can hold."""

EFFORT = re.compile(r"vaiva(?!t)|effort|ansträng|vaike|hankal|työlä|hard|difficult|svår|tyytymät|dissatisf|missnöjd")
EASE = re.compile(r"help+o|helpok|vaivat|eas[yei]|lätt|enkel|tyytyväi|\bsatisf|(?<!miss)nöjd")

MESSAGE_WORDS: Mapping[str, str] = {
    "text": r"viesti|teksti|sisältö|repliik|puheenvuoro|\btext|message|content|\bbody\b|utterance|comment|meddelande",
    "speaker": r"lähettäjä|puhuja|rooli|osapuoli|kirjoittaja|speaker|sender|author|\bfrom\b|\brole\b|participant|"
    r"actor|avsändare|talare",
    "conversation_id": r"keskustelu|istunto|chat|puhelu|tiketti|conv|cnv|session|thread|ticket|call|samtal|ärende",
    "customer_id": r"asiakasn|asiakas.?id|asiakastunn|customer.?(id|num)|client.?id|kundn|kund.?id",
    "seconds": r"^alku|alkaa|begin|offset|start.*(ms|sec|sek|\bs\b)|sekun",
    "queue": r"jono|queue|\bkö\b|osasto|tiimi|department|team",
}
"""Of messages."""
