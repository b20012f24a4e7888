"""Event loops for tests, each in a thread of its own: a browser in the same process keeps one running."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end and return what it returns."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
