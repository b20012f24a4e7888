"""What 200 slow connections cost everybody else: `python tests/benchmarks/servers.py`.

Starts the real process tree (two web processes, `tipline.web.front` before a Flask hello) on loopback, and
prints rate and p99 of the hello alone, beside 200 connections that drip headers, and beside 200 that
drip bodies, all in one run of about 20 seconds. The client is plain Python and takes one of the two cores
that the server has, so compare the lines of one run; not one run with another.

How the server was chosen (November 2026; two cores; wrk with 8 connections; a Flask hello; 200 connections
sending one byte every half second). 1 = granian with WSGI and 2 × 1 threads, alone.

    server                                rate alone   beside headers   beside bodies   cuts them off
    granian, WSGI, 2 × 1 threads          1            1.2              stops           headers
    granian, ASGI, Front, 2 × 2 threads   0.6–0.75     as alone         as alone        both
    gunicorn, gevent, 2 processes         0.7          0.7              0.7             neither
    waitress, 4 threads                   0.25–0.3     stops            –               neither
    waitress, connection_limit=1000       0.3          0.27             0.26            neither

- gevent answers the others, but holds a dripped body for as long as it drips; so does waitress, which
  besides stops at its 100th connection by default and uses one process.
- The step from the loop to a thread and back is what Front costs: about 60–90 µs, beside the 100 of a hello.
- One thread per process did 1.03–1.07 of two, and four 0.8–1.1: two, so that a short request passes a
  long one. uvloop did 0.95–1.15, granian's own task type 0.77–1.0, its single-threaded runtime 0.7–1.15 of
  asyncio with the defaults, within what two runs of the same differ by: asyncio.
- granian's own protocol (RSGI), answered from the thread, did 1.9 of ASGI for a constant; it would tie the
  front to one server. Look there first if the front ever is what a machine runs out of.
- granian takes back-pressure from a reader (a 200 MiB response stops at what the sockets buffer), breaks
  a response off when the application raises, and at SIGTERM waits for open uploads: hence `Front.stop`.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from serving import DRIPS, Tree, dripping, latencies, p99

SECONDS = 3.0


def measured(tree: Tree) -> tuple[float, float]:
    """Return requests per second and p99 in seconds."""
    waits = latencies(tree.port, SECONDS)
    return len(waits) / SECONDS, p99(waits)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Tree(Path(folder), header_seconds=2, body_seconds=2) as tree,
    ):
        measured(tree)
        alone = measured(tree)
        rows = [("alone", alone)]
        for kind in sorted(DRIPS):
            with dripping(kind, tree.port):
                rows.append((f"200 dripping {kind}", measured(tree)))
        rows.append(("alone again", measured(tree)))
    print(f"{'':24}{'requests/s':>12}{'× alone':>9}{'p99 ms':>9}{'× alone':>9}")
    for name, (rate, wait) in rows:
        print(f"{name:24}{rate:12.0f}{rate / alone[0]:9.2f}{wait * 1000:9.2f}{wait / alone[1]:9.2f}")


if __name__ == "__main__":
    main()
