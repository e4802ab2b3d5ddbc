"""What a request proves itself with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.errors import PullError
from pipeline.pulls import Pull


class Login(Protocol):
    """What a request proves itself with."""

    def headers(self) -> Mapping[str, str]:
        """The headers of every request to the source itself."""

    def renew(self) -> bool:
        """Get a new token after a refusal; False where there is none to get."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A login that stays the same."""

    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    def headers(self) -> Mapping[str, str]:
        """See `Login`."""
        return self.given

    def renew(self) -> bool:
        """See `Login`."""
        return False


def bearer(pull: Pull, secret: str, **others: str) -> Fixed:
    """A login by token (RFC 6750, 2.1), with other headers that go with it.

    Raises:
        PullError: the secret cannot be a token.
    """
    if not (secret.isascii() and secret.isprintable()):
        raise PullError(f"{pull.name}: the secret is no token: put the token alone there, on one line.")
    return Fixed({"Authorization": f"Bearer {secret}", **others})
