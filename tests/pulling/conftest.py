"""Local servers that speak as the real ones do, a clock that moves only when somebody waits, and settings."""

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from pipeline.config import Config
from pipeline.conversation import Conversation
from pipeline.pulling import Pulled, pull_one
from pipeline.pulling.patience import Clock
from pipeline.pulls import Pull
from pipeline.sources import find_files, read, recognise

SAMPLES = Path(__file__).with_name("samples")
SECRET = "hunajameloni-4711"
BEGAN = 1_773_100_800.0
"""10 March 2026, midnight UTC: when the clock of the tests starts."""


def sample(name: str) -> dict[str, Any]:
    """One conversation as a vendor gives it."""
    found: dict[str, Any] = json.loads((SAMPLES / name).read_text("utf-8"))
    return found


@dataclass
class Request:
    """What a server was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What it answers; with `cut`, the connection breaks after so many bytes of the body."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    tells_length: bool = True


Route = Callable[[Request], Reply]


class Server:
    """An HTTP server on this machine; `route` answers, `asked` remembers."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Request] = []
        self.route: Route = lambda _: Reply(status=404)
        self.now: Callable[[], float] | None = None
        """Its clock; without one its answers have no date."""
        self.hiccups: list[Reply] = []
        """Answered first, one each, whatever is asked."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # headers and body at once: else each answer takes 40 ms

            def answer(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(
                    self.command, parts.path, dict(parse_qsl(parts.query)), headers, self.rfile.read(length)
                )
                server.asked.append(request)
                self.send(server.hiccups.pop(0) if server.hiccups else server.route(request))

            def send(self, reply: Reply) -> None:
                body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response_only(reply.status)
                if server.now:
                    self.send_header("Date", formatdate(server.now(), usegmt=True))
                if reply.tells_length:
                    self.send_header("Content-Length", str(0 if reply.status == 304 else len(body)))
                else:
                    self.close_connection = True
                    self.send_header("Connection", "close")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: reply.cut])
                if reply.cut is not None:
                    self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)
        self._thread.start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.asked]


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.fixture
def other_server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


class Time:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.seconds = BEGAN
        self.waits: list[float] = []
        self.clock = Clock(lambda: self.seconds, lambda: self.seconds, self._sleep, lambda: 1.0)

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds

    def pass_(self, seconds: float) -> None:
        """Let time pass between two pulls."""
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@dataclass
class Source:
    """A source of the settings and what was pulled from it."""

    config: Config
    time: Time
    pull: Pull

    def run(self) -> Pulled:
        return pull_one(self.pull, self.config, clock=self.time.clock)

    @property
    def folder(self) -> Path:
        return self.config.paths.landing / self.pull.name

    def files(self) -> list[Path]:
        """What a night would find."""
        return sorted(path for path in self.folder.iterdir() if not path.name.startswith("."))

    def records(self) -> list[dict[str, Any]]:
        """All records, in the order of the files: members of an array, or of the first key."""
        pages = [json.loads(file.read_text("utf-8")) for file in self.files()]
        return [record for page in pages for record in (page if isinstance(page, list) else next(iter(page.values())))]

    def told(self) -> list[tuple[str, str, str]]:
        """What the readers make of it: the format, the id of each conversation, and who speaks, a letter a turn."""
        return [
            (recognise(file), record.conversation_id, "".join(turn.speaker[0] for turn in record.utterances))
            for file in find_files([self.folder])
            for record in read(file, recognise(file), self.config.time.zone)
            if isinstance(record, Conversation)
        ]

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / ".state.json").read_text("utf-8"))
        return found


@pytest.fixture
def source(config: Config, server: Server, time: Time, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Source]:
    """Make a source of a kind at the server, with the secret in its variable."""
    monkeypatch.setenv("NO_PROXY", "*")
    server.now = lambda: time.seconds

    def make(kind: str, path: str = "", **settings: Any) -> Source:
        monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", SECRET)
        given = {"since": date(2026, 3, 1), **settings}
        pull = Pull("tuki", kind, server.url + path, **given)
        return Source(replace(config, pull=(pull,)), time, pull)

    return make
