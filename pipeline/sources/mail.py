"""E-mail as programs save it: one mail (.eml) or a mailbox (mbox), put into conversations by who answers whom.

A mail that answers none by its headers joins the last one of the same people with its subject, if it begins `Re:` or
`VS:`. Who is the agent is told by the company's domains, `sources.own_domains`. Attachments are counted and not read.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.config import load_config
from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.mail_message import Mail, mail_of

HEADERS = {"from", "to", "date", "subject", "message-id", "mime-version", "received", "return-path", "delivered-to"}
FIELD = re.compile(r"([!-9;-~]{1,60}):[ \t]?")
ENVELOPE = re.compile(rb"From \S+ .*\d{4}\s*$|From - .*\d{4}\s*$")
"""The line before each mail of a mailbox."""
NOBODY = re.compile(r"(?:no|do-?not|ei)[-_.]?(?:reply|vasta\w*)", re.IGNORECASE)
MAX_MAIL_BYTES = 64 * 2**20
MAX_MAIL_LINES = 1_500_000
"""A mail of that size with its attachments in base64 has below 900,000; each line takes memory of its own."""


def matches(head: Head) -> bool:
    """Whether the file starts with the headers of a mail."""
    lines = iter(re.split(r"\r\n|\n|\r", head.text.lstrip()))
    names: set[str] = set()
    for number, line in enumerate(lines):
        field = FIELD.match(line)
        if field:
            names.add(field[1].lower())
        elif not line[:1].isspace() and not (number == 0 and line.startswith("From ")):
            break
    return len(names & HEADERS) >= 3 and bool(names & {"from", "received", "return-path"})


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The mails that cannot be read first, then the conversations in the order of their first mails.

    Raises:
        SourceError: the file cannot be opened.
    """
    domains = [name.strip().lower().removeprefix("@") for name in load_config().sources.own_domains.split(",")]
    own = tuple(filter(None, domains))
    mails: dict[str, Mail] = {}
    for number, content in enumerate(_contents(file), start=1):
        position = f"mail {number}"
        try:
            if len(content) > MAX_MAIL_BYTES or max(map(content.count, (b"\n", b"\r"))) > MAX_MAIL_LINES:
                raise RecordError(position, "record_too_large")
            mail = mail_of(content, position, zone)
            mails.setdefault(mail.mail_id, mail)  # a mailbox may hold what was sent and what was received
        except RecordError as error:
            yield error
    for thread in _threads(mails.values(), own):
        try:
            yield canonical.conversation(_plain(thread, own), thread[0].position, "email", zone)
        except RecordError as error:
            yield error


def _contents(file: SourceFile) -> Iterator[bytes]:
    """The mails of a mailbox, or the one mail; of one that is too large, little more than the limit."""
    held: list[bytes] = []
    size, is_mailbox, follows_blank = 0, False, True
    with file.open() as opened:
        while line := opened.readline(MAX_MAIL_BYTES):
            if follows_blank and (is_mailbox or not held) and ENVELOPE.match(line):
                if held:
                    yield b"".join(held)
                held, size, is_mailbox = [], 0, True
            elif size <= MAX_MAIL_BYTES and len(held) <= MAX_MAIL_LINES and (held or line.strip()):
                held.append(line[1:] if is_mailbox and re.match(rb">+From ", line) else line)
                size += len(line)
            follows_blank = not line.strip()
    if held:
        yield b"".join(held)


def _threads(mails: Iterable[Mail], own: tuple[str, ...]) -> list[list[Mail]]:
    """The mails by conversation, each in the order of the file."""
    leader: dict[str, str] = {}

    def leading(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    last: dict[tuple[str, frozenset[str]], str] = {}
    mails = list(mails)
    for mail in mails:
        for other in mail.answers:
            leader[leading(other)] = leading(mail.mail_id)
        people = frozenset(person for person in (mail.sender, *mail.recipients) if not _is_own(person, own))
        if mail.is_answer and not mail.answers and (mail.subject, people) in last:
            leader[leading(mail.mail_id)] = leading(last[mail.subject, people])
        last[mail.subject, people] = mail.mail_id
    threads: dict[str, list[Mail]] = {}
    for mail in mails:
        threads.setdefault(leading(mail.mail_id), []).append(mail)
    return list(threads.values())


def _is_own(address: str, own: tuple[str, ...]) -> bool:
    domain = address.rpartition("@")[2]
    return any(domain == name or domain.endswith(f".{name}") for name in own)


def _plain(thread: list[Mail], own: tuple[str, ...]) -> dict[str, Any]:
    people = [*(mail.sender for mail in thread), *(person for mail in thread for person in mail.recipients)]
    first = min(thread, key=lambda mail: mail.sent_at or datetime.max.replace(tzinfo=UTC))
    root = next(iter(first.answers), first.mail_id)
    said = [mail for mail in thread if not mail.is_automatic]
    return {
        "conversation_id": sha256(root.encode("utf-8", "replace")).hexdigest()[:24],  # ids may hold an address
        "has_own_id": bool(first.answers) or first.has_own_id,
        "changed_at": max((mail.sent_at.isoformat() for mail in thread if mail.sent_at), default=None),
        "customer_id": next((person for person in people if person and not _is_own(person, own)), "") if own else "",
        "turns": [_turn(mail, own) for mail in said],
        "ignored": {
            "event": len(thread) - len(said),
            "attachment": sum(mail.attachment_count for mail in said),
        },
    }


def _turn(mail: Mail, own: tuple[str, ...]) -> dict[str, Any]:
    speaker = ""
    if own:
        is_own = _is_own(mail.sender, own)
        speaker = ("bot" if NOBODY.match(mail.sender) else "agent") if is_own else "customer"
    return {
        "speaker": speaker,
        "participant_id": mail.sender,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "text": mail.text,
    }
