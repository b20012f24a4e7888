"""What each response wears."""

import pytest

STAFF, READERS = ("same-origin", "no-store"), ("no-referrer", "no-cache")


def worn(client, path):
    # as servers hand a path on; a client would take two slashes for the beginning of a host
    headers = client.get("/", environ_overrides={"PATH_INFO": path}).headers
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert len(headers.getlist("X-Request-Id")) == 1
    return headers["Referrer-Policy"], headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "clothes"),
    [("/newsroom/queue", STAFF), ("//newsroom/queue", STAFF), ("/newsroom/nothing", STAFF),
     ("/privacy", READERS), ("/nothing", READERS), ("/tip", ("no-referrer", "no-store"))],
)  # fmt: skip
def test_each_response_is_dressed_once_and_as_its_place_asks(client, path, clothes):
    assert worn(client, path) == clothes
