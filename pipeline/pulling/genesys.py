"""Genesys Cloud: transcripts of the conversations of an interval.

A token for `user` (the client id) and the secret by OAuth's client credentials; a new one after a refusal. Then `POST
/api/v2/analytics/conversations/details/query` for one interval after the other, page by page, the oldest first: what
has ended does not move any more. For each conversation that has ended `GET
/api/v2/speechandtextanalytics/conversations/ID/communications/SESSION/transcripturl`, and what that signed address
holds, which is asked for without our token. A record is that transcript.

An interval finds what began on a day that it touches (by older documents: and lived within it): what ends days later
is found by looking back. Transcripts come late, too, at times by days: each pull looks back three (`overlap_minutes`)
and leaves out what it knows.

The rights that are needed, on the OAuth client's role: `analytics:conversationDetail:view`,
`speechAndTextAnalytics:data:view`, `recording:recording:view`. `url` is `https://api.` with the region's domain, such
as mypurecloud.ie, mypurecloud.de or euw2.pure.cloud; tokens come from `https://login.` with the same.

Checked against the documents of MyPureCloud's platform-client-sdk (ConversationQuery, SpeechTextAnalyticsApi),
MakingChatbots/genesys-cloud-mcp-server, which asks by the sessions of recordings, the limit that
splunk/genesys_cloud_ta met, and docs.kervexperience.net on late transcripts; against no account. Not verified: which
session of a conversation has the transcript (those of customers are asked for first, those of agents where none of
them has one); which status an untranscribed one has beside 404.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pipeline.errors import PullError
from pipeline.pulling.client import Client
from pipeline.pulling.login import Fixed
from pipeline.pulling.pages import Page, Start, Version, members, moment, part, text
from pipeline.pulls import Pull

CONVERSATIONS_A_PAGE = 50
"""Of up to 100: each takes several requests of its own, and a kill loses at most a page."""
MAX_RESULTS = 100_000
"""So many conversations of one interval can be paged through, Genesys refuses what is beyond: it is halved then."""
PURPOSES = (("customer", "external"), ("agent", "user"))
"""Whose sessions are asked for a transcript; the second ones where the first have none."""
REFUSED = (400, 401)
"""What says `invalid_client` where tokens are given out (RFC 6749, 5.2)."""


@dataclass(slots=True)
class Token:
    """A token of OAuth's client credentials (RFC 6749, 4.4)."""

    client: Client = field(repr=False)
    basic: Fixed = field(repr=False)
    """What proves who we are where tokens are given out."""
    _token: str = field(default="", repr=False)

    def headers(self) -> Mapping[str, str]:
        """The present token; the first one is got here."""
        if not self._token:
            self.renew()
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Get a new one.

        Raises:
            PullError: none is given out.
        """
        address = f"{self.client.login_origin()}/oauth/token"
        answer = self.client.json(
            address, "a token", form={"grant_type": "client_credentials"}, login=self.basic, absent=REFUSED
        )
        self._token = text(part(answer, "access_token"))
        if not (self._token and self._token.isascii() and self._token.isprintable()):
            raise PullError(f"{self.client.pull.name}: no token is given out: correct user, the secret or login_url.")
        return True


def login(pull: Pull, secret: str, client: Client) -> Token:
    """`user` is the client id, the secret the client secret."""
    basic = b64encode(f"{pull.user}:{secret}".encode()).decode()
    return Token(client, Fixed({"Authorization": f"Basic {basic}"}))


def pages(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    """Pages of transcripts, interval by interval, up to when the pull began.

    Raises:
        PullError: the source refuses or answers something else.
    """
    first = moment(part(start.position, "first")) or start.moment
    last = moment(part(start.position, "last"))
    number = int(moment(part(start.position, "page"))) or 1
    while first < start.until:
        last = last or min(first + pull.window_hours * 3600, start.until)
        body = {
            "interval": f"{_iso(first)}/{_iso(last)}",
            "order": "asc",
            "orderBy": "conversationStart",
            "paging": {"pageSize": CONVERSATIONS_A_PAGE, "pageNumber": number},
        }
        answer = client.json("/api/v2/analytics/conversations/details/query", "the list of conversations", body=body)
        found = members(answer, "conversations", pull.name, is_optional=True)  # no key: nobody called
        hits = moment(part(answer, "totalHits")) or len(found)
        if hits > MAX_RESULTS and last - first > 1:
            last, number = first + (last - first) // 2, 1
            continue
        if found and CONVERSATIONS_A_PAGE * number < hits:
            number += 1
        else:
            first, last, number = last, 0.0, 1
        position = {"first": first, "last": last, "page": number} if first < start.until else None
        yield _page(found, position, start, client)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _page(found: list[dict[str, Any]], position: dict[str, Any] | None, start: Start, client: Client) -> Page:
    records, versions, left_out = [], [], Counter[str]()
    for conversation in found:
        identity = text(conversation.get("conversationId"))
        version = Version(identity)
        if not identity or not conversation.get("conversationEnd"):
            left_out["not ended yet"] += 1
        elif not start.is_new(version):
            left_out["known"] += 1
        elif transcripts := _transcripts(identity, conversation, client):
            records += transcripts
            versions.append(version)
        else:
            left_out["without transcript"] += 1
    return Page(position, position is None, tuple(records), versions=tuple(versions), left_out=left_out)


def _transcripts(identity: str, conversation: dict[str, Any], client: Client) -> list[dict[str, Any]]:
    participants = members(conversation, "participants", client.pull.name, is_optional=True)
    for purposes in PURPOSES:
        sessions = dict.fromkeys(
            text(session.get("sessionId"))
            for participant in participants
            if participant.get("purpose") in purposes
            for session in members(participant, "sessions", client.pull.name, is_optional=True)
        )
        found = [
            transcript for session in sessions if session if (transcript := _transcript(identity, session, client))
        ]
        if found:
            return found
    return []


def _transcript(identity: str, session: str, client: Client) -> dict[str, Any] | None:
    base = "/api/v2/speechandtextanalytics/conversations"
    address = f"{base}/{quote(identity, safe='')}/communications/{quote(session, safe='')}/transcripturl"
    url = text(part(client.json(address, "the address of a transcript", absent=(404,)), "url"))
    if not url:
        return None
    transcript = client.json(url, "a transcript", absent=(404,), is_signed=True)
    return transcript if isinstance(transcript, dict) else None
