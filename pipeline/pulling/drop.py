"""What the two drops share: which files are new there, and what they are called here.

A file keeps no name of its own, since recordings are often named by the caller's number: it is called by a digest of
its path, which stays the same for its next version, after a date and time where its name held one, which readers use.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from pipeline.pulling.landing import digest_of
from pipeline.pulling.pages import DropFile, Page, Start, part
from pipeline.pulls import Pull

FILES_A_PAGE = 20
"""A kill loses at most so many downloads; the list of what is known is written down after each page."""
MAX_FILE_BYTES = 16 * 2**30
MAX_LIST_BYTES = 8 * 2**20
MOMENT = re.compile(
    r"(?<!\d)20\d\d([-_.]?)(0[1-9]|1[0-2])\1(0[1-9]|[12]\d|3[01])"
    r"(?:[T_ -]?([01]\d|2[0-3])[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?Z?)?(?!\d)"
)
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}(?:\.gz)?$")
HALF = (".part", ".partial", ".filepart", ".tmp", ".unfinished", ".crdownload")
"""How senders end the names of files that they are still writing."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that a drop has."""

    path: str
    """Where, without what changes from night to night."""
    version: str
    """What is another one when the content is; "" where only asking for the file tells."""
    fetch: Callable[[BinaryIO, str], str | None]
    """Writes its content, given the known version; returns the version it is of, None where that is the known one."""


def local_name(path: str) -> str:
    """What a file of a drop is called here."""
    own = PurePosixPath(path).name
    moment, ending = MOMENT.search(own), ENDING.search(own)
    return "-".join(filter(None, [moment and moment[0], digest_of(path)])) + (ending[0] if ending else "")


def is_wanted(pull: Pull, name: str) -> bool:
    """Whether a file is pulled, by its name: it fits the pattern of the settings and is not half written."""
    return (
        not name.startswith(".")
        and "/" not in name
        and fnmatchcase(name, pull.what)
        and not name.lower().endswith(HALF)
    )


def pages_of(offered: Sequence[Offered], start: Start) -> Iterator[Page]:
    """Pages of the files that are not known in their version.

    The position is what is known, and grows as the files are written.
    """
    known: Mapping[str, Any] = part(start.position, "versions") or {}
    versions = {digest: known[digest] for file in offered if (digest := digest_of(file.path)) in known}
    fresh = [file for file in offered if not file.version or versions.get(digest_of(file.path)) != file.version]
    fresh.sort(key=lambda file: file.path)
    left_out = Counter({"known": len(offered) - len(fresh)})
    for first in range(0, max(len(fresh), 1), FILES_A_PAGE):
        files = tuple(_file(file, versions) for file in fresh[first : first + FILES_A_PAGE])
        is_last = first + FILES_A_PAGE >= len(fresh)
        yield Page({"versions": versions}, is_last, files=files, left_out=left_out)
        left_out = Counter()


def _file(file: Offered, versions: dict[str, Any]) -> DropFile:
    digest = digest_of(file.path)

    def fill(sink: BinaryIO) -> bool:
        version = file.fetch(sink, str(versions.get(digest, "")))
        if version is not None:
            versions[digest] = version
        return version is not None

    return DropFile(local_name(file.path), fill)
