"""What the log may say: facts about our work, never what a reader wrote or who they are.

Exceptions are logged as type and place; their text is left out, because drivers and parsers quote
their input in it.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


class Formatter(logging.Formatter):
    """One line a record, as text or as JSON; facts given by `extra=` become fields."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[0]:
            fields["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-8:]
            fields["where"] = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        if self._as_json:
            return json.dumps(fields, default=str)
        return " ".join(str(value) if name in {"at", "level", "event"} else f"{name}={value}"
                        for name, value in fields.items())  # fmt: skip


def configure(log_format: str) -> None:
    """Send the log to standard error, as "text" or "json"."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(as_json=log_format == "json"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tipline").setLevel(logging.INFO)
