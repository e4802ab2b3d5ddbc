"""Where bytes come from: files on disk, members of zip archives, object storage; gzip is undone on the way.

An address is a path or what fsspec calls a URL (`s3://bucket/folder`, `memory://a.csv`); what lies inside an archive
has the address `zip://member::archive`. Nothing here knows a format.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from glob import glob, has_magic
from hashlib import file_digest, sha256
from math import inf
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What everything writes; the others may ask for gigabytes of memory."""
DOCUMENTS = {"[Content_Types].xml", "mimetype"}
"""Members that make a zip archive a document of an office program."""
INSIDE, ARCHIVE = "zip://", "::"
MAX_RATIO = 200
"""So many times its packed size may a file become; transcripts in JSON shrink to a tenth at most, bombs to 1/1000."""
UNSUSPECTED = 64 * 2**20
"""Bytes that anything may become, whatever its ratio: small files repeat themselves more."""
MAX_MEMBERS = 10_000
BUFFER_BYTES = 2**18
SECRETS = re.compile(r"(?<=//)[^/@]*@|\?.*")
"""`user:password@` in an address, and the query that signs it."""


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """A file to read, by its address."""

    address: str

    @property
    def name(self) -> str:
        """What people call it: the file's name, after its archive's if it lies in one; line ends in it are no lines."""
        member, stored = _parts(self.address)
        name = PurePosixPath(shown(stored)).name
        name = f"{name}/{PurePosixPath(member).name}" if member else name
        return "".join(letter if letter.isprintable() else "?" for letter in name)

    @property
    def stem(self) -> str:
        """Its own name without an ending and without `.gz`."""
        return Path(self.name.rpartition("/")[2].removesuffix(".gz")).stem

    def open(self) -> "io.BufferedReader[Any]":
        """Its bytes, unpacked, from the start; they cannot be gone back in.

        Raises:
            SourceError: it is not there, may not be read, is locked by a password, or holds far more than it weighs.
        """
        with ExitStack() as stack, _told(self):
            stored, size = _stored(self.address, stack)
            limit = max(UNSUSPECTED, size * MAX_RATIO)
            raw = _Checked(stored, self, limit if self.address.startswith(INSIDE) else inf)
            file = io.BufferedReader(raw, BUFFER_BYTES)
            if file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
                raw = _Checked(gzip.GzipFile(fileobj=file), self, limit)
                file = io.BufferedReader(raw, BUFFER_BYTES)
            raw.closing = stack.pop_all()
            return file

    def digest(self) -> str:
        """SHA-256 of its unpacked bytes, in hex; of the stored ones and its name where they cannot be unpacked.

        Raises:
            SourceError: it cannot be opened.
        """
        with suppress(SourceError), self.open() as file:
            return file_digest(file, "sha256").hexdigest()
        with ExitStack() as stack, _told(self):
            member, archive = _parts(self.address)
            stored, _ = _stored(archive, stack)
            raw = io.BufferedReader(_Checked(stored, self, inf), BUFFER_BYTES)
            return sha256(file_digest(raw, "sha256").digest() + member.encode()).hexdigest()

    def version(self) -> str:
        """What changes whenever the file does: the time it was written, and its size.

        Raises:
            SourceError: it is not there, or may not be seen.
        """
        with _told(self):
            _, stored = _parts(self.address)
            if "://" in stored:
                system, path = _system(stored)
                return str(system.ukey(path))
            status = Path(stored).stat()
            return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def as_source(file: "Path | str | SourceFile") -> SourceFile:
    """A file by its path or address."""
    return file if isinstance(file, SourceFile) else SourceFile(str(file))


def shown(address: Path | str) -> str:
    """An address as it may be written down: without passwords."""
    return SECRETS.sub("", str(address)) if "://" in str(address) else str(address)


class _Checked(io.RawIOBase):
    """Bytes up to a limit; whatever goes wrong in reading them is a `SourceError`."""

    def __init__(self, file: BinaryIO | gzip.GzipFile, source: SourceFile, limit: float) -> None:
        self._file, self._source, self._left = file, source, limit
        self.closing = ExitStack()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _told(self._source):
            part = self._file.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            raise SourceError(
                f"{self._source.name} unpacks to far more than it weighs: unpack it by hand.", code="zip_bomb"
            )
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self.closing.close()
        super().close()


@contextmanager
def _told(file: SourceFile) -> Iterator[None]:
    """Turn what keeps a file from being read into one sentence."""
    try:
        yield
    except SourceError:
        raise
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error):
        raise SourceError(f"{file.name} is damaged: export it again.", code="bad_archive") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(f"{file.name} cannot be opened ({reason}): check its address and permissions.") from None
    except ImportError as error:
        raise SourceError(
            f"{file.name} needs a package that is not here ({error}): install it.", code="missing_package"
        ) from None
    except Exception as error:
        if file.address.startswith(INSIDE):  # zipfile raises many kinds
            raise SourceError(
                f"{file.name} is locked by a password or packed in an unusual way: export it plainly.",
                code="bad_archive",
            ) from None
        if "://" in file.address:  # every storage raises kinds of its own
            raise SourceError(f"{file.name} cannot be read ({type(error).__name__}): check its address.") from None
        raise


