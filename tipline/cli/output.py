"""Where verbs print: standard output, whose failure is told in a sentence."""

import io
import os
import sys

from tipline.errors import TiplineError


class OutputLost(TiplineError):
    title = "What was printed is lost"


class _Output(io.FileIO):
    """Standard output, as the descriptor that it is."""

    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            raise  # whoever read has enough; click ends the verb quietly
        except OSError as error:
            # what still waits in the buffers goes nowhere, so that nobody stumbles over it at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            raise OutputLost(f"What this prints cannot be written: {error.strerror}.") from error


def tell_of_lost_output() -> None:
    """Let standard output raise `OutputLost`, and print what its encoding lacks as an escape."""
    if sys.stdout is None:  # closed by who started us
        return
    raw = _Output(sys.stdout.fileno(), "wb", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=sys.stdout.encoding,
        errors="backslashreplace",
        line_buffering=raw.isatty(),
    )
