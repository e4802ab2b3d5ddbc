"""What the headers of an answer say of time: how long to wait, and what the clock of the source shows.

Checked against: RFC 9110 (6.6.1 `Date`, 10.2.3 `Retry-After`); developer.zendesk.com, "Best practices for avoiding rate
limiting" (`ratelimit-reset` in seconds, `Retry-After` with 429); developers.intercom.com, "Rate Limiting" of 2.17
(`X-RateLimit-Reset` as a moment, no `Retry-After`); the answer in Genesys' article "Genesys Cloud SDK Configuration and
Logging" (`inin-ratelimit-reset` in seconds).
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

MAX_PAUSE = 900.0
"""Seconds; no vendor counts its requests over a longer time, so a longer pause is no pause but a mistake."""
EPOCH_SECONDS = 1e9
"""A reset above this is a moment, below it a number of seconds."""
COUNTERS = (
    ("x-rate-limit-remaining", "ratelimit-reset"),  # Zendesk
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),  # Intercom
)
"""Headers: requests that are left, and when there will be more. Genesys tells used and allowed ones instead."""


def clock_of(headers: Mapping[str, str]) -> float | None:
    """What the clock of the source showed, in seconds since 1970; None where it tells no `Date`."""
    return _moment(headers.get("date"))


def pause_of(headers: Mapping[str, str], now: float) -> float:
    """Seconds until requests are allowed again; 0 where some are left.

    Args:
        headers: of an answer, in lower case.
        now: by the clock of the source.
    """
    resets = [_number(headers.get(reset)) for left, reset in COUNTERS if _is_used_up(headers.get(left))]
    used, allowed = (_number(headers.get(f"inin-ratelimit-{name}")) for name in ("count", "allowed"))
    if used is not None and allowed is not None and used >= allowed:
        resets.append(_number(headers.get("inin-ratelimit-reset")))
    seconds = [reset - now if reset > EPOCH_SECONDS else reset for reset in resets if reset is not None]
    return min(max(seconds, default=0.0), MAX_PAUSE)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that `Retry-After` asks for; None where it asks for none, in words nobody knows, or for the past."""
    told = headers.get("retry-after")
    seconds = _number(told)
    if seconds is None and (moment := _moment(told)) is not None:
        seconds = moment - now
    return seconds if seconds is not None and seconds > 0 else None


def _is_used_up(left: str | None) -> bool:
    number = _number(left)
    return number is not None and number <= 0


def _moment(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e12 else None
