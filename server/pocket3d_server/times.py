"""The clock, and times and durations as texts."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)


def stamp(time: datetime) -> str:
    """A time as the API writes it: RFC 3339, UTC, milliseconds, ``Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def duration(seconds: float) -> str:
    """A length of time for people: ``1 second``, ``45 seconds``, ``2.5 seconds``, ``12 minutes``, ``4 hours``."""
    if seconds >= 2 * 3600:
        return f"{round(seconds / 3600, 1):g} hours"
    if seconds >= 120:
        return f"{round(seconds / 60)} minutes"
    number = round(seconds) if seconds >= 10 else round(seconds, 1)
    return f"{number:g} second{'' if number == 1 else 's'}"