def _stored(address: str, stack: ExitStack) -> tuple[BinaryIO, int]:
    """A file as it is stored, which `stack` closes, and its size there."""
    member, archive = _parts(address)
    if member:
        opened, size = _stored(archive, stack)
        packed = stack.enter_context(zipfile.ZipFile(opened))
        info = packed.getinfo(member)
        if info.compress_type not in ZIP_METHODS:
            raise NotImplementedError
        return cast(BinaryIO, stack.enter_context(packed.open(info))), min(info.compress_size, size)
    if "://" in address:
        system, path = _system(address)
        return cast(BinaryIO, stack.enter_context(system.open(path, "rb"))), int(system.size(path) or 0)
    return stack.enter_context(Path(address).open("rb")), Path(address).stat().st_size


def _parts(address: str) -> tuple[str, str]:
    """Member and archive, or nothing and the file; the archive's address is ours, the member's name anybody's."""
    if not address.startswith(INSIDE):
        return "", address
    member, _, archive = address.removeprefix(INSIDE).rpartition(ARCHIVE)
    return member, archive


def _system(address: str) -> "tuple[AbstractFileSystem, str]":
    from fsspec.core import url_to_fs

    system, path = url_to_fs(address)
    return system, path


def find_files(addresses: Sequence[Path | str]) -> list[SourceFile]:
    """The files at `addresses`, sorted: files, folders searched at any depth, patterns (`in/**/*.json`), zip archives.

    Of folders, patterns and archives, hidden files and notes (`.md`) are left out. An archive stands for what is in
    it; one that cannot be looked into, or lies in another, stands for itself, and reading it says why.

    Raises:
        SourceError: nothing is at one of the addresses, or its storage cannot be read.
    """
    found: set[SourceFile] = set()
    for address in map(str, addresses):
        for file in _files_at(address):
            found.update(_members(file))
    return sorted(found)


def _files_at(address: str) -> list[str]:
    if address.startswith(INSIDE):
        return [address]
    if "://" in address:
        with _told(SourceFile(address)):
            files = _remote(address)
    else:
        files = _local(address)
    if not files and not Path(address).is_dir():
        raise SourceError(f"{shown(address)} is not there: check the path.", code="missing_file")
    return files


def _local(address: str) -> list[str]:
    path = Path(address)
    if path.is_file():
        return [address]
    # glob and not Path.glob, which raises over odd patterns
    inside = path.rglob("*") if path.is_dir() else map(Path, glob(address, recursive=True))  # noqa: PTH207
    return [str(file) for file in inside if file.is_file() and _is_delivery(_below(file, path))]


def _remote(address: str) -> list[str]:
    system, path = _system(address)
    if system.isfile(path):
        return [address]
    inside = system.glob(path) if has_magic(path) else system.find(path)
    files = [file for file in inside if _is_delivery(_below(PurePosixPath(file), PurePosixPath(path)))]
    if has_magic(path):  # of folders too
        files = [file for file in files if system.isfile(file)]
    own = path.rstrip("/")
    if own and own in address:  # the host of `sftp://host/folder` is no part of the path
        return [address.rpartition(own)[0] + file for file in files]
    return [system.unstrip_protocol(file) for file in files]


def _below(file: PurePath, path: PurePath) -> tuple[str, ...]:
    """The parts of a file's path below a folder, or below the folder that a pattern starts in."""
    while has_magic(str(path)):
        path = path.parent
    return file.relative_to(path).parts if file.is_relative_to(path) else file.parts


def _is_delivery(parts: Sequence[str]) -> bool:
    is_hidden = any(part.startswith(".") and part.strip(".") for part in parts)  # `./a.csv` is not
    return not is_hidden and not (parts and parts[-1].lower().endswith(".md"))


def _members(address: str) -> Iterator[SourceFile]:
    """What is in an archive, or the file itself if it is none."""
    names = None if address.startswith(INSIDE) else _packed_names(SourceFile(address))
    if names is None:
        yield SourceFile(address)
    else:
        yield from (SourceFile(f"{INSIDE}{name}{ARCHIVE}{address}") for name in names if _is_delivery(name.split("/")))


def _packed_names(file: SourceFile) -> list[str] | None:
    """The names in a zip archive; None for what is none, a document (.xlsx), damaged or a bomb: reading it says why."""
    with suppress(SourceError), ExitStack() as stack, _told(file):
        opened, size = _stored(file.address, stack)
        if opened.read(len(ZIP_MAGIC)) != ZIP_MAGIC:
            return None
        try:
            infos = zipfile.ZipFile(opened).infolist()
        except Exception:  # it raises many kinds over damaged archives
            return None
        names = [info.filename for info in infos if not info.filename.endswith("/")]
        is_bomb = len(infos) > MAX_MEMBERS or sum(i.file_size for i in infos) > max(UNSUSPECTED, size * MAX_RATIO)
        return None if is_bomb or "" in names or not DOCUMENTS.isdisjoint(names) else names
    return None
