"""What must be so before we listen: an address that nobody else has, and enough connections allowed."""

import errno
import resource
import socket

from tipline.errors import TiplineError


class AddressTaken(TiplineError):
    """Somebody else listens where we were told to."""

    status = 409
    title = "That port is taken"


def require_free(host: str, port: int) -> None:
    """Make sure that we can listen there.

    Raises:
        TiplineError: when we cannot; AddressTaken, when somebody else does.
    """
    # granian listens with SO_REUSEPORT: a second server would start, and take every other request
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = f"Port {port} of {host} is taken by another program; choose another with --port."
                raise AddressTaken(message) from error
            message = f"We cannot listen at {host}, port {port}: {error.strerror}. See --host and --port."
            raise TiplineError(message) from error


def allow_connections(count: int) -> None:
    """Raise this process's limit of open files, as far as it may, to hold `count` connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count * 2 if hard == resource.RLIM_INFINITY else min(count * 2, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
