"""Archives and a storage to deliver in."""

import io
import zipfile
from collections.abc import Callable, Mapping

Memory = Callable[[str, bytes], str]
"""What the fixture `memory` is: puts bytes into a storage, and returns their address."""


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def locked(archive: bytes) -> bytes:
    """The archive with its first member marked as encrypted."""
    content = bytearray(archive)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    return bytes(content)
