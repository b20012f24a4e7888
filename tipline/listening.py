"""What must be so before we listen: an address that nobody else has, and enough connections allowed."""

import errno
import resource
import socket
from ipaddress import ip_address

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
    if not _is_address(host):
        raise TiplineError(
            f"We cannot listen at “{host}”, which is no address of a machine; give one with --host, for "
            "example 127.0.0.1 for this machine alone, 0.0.0.0 for all that reach it, or ::1."
        )
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


def _is_address(host: str) -> bool:
    """Say whether granian takes `host`: names and zones it does not know."""
    try:
        return bool(ip_address(host)) and "%" not in host
    except ValueError:
        return False


def allow_connections(count: int) -> None:
    """Raise this process's limit of open files, as far as it may, to hold `count` connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count * 2 if hard == resource.RLIM_INFINITY else min(count * 2, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
