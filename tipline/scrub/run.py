"""Make the clean copy of a file in a child process that is held to limits.

Image, PDF and video decoders are where files attack. Each file gets a process of its own, started
afresh with an empty environment, that reads one memory file and writes another and ends soon. What
it does wrong, it does there: it is killed, and the file stays sealed.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from time import monotonic
from types import TracebackType
from typing import IO, Self

from tipline.scrub import answer
from tipline.scrub.found import CannotScrub, Facts, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType, detect

PIECE_BYTES = 256 * 1024
SEALED = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


@dataclass(kw_only=True)
class Scrubbed:
    """A clean copy, in memory until it is closed."""

    copy: IO[bytes] = field(repr=False)
    size: int
    file_type: FileType
    removed: tuple[Kind, ...]
    facts: Facts = field(repr=False)

    @property
    def media_type(self) -> str:
        return self.file_type.media_type

    def close(self) -> None:
        self.copy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def scrub(clear: IO[bytes], size: int, file_type: FileType, limits: Limits | None = None) -> Scrubbed:
    """Copy a file of `size` bytes without what would tell who sent it.

    It blocks for up to `limits.seconds`. Neither the clear bytes nor the copy touch a disk; both are in
    memory at once. Close what is returned, or use it in a `with`.

    Raises:
        CannotScrub: there is no copy; `.why` says why.
    """
    limits = limits or Limits()
    with _memory_file("clear") as given, _memory_file("copy") as copy:
        _fill(given, clear, size)
        found = answer.parse(_ask_child(given, copy, file_type, limits))
        return _checked(copy, file_type, found)


def _memory_file(name: str) -> IO[bytes]:
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    return os.fdopen(os.memfd_create(name, flags), "w+b", buffering=0)


def _fill(given: IO[bytes], clear: IO[bytes], size: int) -> None:
    left = size
    while left > 0 and (piece := clear.read(min(PIECE_BYTES, left))):
        given.write(piece)
        left -= len(piece)
    if left:
        raise CannotScrub(WhySealed.DAMAGED)
    given.seek(0)
    fcntl.fcntl(given, fcntl.F_ADD_SEALS, SEALED)


def _ask_child(given: IO[bytes], copy: IO[bytes], file_type: FileType, limits: Limits) -> bytes:
    """Let a child work; return what it said. No process of it outlives this."""
    ordered = json.dumps({"type": file_type.media_type, "limits": asdict(limits)})
    command = [sys.executable, "-I", "-m", "tipline.scrub.child"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*command, str(given.fileno()), str(copy.fileno()), ordered],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(given.fileno(), copy.fileno()),
        env={},
        cwd="/",
        start_new_session=True,
    ) as child:
        try:
            spoken = _listen(child, monotonic() + limits.seconds)
        finally:
            _end(child)
    if child.returncode == -signal.SIGXCPU:
        raise CannotScrub(WhySealed.TOO_SLOW)
    return spoken


def _listen(child: subprocess.Popen[bytes], until: float) -> bytes:
    """Return what the child says until it closes its pipe, or more than it may say."""
    pipe = child.stdout.fileno()  # type: ignore[union-attr]
    poll, spoken = select.poll(), b""
    poll.register(pipe, select.POLLIN)
    while len(spoken) <= answer.MAX_BYTES:
        left = until - monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise CannotScrub(WhySealed.TOO_SLOW)
        piece = os.read(pipe, answer.MAX_BYTES)
        if not piece:
            break
        spoken += piece
    return spoken


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's whole session; it is not reaped yet, so its number is still its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _checked(copy: IO[bytes], file_type: FileType, found: answer.Answer) -> Scrubbed:
    """Freeze the copy and see that it is what it has to be."""
    fcntl.fcntl(copy, fcntl.F_ADD_SEALS, SEALED)
    size = copy.seek(0, os.SEEK_END)
    copy.seek(0)
    if detect(copy) is not file_type.copied_as:
        raise CannotScrub(WhySealed.DAMAGED)
    return Scrubbed(
        copy=os.fdopen(os.dup(copy.fileno()), "rb"),
        size=size,
        file_type=file_type.copied_as,
        removed=found.removed,
        facts=found.facts,
    )
