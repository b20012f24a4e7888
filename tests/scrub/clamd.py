"""A virus scanner on loopback that speaks ClamAV's INSTREAM, with an answer that a test chooses."""

import contextlib
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Scanner:
    answer: bytes = b"stream: OK\0"
    takes_bytes: int = 1 << 30  # more, and it hangs up with a word
    waits_seconds: float = 0
    seen: list[bytes] = field(default_factory=list)
    address: str = ""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        scanner = self.server.scanner
        with contextlib.suppress(ConnectionError):
            if self.rfile.read(10) != b"zINSTREAM\0":
                self.wfile.write(b"UNKNOWN COMMAND\0")
                return
            content = b""
            while size := struct.unpack(">I", self.rfile.read(4))[0]:
                content += self.rfile.read(size)
                if len(content) > scanner.takes_bytes:
                    self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            scanner.seen.append(content)
            time.sleep(scanner.waits_seconds)
            for at in range(len(scanner.answer)):
                self.wfile.write(scanner.answer[at : at + 1])
                self.wfile.flush()


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def running(scanner: Scanner, path: str | None = None) -> Iterator[Scanner]:
    """Serve until the block ends, on loopback or at `path`."""
    with _Unix(path, _Talk) if path else _Tcp(("127.0.0.1", 0), _Talk) as server:
        server.scanner = scanner
        scanner.address = f"unix:{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield scanner
        finally:
            server.shutdown()
            thread.join()
