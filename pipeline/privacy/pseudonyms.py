r"""Keyed hashes: the same customer gets the same key every night, and nobody without the secret can compute it.

The secret is a chain, oldest first. An id is hashed with its first link, the result with the next, and so on:

    key = HMAC(s_n, "key\0" … HMAC(s_2, "key\0" HMAC(s_1, kind "\0" id)))     each cut to 32 hex digits

The ids themselves are not stored, so this is the only way to rotate the secret: a new link re-keys what is stored, and
the whole chain takes tomorrow's ids to the same keys. Who learns the old links alone can do nothing with a re-keyed
database: to test a guess they need the newest link, which every stored key has been through. The chain as a whole must
stay secret, and none of it may be thrown away.

`kind` stands in the first link only: different inputs stay different through the later ones, and what is stored does
not always tell its kind (a `response_id` may be hashed as one of two), but can be re-keyed all the same.
"""

import hmac
import os
import re
import secrets
import stat
import tempfile
import unicodedata
from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha256
from pathlib import Path

from pipeline.errors import PrivacyError

VARIABLE = "TUNNEPOLKU_SECRET"
NEW_VARIABLE = "TUNNEPOLKU_SECRET_NEW"
MIN_LENGTH = 32
"""Characters a secret must have: a shorter one could be guessed by trying all of them."""
KEY_LENGTH = 32
"""Hex digits kept of a hash: 128 bits, at which no two of any number of customers will ever share a key."""
KEY = re.compile(rf"[0-9a-f]{{{KEY_LENGTH}}}")
"""What a keyed hash looks like; ids that look like one become one, so that whatever looks like one is one."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A chain of secrets, oldest first; it never shows itself in a message or a traceback."""

    chain: tuple[str, ...] = field(repr=False)

    def __add__(self, newer: "Secret") -> "Secret":
        return Secret(self.chain + newer.chain)


def pseudonymize(identifier: str | None, secret: Secret, kind: str) -> str | None:
    """HMAC-SHA256 (RFC 2104) of a source's own id, as 32 hex digits; None where there is no id or only spaces.

    `kind` ("customer", "agent") separates the domains: customer 17 and agent 17 get unrelated keys. Spaces around the
    id and the Unicode form it came in (NFC or NFD) make no difference; upper and lower case do.
    """
    if identifier is None or not identifier.strip():
        return None
    oldest, *newer = secret.chain
    first = _hash(oldest, kind, unicodedata.normalize("NFC", identifier.strip()))
    return reduce(lambda key, link: _hash(link, "key", key), newer, first)


def rekey(key: str, secret: Secret) -> str:
    """The key under this chain of one that was made under the same chain without its newest link."""
    return _hash(secret.chain[-1], "key", key)


def fingerprint(secret: Secret) -> str:
    """Tells one chain from another and gives neither away: the keyed hash of a constant."""
    return pseudonymize("tunnepolku", secret, "fingerprint") or ""


def _hash(link: str, kind: str, text: str) -> str:
    return hmac.new(link.encode(), f"{kind}\0{text}".encode(), sha256).hexdigest()[:KEY_LENGTH]


def new_secret() -> Secret:
    """A chain of one: 32 random bytes in hex."""
    return Secret((secrets.token_hex(32),))


def load_secret(path: Path) -> Secret:
    """The secret of the keyed hashes: TUNNEPOLKU_SECRET if set, else the file. Nothing makes one silently.

    Raises:
        PrivacyError: there is none, a link is too short, or the file can be read by others or cannot be read at all.
    """
    from_environment = secret_in(VARIABLE)
    if from_environment is not None:
        return from_environment
    try:
        return read_secret(path)
    except FileNotFoundError:
        raise PrivacyError(
            f"There is no secret for the keyed hashes, neither in {VARIABLE} nor in {path}: restore the one you had, "
            "or make the first one with `tunnepolku secret new`."
        ) from None


def secret_in(variable: str) -> Secret | None:
    """The secret in an environment variable; None where it is not set.

    Raises:
        PrivacyError: a link is too short.
    """
    value = os.environ.get(variable)
    return None if value is None else _parsed(value, f"the variable {variable}")


def read_secret(path: Path) -> Secret:
    """The secret in a file.

    Raises:
        FileNotFoundError: there is no such file.
        PrivacyError: a link is too short, or the file can be read by others or cannot be read at all.
    """
    return _parsed(read_private(path), str(path))


def read_private(path: Path, encoding: str = "ascii") -> str:
    """The text of a file that nobody but its owner may read.

    Raises:
        FileNotFoundError: there is no such file.
        PrivacyError: the file can be read by others or cannot be read at all.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise PrivacyError(f"Others may read the secret in {path}: run chmod 600 on it.")
        return path.read_text(encoding=encoding)
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from None


def _parsed(text: str, where: str) -> Secret:
    chain = tuple(text.split())
    if not chain or min(map(len, chain)) < MIN_LENGTH:
        raise PrivacyError(
            f"The secret in {where} is too short: give each of its parts, which spaces separate, at least {MIN_LENGTH} "
            "random characters."
        )
    return Secret(chain)


def write_secret(secret: Secret, path: Path) -> None:
    """Write a new file that only its owner can read, whole or not at all, a link a line, and wait for the disk.

    The link makes it atomic: no reader sees half a secret, and of two writers at once one wins and the other is told.

    Raises:
        PrivacyError: the file is there already, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft("\n".join(secret.chain) + "\n", path)
        try:
            os.link(draft, path)
        except FileExistsError:
            raise PrivacyError(
                f"There is a secret in {path} already: it stays, since every stored key needs it."
            ) from None
        finally:
            draft.unlink()
        _sync(path.parent)
    except OSError as error:
        raise _unusable(path, error) from None


def _draft(text: str, path: Path) -> Path:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)


def _sync(folder: Path) -> None:
    """Make a new name in the folder outlive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(path: Path, error: Exception) -> PrivacyError:
    return PrivacyError(
        f"The secret in {path} cannot be read or written ({type(error).__name__}): correct the path or its owner."
    )
