"""How long a pull waits, for what, and when it gives up until the next night."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.errors import PullError

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries when the other side does not say how long; doubled each time up to the longest."""
MAX_TRIES = 6
"""So often is asked for the same thing when the connection breaks or the server fails."""
MAX_REFUSALS = 30
"""So often is waited for the same thing when the server says that it is too early."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time and lets it pass; tests bring one of their own."""

    now: Callable[[], float] = time.time
    """Seconds since 1970, by this machine."""
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """Between 0 and 1: spreads the tries of machines that failed together."""


@dataclass(slots=True)
class Patience:
    """The time that one pull has left, and its waiting."""

    clock: Clock
    name: str
    limit: float
    """Seconds from the start."""
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.clock.monotonic() + self.limit

    def left(self) -> float:
        """Seconds until this pull must end.

        Raises:
            PullError: none are left.
        """
        seconds = self._end - self.clock.monotonic()
        if seconds <= 0:
            raise self._over()
        return seconds

    def wait(self, seconds: float) -> None:
        """Let that much time pass.

        Raises:
            PullError: it is more than is left; then nothing is waited for.
        """
        if seconds >= self.left():
            raise self._over()
        if seconds > 0:
            self.clock.sleep(seconds)

    def back_off(self, tries: int) -> None:
        """Wait before the next try, longer each time: between half and all of 1, 2, 4 … 60 seconds.

        Raises:
            PullError: it is more than is left.
        """
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))
        self.wait(longest * (0.5 + self.clock.chance() / 2))

    def _over(self) -> PullError:
        return PullError(
            f"{self.name}: its time for one night is over (max_minutes); the next pull goes on from there."
        )
