"""The one place that reads the clock, so that every decision can be given its time."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def to_minute(instant: datetime) -> datetime:
    """Drop seconds: what readers do is kept to the minute, so that logs elsewhere cannot be matched."""
    return instant.replace(second=0, microsecond=0)
