"""Ask a virus scanner about a file, over the protocol of ClamAV's daemon (INSTREAM, clamd(8))."""

import re
import socket
import struct
from typing import IO

from tipline.errors import Unavailable
from tipline.scrub.found import CannotScrub, WhySealed

PIECE_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 1024
ADDRESS = re.compile(r"tcp://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):([0-9]{1,5})|unix:(/\S+)")


class ScannerAway(Unavailable):
    """The scanner does not answer, or not as one; the file waits."""

    title = "The virus scanner does not answer"


def scan(stream: IO[bytes], address: str, *, timeout_seconds: float = 60) -> None:
    """Show a scanner everything that is left in `stream`; return if it finds nothing.

    Args:
        stream: read to its end, in pieces.
        address: tcp://host:port or unix:/path.
        timeout_seconds: how long to wait for each step of the talk.

    Raises:
        CannotScrub: it found something, or the file is larger than it takes.
        ScannerAway: it cannot be reached, breaks off, or says what no scanner says.
    """
    try:
        with _connected(address, timeout_seconds) as talk:
            verdict = _talked(talk, stream)
    except OSError as error:
        raise ScannerAway("The virus scanner does not answer; the file waits.") from error
    _judge(verdict)


def _connected(address: str, timeout_seconds: float) -> socket.socket:
    known = ADDRESS.fullmatch(address)
    if not known:
        raise ScannerAway("The virus scanner's address is wrong.")
    host, port, path = known.groups()
    if host:
        return socket.create_connection((host.strip("[]"), int(port)), timeout_seconds)
    talk = socket.socket(socket.AF_UNIX)
    talk.settimeout(timeout_seconds)
    try:
        talk.connect(path)
    except OSError:
        talk.close()
        raise
    return talk


def _talked(talk: socket.socket, stream: IO[bytes]) -> bytes:
    try:
        talk.sendall(b"zINSTREAM\0")
        while piece := stream.read(PIECE_BYTES):
            talk.sendall(struct.pack(">I", len(piece)) + piece)
        talk.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it says why before it hangs up on a file that is too large
    return _answer(talk)


def _answer(talk: socket.socket) -> bytes:
    said = b""
    while b"\0" not in said and len(said) <= MAX_ANSWER_BYTES:
        piece = talk.recv(MAX_ANSWER_BYTES)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].strip()


def _judge(verdict: bytes) -> None:
    if verdict == b"stream: OK":
        return
    if verdict.startswith(b"stream: ") and verdict.endswith(b" FOUND"):
        raise CannotScrub(WhySealed.INFECTED)
    if verdict.startswith(b"INSTREAM size limit exceeded"):
        raise CannotScrub(WhySealed.UNCHECKED)
    raise ScannerAway("The virus scanner does not answer as one; the file waits.")
