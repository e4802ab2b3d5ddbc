"""One mail as the standard library takes it apart: who, when, what they wrote themselves, what it answers."""

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError
from pipeline.sources.html_text import html_text
from pipeline.sources.mail_text import own_words

ID = re.compile(r"<[^<>\s]{1,500}>")
ANSWER = re.compile(r"\s*(?:(?:re|vs|sv|vb|aw|fw|fwd|vl|ynt)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
AUTOMATIC = re.compile(
    r"\s*(?:automaattinen (?:vastaus|ilmoitus)|automatic reply|auto(?:matiskt svar|svar|reply)|out of (?:the )?office|"
    r"poissaolo|undeliver|delivery status|toimittaminen epäonnistui)",
    re.IGNORECASE,
)
TRUSTED = ("utf-", "iso8859", "cp125", "koi8", "mac")
"""Encodings of text; Python knows others, some of which are no text at all."""
MAX_MULTIPARTS = 30
"""Each takes time for every line inside it; a newsletter has three, one forwarded as a file three more each time."""
MAX_HEADER_CHARACTERS = 20_000
MAX_BODY_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, as far as its conversation needs it."""

    position: str
    mail_id: str
    answers: tuple[str, ...]
    """The ids it refers to, the first of the conversation first."""
    subject: str
    is_answer: bool
    sender: str
    recipients: tuple[str, ...]
    has_own_id: bool
    sent_at: datetime | None
    text: str
    is_automatic: bool
    attachment_count: int


def mail_of(content: bytes, position: str, zone: ZoneInfo) -> Mail:
    """The mail that these bytes are.

    Raises:
        RecordError: they are none.
    """
    if content.lower().count(b"multipart/") > MAX_MULTIPARTS:
        raise RecordError(position, "malformed_mail")
    try:
        message: Message = message_from_bytes(content, policy=policy.compat32)
        return _read_mail(message, position, zone, content)
    except Exception:  # the standard library raises many kinds over mails that are no mails
        raise RecordError(position, "malformed_mail") from None


def _read_mail(message: Message, position: str, zone: ZoneInfo, content: bytes) -> Mail:
    subject = _unfolded(message, "Subject")
    sender, *_ = [*_addresses(message, "From"), ""]
    text, attachment_count = _body(message)
    references = [*ID.findall(_header(message, "References")), *ID.findall(_header(message, "In-Reply-To"))]
    own_id = next(iter(ID.findall(_header(message, "Message-ID"))), "")
    return Mail(
        position=position,
        mail_id=own_id or sha256(content).hexdigest(),
        has_own_id=bool(own_id),
        answers=tuple(dict.fromkeys(references)),
        subject=" ".join(ANSWER.sub("", subject, count=1).lower().split()),
        is_answer=ANSWER.match(subject) is not None,
        sender=sender,
        recipients=_addresses(message, "To"),
        sent_at=_sent_at(message, zone),
        text=own_words(text),
        is_automatic=_is_automatic(message, subject),
        attachment_count=attachment_count,
    )


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:MAX_HEADER_CHARACTERS]


def _unfolded(message: Message, name: str) -> str:
    """A header with its encoded words read."""
    parts = decode_header(_header(message, name))
    return "".join(_decoded(part, charset) if isinstance(part, bytes) else part for part, charset in parts)


def _addresses(message: Message, name: str) -> tuple[str, ...]:
    found = getaddresses([str(value)[:MAX_HEADER_CHARACTERS] for value in message.get_all(name, [])])
    return tuple(address.lower() for _, address in found if "@" in address)


def _sent_at(message: Message, zone: ZoneInfo) -> datetime | None:
    """When it was sent, else when it first arrived."""
    arrived = [str(value).rpartition(";")[2] for value in message.get_all("Received", [])]
    for value in (_header(message, "Date"), *reversed(arrived)):
        try:
            moment = parsedate_to_datetime(value[:100].strip())
            if moment.tzinfo is None:  # `-0000` is UTC where nobody says which zone it was written in
                moment = moment.replace(tzinfo=UTC if value.strip().endswith("-0000") else zone)
            return moment.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _is_automatic(message: Message, subject: str) -> bool:
    """Whether a program answered: RFC 3834, what programs older than it write, and reports on delivery."""
    return (
        _header(message, "Auto-Submitted").strip().lower() not in ("", "no")
        or _header(message, "Precedence").strip().lower() in ("auto_reply", "bulk", "junk", "list")
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
        or _header(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or AUTOMATIC.match(subject) is not None
    )


def _body(message: Message) -> tuple[str, int]:
    """The text of a mail, from HTML where there is no other, and the number of its attachments."""
    found: dict[str, list[str]] = {"plain": [], "html": []}
    attachment_count = 0
    parts = [message]
    while parts:
        part = parts.pop()
        if part.get_content_maintype() == "message" and part is not message:
            attachment_count += 1
        elif part.is_multipart():
            parts.extend(reversed(part.get_payload()))  # type: ignore[arg-type]  # a multipart's are messages
        elif part.get_content_disposition() == "attachment" or part.get_filename() or not _is_text(part):
            attachment_count += part.get_content_disposition() == "attachment" or bool(part.get_filename())
        else:
            found[part.get_content_subtype()].append(_text(part))
    plain = "\n".join(found["plain"])
    return plain if plain.strip() else html_text("\n".join(found["html"])), attachment_count


def _is_text(part: Message) -> bool:
    return part.get_content_type() in ("text/plain", "text/html")


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    text = _decoded(content if isinstance(content, bytes) else b"", part.get_content_charset())[:MAX_BODY_CHARACTERS]
    if str(part.get_param("format", "")).lower() == "flowed":  # RFC 3676: a line that ends in a space goes on
        text = re.sub(r"(?<!\n--) \r?\n(?=[^\s>])", " ", text)
    return text


def _decoded(content: bytes, charset: str | None) -> str:
    """Bytes as text: in what they say they are, else UTF-8, else what Finnish Windows programs write."""
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        name = "utf-8"
    for encoding in ("utf-8", name):  # nothing else looks like UTF-8 by chance
        if encoding.startswith(TRUSTED) and encoding != "iso8859-1":
            try:
                return content.decode(encoding)
            except UnicodeError:
                continue
    return content.decode("cp1252", "replace")
