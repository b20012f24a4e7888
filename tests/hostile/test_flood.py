"""A flood from one address against the real desk: its web processes count together, and nobody else waits."""

import contextlib
import http.client
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile.test_power_cut import kill_all
from serving import eventually, free_port

FLOODS = 100
FLOODER, READER = "93.184.216.34", "93.184.216.99"


@pytest.fixture
def port(home):
    """A desk with four web processes behind a proxy that names who asks."""
    port = free_port()
    environ = {**os.environ, "TIPLINE_HOME": str(home), "TIPLINE_PROXY_HOPS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tipline", "serve", "--port", str(port), "--workers", "4"],
        env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        eventually("the desk answers", lambda: is_ready(port), seconds=120)
        yield port
    finally:
        kill_all(process)


def is_ready(port):
    with contextlib.suppress(OSError):
        return ask(port, "GET", "/readyz", READER) == 200


def ask(port, method, path, address, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        headers = {"X-Forwarded-For": address, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


@pytest.mark.server
def test_a_hundred_at_once_get_through_as_often_as_one_after_another(port):
    with ThreadPoolExecutor(FLOODS) as threads:
        flood = threads.map(
            lambda _: ask(port, "POST", "/receipt", FLOODER, "code=no+such+words"), range(FLOODS)
        )
        codes = Counter(flood)
    assert codes == {404: 20, 429: FLOODS - 20}
    assert ask(port, "POST", "/receipt", READER, "code=no+such+words") == 404
