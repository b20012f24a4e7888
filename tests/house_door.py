"""The way to an application over loopback, which ends with its test.

The application serves the next test too (see `newsroom`). A request of a window that is already closed
may still be under way then: it would keep a connection to the database that was just taken away, and the
next test would be served from there.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.wrappers import Response


class HouseDoor:
    """Let requests through to a WSGI application, until it is shut."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self._inside = 0
        self._shut = False
        self._changed = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        with self._changed:
            shut = self._shut
            self._inside += not shut
        if shut:
            yield from Response("closed", 503)(environ, start_response)
            return
        # Left with its last byte: the server closes an answer only when the browser has hung up.
        try:
            answer = self.app(environ, start_response)
            try:
                yield from answer
            finally:
                getattr(answer, "close", lambda: None)()
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in any more, and wait for those inside.

        Raises:
            AssertionError: when somebody is still inside after ten seconds.
        """
        with self._changed:
            self._shut = True
            assert self._changed.wait_for(lambda: self._inside == 0, 10), "a request does not end"
