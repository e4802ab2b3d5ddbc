"""What a pull leaves on the disk: files in a folder of its own under `paths.landing`, and how far it has come.

A page is written under a hidden name, which no night reads, and gets its name when it lies there whole; only then
does the state move on, by another rename. A kill before the first rename leaves nothing, one before the second a page
that the next pull asks for again and gives the same name. So the state stands beside the files: with the folder it is
gone, and everything is pulled anew; in the database it could be ahead of a folder that was restored from a backup.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import PullError
from pipeline.pulling.pages import DropFile, Page

STATE, LOCK, UNFINISHED = ".state.json", ".lock", ".unfinished"
MAX_SEEN = 100_000
"""So many versions of records are remembered; of older ones a copy may be pulled again, which readers tell."""
PRIVATE = 0o600
"""What is pulled is not masked yet: nobody but the owner reads it."""


@dataclass(slots=True)
class State:
    """How far a source has been pulled."""

    source: str
    """Of what: with another address under the same name everything begins anew."""
    complete: float | None = None
    """Up to this moment, in seconds since 1970, everything has been pulled."""
    position: dict[str, Any] | None = None
    """Where the next page begins, in the words of the source; None: at `complete`, less the overlap."""
    began: float = 0.0
    """When the present pull began; a pull that was cut off goes on as itself."""
    files: int = 0
    """Files of the present pull so far."""
    is_open: bool = False
    """Whether the present pull has been cut off."""
    seen: dict[str, float] = field(default_factory=dict)
    """Digests of versions that were pulled, with the moments they are of: what an overlap brings again is left out."""


@dataclass(frozen=True, slots=True)
class Landing:
    """The folder of one source."""

    folder: Path
    name: str

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the place of the one pull of this source that may go on at a time; what a kill left is removed.

        Raises:
            PullError: another pull holds it, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (self.folder / LOCK).open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise PullError(f"{self.name}: another pull is going on: wait until it has ended.") from None
                for path in self.folder.glob(f".*{UNFINISHED}"):
                    path.unlink()
                yield
        except OSError as error:
            raise PullError(
                f"{self.name}: {self.folder} cannot be written ({error.strerror or type(error).__name__}): check the "
                "disk and its permissions."
            ) from None

    def load(self, source: str) -> State:
        """How far this source has been pulled; a new state where there is none, or one of another source.

        Raises:
            PullError: the state is damaged.
        """
        try:
            stored = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
            state = State(**{part.name: stored[part.name] for part in fields(State)})
        except FileNotFoundError:
            return State(source)
        except (ValueError, KeyError, TypeError):
            raise PullError(
                f"{self.name}: {self.folder / STATE} is damaged: delete it, and everything is pulled again."
            ) from None
        return state if state.source == source else State(source, began=state.began)

    def save(self, state: State) -> None:
        """Write down how far the pull has come."""
        for digest in list(state.seen)[: max(0, len(state.seen) - MAX_SEEN)]:
            del state.seen[digest]
        self._write(STATE, lambda file: file.write(json.dumps(asdict(state), separators=(",", ":")).encode()))

    def write_records(self, page: Page, state: State) -> None:
        """The records of a page as the source gave them, in a file named by source, pull and place in it."""
        name = f"{self.name}-{datetime.fromtimestamp(state.began, UTC):%Y%m%dT%H%M%SZ}-{state.files:06d}.json"
        content = _json(page)
        self._write(name, lambda file: file.write(content))

    def write_file(self, file: DropFile) -> bool:
        """One file of a drop, in place of its earlier version; False where there is nothing new."""
        return self._write(f"{self.name}-{file.name}", file.fill)

    def _write(self, name: str, fill: Callable[[BinaryIO], object]) -> bool:
        """A file whole or not at all, and on the disk before anything goes on; not at all where `fill` says False."""
        unfinished = self.folder / f".{name}{UNFINISHED}"
        try:
            with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, PRIVATE), "w+b") as file:
                if fill(file) is False:
                    return False
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return True


def _json(page: Page) -> bytes:
    """Half a character, which JSON can spell and UTF-8 cannot, stays spelt: its record alone is unreadable then."""
    try:
        return _text(page, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _text(page, ensure_ascii=True).encode()


def _text(page: Page, ensure_ascii: bool) -> str:
    """A record a line, so that people can look into it; records first, since a file is known by its start."""
    dumped = partial(json.dumps, ensure_ascii=ensure_ascii)
    records = "[\n" + ",\n".join(map(dumped, page.records)) + "\n]"
    if not page.key:
        return records + "\n"
    beside = "".join(f",\n{dumped(key)}: {dumped(value)}" for key, value in page.beside.items())
    return f"{{{dumped(page.key)}: {records}{beside}}}\n"


def digest_of(*parts: object) -> str:
    """A short name for something that has a long or a personal one: 64 bits of SHA-256 in hex."""
    return sha256("\0".join(map(str, parts)).encode(errors="surrogatepass")).hexdigest()[:16]
