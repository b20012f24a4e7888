"""A scanner is asked about every byte, and an answer that is none lets the file wait."""

import io
import socket

import pytest
from scrub.clamd import Scanner, running

from tipline.scrub.clamav import ScannerAway, scan
from tipline.scrub.found import CannotScrub, WhySealed

CONTENT = bytes(range(256)) * 1000


def test_all_of_a_clean_file_is_shown_to_it():
    with running(Scanner()) as scanner:
        assert scan(io.BytesIO(CONTENT), scanner.address) is None
    assert scanner.seen == [CONTENT]


def test_it_may_listen_at_a_path(tmp_path):
    with running(Scanner(), str(tmp_path / "clamd")) as scanner:
        scan(io.BytesIO(CONTENT), scanner.address)
    assert scanner.seen == [CONTENT]


def test_what_it_finds_is_infected():
    with (
        running(Scanner(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")) as scanner,
        pytest.raises(CannotScrub) as refused,
    ):
        scan(io.BytesIO(CONTENT), scanner.address)
    assert refused.value.why is WhySealed.INFECTED


def test_what_is_too_large_for_it_is_unchecked():
    with running(Scanner(takes_bytes=1000)) as scanner, pytest.raises(CannotScrub) as refused:
        scan(io.BytesIO(CONTENT * 20), scanner.address)
    assert refused.value.why is WhySealed.UNCHECKED


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: ",
        b"stream: OK FOUND OK\0",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"x" * 5000,
        b"UNKNOWN COMMAND\0",
    ],
)
def test_nonsense_lets_the_file_wait(answer):
    with running(Scanner(answer)) as scanner, pytest.raises(ScannerAway):
        scan(io.BytesIO(CONTENT), scanner.address)


def test_silence_lets_the_file_wait():
    with running(Scanner(waits_seconds=1)) as scanner, pytest.raises(ScannerAway):
        scan(io.BytesIO(CONTENT), scanner.address, timeout_seconds=0.1)


def test_nobody_there_lets_the_file_wait(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(ScannerAway):
            scan(io.BytesIO(CONTENT), f"tcp://127.0.0.1:{taken.getsockname()[1]}")
    with pytest.raises(ScannerAway):
        scan(io.BytesIO(CONTENT), f"unix:{tmp_path}/nobody")
    with pytest.raises(ScannerAway):
        scan(io.BytesIO(CONTENT), "http://127.0.0.1:3310")
