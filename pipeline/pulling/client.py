"""HTTP as the connectors need it: what goes wrong is asked for again, up to a limit, and is never told in full.

A message names the source, its host and what was asked for in our words: addresses and what stands behind their `?`
hold cursors, signatures and at times a customer's number, so neither they nor an answer's text are ever in one.
"""

import io
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit

from pipeline.errors import PullError
from pipeline.pulling.login import Fixed, Login
from pipeline.pulling.patience import MAX_REFUSALS, MAX_TRIES, Patience
from pipeline.pulling.rates import clock_of, pause_of, retry_after
from pipeline.pulls import KINDS, LOCAL, Pull

if TYPE_CHECKING:
    import httpx

Found = TypeVar("Found")
TIMEOUT = 60.0
"""Seconds without a byte after which a connection counts as broken."""
MAX_PAGE_BYTES = 256 * 2**20
MAX_REFUSAL_BYTES = 2**16
MAX_REDIRECTS = 5
AHEAD_SECONDS = 300.0
"""A clock of ours that is more ahead than this would say of changes that they have been pulled."""
EXPIRED = (400, 404, 410, 422)
"""What may say that a cursor is too old, to a request that has one: no vendor documents which of them does."""


class CursorExpired(PullError):
    """The source has forgotten the place where the last pull ended."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: its status and headers, and for pages its bytes."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Client:
    """Asks one source."""

    pull: Pull
    patience: Patience
    login: Login = field(default_factory=Fixed, repr=False)
    _connection: "httpx.Client | None" = field(default=None, repr=False)
    _not_before: float = 0.0

    def close(self) -> None:
        """Let the connections go."""
        if self._connection is not None:
            self._connection.close()

    def json(
        self,
        address: str,
        what: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
        absent: tuple[int, ...] = (),
        expired: tuple[int, ...] = (),
        login: Login | None = None,
        is_signed: bool = False,
    ) -> Any:
        """An answer as JSON: of a POST where there is a body or a form, else of a GET.

        Args:
            address: a path of the source, or a whole address.
            what: what is asked for, as a message may say it.
            parameters: what stands behind `?`.
            body: JSON to send.
            form: a form to send.
            absent: statuses that mean that there is no such thing; the answer is None then.
            expired: statuses that mean that the cursor is too old (`EXPIRED`).
            login: what this request proves itself with, if not with the source's.
            is_signed: the address carries its own permission, and may be of another host: it gets none of ours.

        Raises:
            CursorExpired: the cursor is too old.
            PullError: it cannot be had, however often it is asked for.
        """
        login = Fixed() if is_signed else login or self.login
        options = {name: given for name, given in (("params", parameters), ("json", body), ("data", form)) if given}

        def once() -> Answer:
            content = io.BytesIO()
            allowed = self._signed if is_signed else self._own
            answer = self._exchange(address, what, content, login.headers(), MAX_PAGE_BYTES, allowed, **options)
            return Answer(answer.status, answer.headers, content.getvalue())

        known = (*absent, *expired)
        answer = self._answered(once, lambda got: json.loads(got.content or b"null"), known, what, login)
        if isinstance(answer, Answer):
            if answer.status in expired:
                raise CursorExpired(self._said(f"the cursor of {what} has expired"))
            return None
        return answer

    def download(
        self, address: str, what: str, sink: BinaryIO, headers: Mapping[str, str], limit: int, *, is_list: bool = False
    ) -> Answer:
        """A file of at most `limit` bytes into `sink`; its answer, which is 304 for one that has not changed.

        `headers` are added to those of the login. Of a list it does not matter whether it is whole: the next pull asks
        for what is missing.

        Raises:
            PullError: it cannot be had, or nobody could tell whether it is whole.
        """

        def once() -> Answer:
            sink.seek(0)
            sink.truncate()
            return self._exchange(address, what, sink, {**self.login.headers(), **headers}, limit, self._own)

        def whole(answer: Answer) -> Answer:
            if is_list or answer.headers.keys() & {"content-length", "transfer-encoding"}:
                return answer
            reason = f"the server does not tell the length of {what}: nobody could tell it is whole"
            raise PullError(self._said(reason))

        return self._answered(once, whole, (304,), what, self.login)

    def _answered(
        self,
        once: Callable[[], Answer],
        read: Callable[[Answer], Found],
        known: tuple[int, ...],
        what: str,
        login: Login,
    ) -> Found | Answer:
        """The answer as `read` understands it, or one of a known status as it is."""
        import httpx

        tries = refusals = 0
        has_renewed = False
        while True:
            self.patience.wait(max(0.0, self._not_before - self.patience.clock.monotonic()))
            try:
                answer = once()
                self._heed(answer)
                if 200 <= answer.status < 300:
                    return read(answer)
                problem = f"answered {answer.status} to {what}"
            except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
                self._refuse_certificate(error)
                answer, problem = Answer(0, {}), f"the connection broke at {what} ({type(error).__name__})"
            except (ValueError, RecursionError):
                answer, problem = Answer(0, {}), f"{what} came cut off or is no JSON"
            if answer.status in known:
                return answer
            if answer.status == 401 and not has_renewed and login.renew():
                has_renewed = True
            elif answer.status == 429 and refusals < MAX_REFUSALS:
                refusals += 1
                self._wait_as_told(answer, refusals)
            elif (answer.status == 0 or answer.status >= 500) and tries < MAX_TRIES - 1:
                tries += 1
                self._wait_as_told(answer, tries)
            else:
                raise PullError(self._said(f"{problem}: {ADVICE.get(answer.status, NO_ADVICE)}"))

    def _exchange(
        self, address: str, what: str, sink: BinaryIO, headers: Mapping[str, str], limit: int,
        allowed: Callable[[str, str], str], **options: Any,
    ) -> Answer:  # fmt: skip
        """One request and its answer into `sink`; a GET is redirected to what is `allowed` to be asked."""
        method = "POST" if options.keys() & {"json", "data"} else "GET"
        url = allowed(address, what)
        for _ in range(MAX_REDIRECTS + 1):
            wait = min(TIMEOUT, self.patience.left())
            with self._opened().stream(method, url, headers=headers, timeout=wait, **options) as response:
                target = response.headers.get("location") if response.is_redirect else None
                if target is None:
                    return self._received(response, sink, what, limit)
            if method == "POST":
                break
            url = allowed(urljoin(url, target), what)
            options.pop("params", None)
        raise PullError(self._said(f"{what} is redirected again and again: correct url in the settings"))

    def _received(self, response: "httpx.Response", sink: BinaryIO, what: str, limit: int) -> Answer:
        """Of a refusal so much is read as lets the connection be used again, and none of it is kept."""
        size = 0
        for part in response.iter_bytes():
            self.patience.left()
            size += len(part)
            if response.is_success and size > limit:
                raise PullError(self._said(f"{what} is larger than {limit >> 20} MB: ask for less at once"))
            if response.is_success:
                sink.write(part)
            elif size > MAX_REFUSAL_BYTES:
                break
        return Answer(response.status_code, dict(response.headers))

    def _refuse_certificate(self, error: BaseException) -> None:
        """A server that cannot prove who it is is not asked again; the reason is OpenSSL's, and names no more."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
            cause = cause.__cause__ or cause.__context__
        if cause is not None:
            reason = cause.verify_message.rstrip(".")
            advice = "correct url, or name the authority of your house in SSL_CERT_FILE"
            raise PullError(
                self._said(f"the server does not prove that it is who we ask ({reason}): {advice}")
            ) from None

    def _opened(self) -> "httpx.Client":
        if self._connection is None:
            import httpx

            for name in ("httpx", "httpcore"):  # which would log whole addresses
                logging.getLogger(name).setLevel(logging.WARNING)
            self._connection = httpx.Client(follow_redirects=False, headers={"User-Agent": "tunnepolku"})
        return self._connection

    def _own(self, address: str, what: str) -> str:
        """An address of the source itself: no other host gets to see a token of ours."""
        url = address if "://" in address else self.pull.url.rstrip("/") + address
        if not any(base and _origin(url) == _origin(base) for base in (self.pull.url, self.login_origin())):
            raise PullError(self._said(f"{what} leads to another host, which the settings do not name: correct url"))
        return url

    def login_origin(self) -> str:
        """Where tokens are given out, if that is another host than the source's."""
        return self.pull.login_url or (
            self.pull.url.replace("://api.", "://login.", 1) if self.pull.kind == "genesys" else ""
        )

    def _signed(self, address: str, what: str) -> str:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
            raise PullError(self._said(f"{what} is offered without encryption: it is not fetched"))
        return address

    def _heed(self, answer: Answer) -> None:
        """Where the source says that no request is left, the next one waits until there are more."""
        clock = self.patience.clock
        ahead = clock.now() - self._time_at(answer)
        if KINDS[self.pull.kind].what and ahead > AHEAD_SECONDS:
            minutes = f"the clock of this machine is {ahead / 60:.0f} minutes ahead of the source's"
            raise PullError(self._said(f"{minutes}, and what changes meanwhile would be missed: set it right"))
        pause = pause_of(answer.headers, self._time_at(answer))
        self._not_before = max(self._not_before, clock.monotonic() + pause)

    def _time_at(self, answer: Answer) -> float:
        """What the source's clock shows; ours where it does not tell."""
        theirs = clock_of(answer.headers)
        return self.patience.clock.now() if theirs is None else theirs

    def _wait_as_told(self, answer: Answer, tries: int) -> None:
        seconds = retry_after(answer.headers, self._time_at(answer))
        if seconds is None:
            self.patience.back_off(tries)
        else:
            self.patience.wait(seconds)

    def _said(self, sentence: str) -> str:
        return f"{self.pull.name} ({self.pull.host}): {sentence}."


ADVICE = {
    400: "the source has changed its interface or does not know these settings, compare them with its manual",
    401: "the secret is wrong or has expired, replace it",
    403: "the secret does not allow it, ask for the rights that README names",
    404: "there is no such thing, correct url or what in the settings",
    429: "it has no time for us, pull again later",
}
NO_ADVICE = "pull again later, it goes on from there"


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
