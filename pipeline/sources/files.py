"""Where bytes come from: files on disk, members of zip archives, object storage; gzip is undone on the way.

An address is a path or what fsspec calls a URL (`s3://bucket/folder`, `memory://a.csv`); what lies inside an archive
has the address `zip://member::archive`. Nothing here knows a format.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from zlib import error as ZlibError

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
INSIDE, ARCHIVE = "zip://", "::"
MAX_RATIO = 200
"""So many times its compressed size may a file become; transcripts in JSON shrink to a tenth at most, bombs to 1/1000."""
UNSUSPECTED = 64 * 2**20
"""Bytes that any archive may become, whatever its ratio: small files repeat themselves more."""
MAX_MEMBERS = 100_000


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """A file to read, by its address."""

    address: str

    @property
    def name(self) -> str:
        """What people call it: the file's name, after its archive's if it lies in one."""
        member, _, archive = self.address.removeprefix(INSIDE).partition(ARCHIVE)
        own = PurePosixPath(Path(member).as_posix()).name
        return f"{PurePosixPath(archive).name}/{own}" if archive else own

    @property
    def stem(self) -> str:
        """Its own name without an ending and without `.gz`."""
        return Path(self.name.rpartition("/")[2].removesuffix(".gz")).stem

    def open(self) -> BinaryIO:
        """Its bytes, unpacked, from the start.

        Raises:
            SourceError: it is not there, may not be read, is locked by a password, or holds far more than it weighs.
        """
        try:
            file, size = _opened(self.address)
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or "the storage refused"
            raise SourceError(f"{self.name} cannot be opened ({reason}): check its permissions.") from None
        except ImportError as error:
            raise SourceError(
                f"{self.name} needs a package that is not installed ({error.name}): pip install it.",
                code="missing_package",
            ) from None
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, KeyError, ValueError):
            raise SourceError(
                f"{self.name} is a damaged or locked archive: export it again without a password.", code="bad_archive"
            ) from None
        start = file.read(2)
        file.seek(0)
        if start == GZIP_MAGIC:
            file = cast(BinaryIO, gzip.GzipFile(fileobj=file))
        elif not self.address.startswith(INSIDE):
            return file
        return cast(BinaryIO, io.BufferedReader(_Unpacked(file, size, self.name)))


class _Unpacked(io.RawIOBase):
    """Unpacked bytes, up to what an honest archive of this size may hold; damage on the way is a `SourceError`."""

    def __init__(self, file: BinaryIO, packed_size: int, name: str) -> None:
        self._file, self._name = file, name
        self._left = max(UNSUSPECTED, packed_size * MAX_RATIO)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            read = self._file.read(len(buffer))
        except (OSError, EOFError, ZlibError, zipfile.BadZipFile):
            raise SourceError(f"{self._name} is damaged: export it again.", code="bad_archive") from None
        self._left -= len(read)
        if self._left < 0:
            raise SourceError(f"{self._name} unpacks to far more than it weighs: unpack it by hand.", code="zip_bomb")
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        self._file.close()
        super().close()


def _opened(address: str) -> tuple[BinaryIO, int]:
    """A file that can be read from the start twice, and its size as it is stored."""
    if address.startswith(INSIDE):
        member, _, archive = address.removeprefix(INSIDE).partition(ARCHIVE)
        packed = zipfile.ZipFile(_opened(archive)[0])
        info = packed.getinfo(member)
        return cast(BinaryIO, packed.open(info)), info.compress_size
    if "://" in address:
        system, path = _system(address)
        return cast(BinaryIO, system.open(path, "rb")), int(system.size(path) or 0)
    path_ = Path(address)
    return path_.open("rb"), path_.stat().st_size


def _system(address: str) -> "tuple[AbstractFileSystem, str]":
    from fsspec.core import url_to_fs

    system, path = url_to_fs(address)
    return system, path


def find_files(addresses: Sequence[Path | str]) -> list[SourceFile]:
    """The files at `addresses`, sorted: files, folders searched at any depth, patterns (`in/*.json`), zip archives.

    Of a folder, hidden files and notes (`.md`) are left out; an archive stands for what is in it.

    Raises:
        SourceError: one of the addresses does not exist, or holds a damaged archive.
    """
    found: set[SourceFile] = set()
    for address in map(str, addresses):
        for file in _remote(address) if "://" in address else _local(address):
            found.update(_members(file))
    return sorted(found)


def _local(address: str) -> Iterator[str]:
    path = Path(address)
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file() and _is_delivery(file.relative_to(path).parts))
        yield from map(str, files)
    elif path.is_file():
        yield address
    elif has_magic(address) and (files := [name for name in glob(address, recursive=True) if Path(name).is_file()]):
        yield from files
    else:
        raise SourceError(f"{address} is not there: check the path.", code="missing_file")


def _remote(address: str) -> Iterator[str]:
    if address.startswith(INSIDE):
        yield address
        return
    try:
        system, path = _system(address)
        found = system.glob(path) if has_magic(path) else system.find(path)
    except (OSError, ImportError, ValueError) as error:
        raise SourceError(f"{address} cannot be read ({type(error).__name__}): check the address.") from None
    if not found:
        raise SourceError(f"{address} is not there: check the address.", code="missing_file")
    root = PurePosixPath(path)
    for file in found:
        inner = PurePosixPath(file)
        parts = inner.relative_to(root).parts if not has_magic(path) and inner.is_relative_to(root) else (inner.name,)
        if _is_delivery(parts):
            yield system.unstrip_protocol(file)


def _is_delivery(parts: Sequence[str]) -> bool:
    return not any(part.startswith(".") for part in parts) and not (parts and parts[-1].lower().endswith(".md"))


def _members(address: str) -> Iterator[SourceFile]:
    """The file itself, or what is in it if it is a plain zip archive (an .xlsx is one too, but no delivery of many)."""
    file = SourceFile(address)
    if address.startswith(INSIDE) or not _is_archive(file):
        yield file
        return
    with file.open() as opened:
        names = [info.filename for info in zipfile.ZipFile(opened).infolist() if not info.is_dir()]
    if len(names) > MAX_MEMBERS:
        raise SourceError(f"{file.name} holds more than {MAX_MEMBERS:,} files: split it.", code="zip_bomb")
    yield from (SourceFile(f"{INSIDE}{name}{ARCHIVE}{address}") for name in names if _is_delivery(name.split("/")))


def _is_archive(file: SourceFile) -> bool:
    try:
        with file.open() as opened:
            if opened.read(len(ZIP_MAGIC)) != ZIP_MAGIC:
                return False
            opened.seek(0)
            return not any(name.startswith(("xl/", "word/", "ppt/")) for name in zipfile.ZipFile(opened).namelist())
    except (SourceError, zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return False  # reading it says why
