"""A week by its ISO number, from Monday to Sunday."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.errors import ConfigError

WEEKS_BEFORE = 4
"""How many weeks before a week is compared with."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week, by its Monday."""

    first_day: date

    @classmethod
    def parse(cls, text: str) -> "Week":
        """The week that is written like 2026-W40.

        Raises:
            ConfigError: no week is written so.
        """
        try:
            if not (found := re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", text)):
                raise ValueError
            return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            raise ConfigError(f"{text} is no week: write year and ISO week, such as 2026-W40.") from None

    @classmethod
    def last_whole(cls, today: date) -> "Week":
        """The last week that is over on a day."""
        return cls(today - timedelta(days=today.weekday() + 7))

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return self.first_day + timedelta(days=6)

    @property
    def before(self) -> date:
        """The Monday with which the weeks before begin."""
        return self.first_day - timedelta(weeks=WEEKS_BEFORE)

    def __str__(self) -> str:
        year, week, _ = self.first_day.isocalendar()
        return f"{year}-W{week:02d}"
