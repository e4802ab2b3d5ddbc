"""Keyed hashes: the same customer gets the same key every night, and nobody without the secret can compute it."""

import hmac
import os
import secrets
import stat
import tempfile
import unicodedata
from hashlib import sha256
from pathlib import Path

from pipeline.errors import PrivacyError

VARIABLE = "TUNNEPOLKU_SECRET"
MIN_LENGTH = 32
"""Characters a secret must have: a shorter one could be guessed by trying all of them."""
KEY_LENGTH = 32
"""Hex digits kept of a hash: 128 bits, at which no two of any number of customers will ever share a key."""


def pseudonymize(key: str | None, secret: bytes, kind: str) -> str | None:
    """HMAC-SHA256 (RFC 2104) of a source's own key, as 32 hex digits; None where there is no key or only spaces.

    `kind` ("customer", "agent") separates the domains: customer 17 and agent 17 get unrelated keys. Spaces around the
    key and the Unicode form it came in (NFC or NFD) make no difference; upper and lower case do.
    """
    if key is None or not key.strip():
        return None
    normalised = unicodedata.normalize("NFC", key.strip())
    return hmac.new(secret, f"{kind}\0{normalised}".encode(), sha256).hexdigest()[:KEY_LENGTH]


def load_secret(path: Path) -> bytes:
    """The secret of the keyed hashes: TUNNEPOLKU_SECRET if set, else the file, which the first run creates.

    Raises:
        PrivacyError: the secret is too short, or the file can be read by others or cannot be read or written at all.
    """
    from_environment = os.environ.get(VARIABLE)
    if from_environment is not None:
        return _checked(from_environment, f"the variable {VARIABLE}")
    try:
        if not path.exists():
            _create(path)
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise PrivacyError(f"Others may read the secret in {path}: run chmod 600 on it.")
        return _checked(path.read_text(encoding="ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise PrivacyError(
            f"The secret in {path} cannot be read or written ({type(error).__name__}): correct the path or its owner."
        ) from None


def _checked(secret: str, where: str) -> bytes:
    stripped = secret.strip()
    if len(stripped) < MIN_LENGTH:
        raise PrivacyError(f"The secret in {where} is too short: give it at least {MIN_LENGTH} random characters.")
    return stripped.encode()


def _create(path: Path) -> None:
    """Write 32 random bytes in hex, readable by the owner only.

    The link makes it atomic: no reader sees half a secret, and of two first runs at once both use the one that won.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # the other first run was faster
    finally:
        Path(draft).unlink()
