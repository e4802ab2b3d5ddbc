"""Files that lie on an SFTP server, in one folder: `url = "sftp://host/folder"`.

The server is known by the key that the settings name, and by nothing else: neither files of known hosts nor agents,
keys or settings of whoever runs this are read. The secret is a private key, if it looks like one (OpenSSH's or PEM,
without a passphrase), else a password. A file has changed when its size or its time has; one that changes while it is
fetched is left for the next pull. Links are not followed, and names may be in any encoding: they are nobody's here.
"""

import asyncio
import logging
import stat
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast
from urllib.parse import unquote, urlsplit

from pipeline.errors import PullError
from pipeline.pulling.drop import MAX_FILE_BYTES, Offered, is_wanted, pages_of
from pipeline.pulling.pages import Page, Start
from pipeline.pulling.patience import MAX_TRIES, Patience
from pipeline.pulls import Pull

if TYPE_CHECKING:
    from asyncssh import SFTPAttrs, SFTPClient

Found = TypeVar("Found")
BLOCK = 1 << 18
CONNECT_SECONDS = 60


def pages(pull: Pull, start: Start, secret: str, patience: Patience) -> Iterator[Page]:
    """Pages of the files that are new or have changed.

    Raises:
        PullError: the server is not the one of the settings, refuses, or breaks off again and again.
    """
    with asyncio.Runner() as runner, _quiet():
        server = _Server(pull, secret, patience, runner)
        try:
            yield from pages_of(server.offered(), start)
        finally:
            server.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without asyncssh's log: it tells of each connection and each file by its name."""
    logger = logging.getLogger("asyncssh")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


class _Server:
    """One connection, opened again when it breaks."""

    def __init__(self, pull: Pull, secret: str, patience: Patience, runner: asyncio.Runner) -> None:
        self._pull, self._secret, self._patience, self._runner = pull, secret, patience, runner
        self._files: SFTPClient | None = None
        self._connection: Any = None
        self._folder = unquote(urlsplit(pull.url).path) or "."

    def offered(self) -> list[Offered]:
        """The files of the folder that are pulled."""
        return self._tried(self._list, "the list of files")

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.abort()
            self._connection = self._files = None

    async def _list(self, files: "SFTPClient") -> list[Offered]:
        found = [
            (str(entry.filename), entry.attrs) async for entry in files.scandir(self._folder) if _is_file(entry.attrs)
        ]
        return [self._one(name, _version(attrs)) for name, attrs in found if is_wanted(self._pull, name)]

    def _one(self, name: str, version: str) -> Offered:
        path = f"{self._folder.rstrip('/')}/{name}"

        def fetch(sink: BinaryIO, _known: str) -> str | None:
            return self._tried(lambda files: self._fetched(files, path, sink), "a file")

        return Offered(path, version, fetch)

    def _tried(self, ask: "Callable[[SFTPClient], Coroutine[Any, Any, Found]]", what: str) -> Found:
        """What `ask` finds, on a connection that is opened again when it breaks."""
        import asyncssh

        tries = 0
        while True:
            try:
                return self._runner.run(self._asked(ask))
            except asyncssh.HostKeyNotVerifiable:
                raise self._refused("is not the server of host_key: find out why before you change it") from None
            except asyncssh.KeyExchangeFailed:
                raise self._refused("has no key of the sort of host_key, or speaks nothing that is safe") from None
            except asyncssh.PermissionDenied:
                raise self._refused("does not let us in: correct user or the secret") from None
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied):
                raise self._refused(f"does not give us {what}: correct url, or the rights there") from None
            except (OSError, EOFError, TimeoutError, asyncssh.Error) as error:
                self.close()
                self._patience.left()
                tries += 1
                if tries == MAX_TRIES:
                    reason = f"broke off at {what} again and again ({type(error).__name__})"
                    raise self._refused(f"{reason}: pull again later, it goes on from there") from None
                self._patience.back_off(tries)

    async def _asked(self, ask: "Callable[[SFTPClient], Coroutine[Any, Any, Found]]") -> Found:
        async with asyncio.timeout(self._patience.left()):
            if self._files is None:
                self._files = await self._opened()
            return await ask(self._files)

    async def _opened(self) -> "SFTPClient":
        import asyncssh

        parts = urlsplit(self._pull.url)
        try:
            trusted = asyncssh.import_public_key(self._pull.host_key)
            is_key = self._secret.startswith("-----BEGIN")
            keys = [asyncssh.import_private_key(self._secret + "\n")] if is_key else None
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise self._refused("cannot be asked: host_key or the private key is not readable as one") from None
        self._connection = await asyncssh.connect(
            parts.hostname or "", parts.port or 22, username=self._pull.user, known_hosts=([trusted], [], []),
            client_keys=keys, password=None if is_key else self._secret, config=None, agent_path=None,
            connect_timeout=CONNECT_SECONDS, keepalive_interval=CONNECT_SECONDS,
        )  # fmt: skip
        return await self._connection.start_sftp_client(path_errors="surrogateescape")  # type: ignore[no-any-return]

    async def _fetched(self, files: "SFTPClient", path: str, sink: BinaryIO) -> str | None:
        """The version whose bytes are in `sink` now; None for a file that changed meanwhile, or is none any more."""
        before = await files.lstat(path)
        if not _is_file(before):
            return None
        if (before.size or 0) > MAX_FILE_BYTES:
            raise self._refused(f"has a file larger than {MAX_FILE_BYTES >> 20} MB: take it away from there")
        sink.seek(0)
        sink.truncate()
        async with files.open(path, "rb") as file:
            while (left := (before.size or 0) + 1 - sink.tell()) and (block := await file.read(min(BLOCK, left))):
                sink.write(cast(bytes, block))  # up to a byte more than there was: a file that grows has no end
        after = await files.lstat(path)
        is_whole = _version(before) == _version(after) and sink.tell() == after.size
        return _version(after) if is_whole else None

    def _refused(self, sentence: str) -> PullError:
        return PullError(f"{self._pull.name}: {self._pull.host} {sentence}.")


def _is_file(attrs: "SFTPAttrs") -> bool:
    """Whether this is a file and neither a link to one nor something that has no end."""
    return attrs.permissions is not None and stat.S_ISREG(attrs.permissions)


def _version(attrs: "SFTPAttrs") -> str:
    return f"{attrs.size}@{attrs.mtime}"
