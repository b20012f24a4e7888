"""What 200 slow connections cost everybody else: `python tests/benchmarks/servers.py`.

Starts the real process tree (two web processes, `tipline.web.front` before a Flask hello) on loopback, and
prints rate and p99 of the hello alone, beside 200 connections that drip headers, and beside 200 that
drip bodies, all in one run of about 20 seconds. The client is plain Python and takes one of the two cores
that the server has, so compare the lines of one run; not one run with another.

How the server was chosen (November 2026; wrk with 8 connections; a Flask hello; 200 connections that send one
byte every half second). Two cores, shared with other work whose load changed: one or two runs of 4 s each,
servers minutes apart. "alone" is relative to granian with WSGI, the other columns to the server's own.

    server                                alone       beside headers   beside bodies   cut off
    granian, WSGI, 2 × 1 threads          1           1.2              stops           neither (not set)
    granian, ASGI, Front, 2 × 2 threads   0.6–0.75    0.9–1.3          0.9–1.2         both
    gunicorn, gevent, 2 processes         0.7         0.97             0.94            headers, after 2 s
    waitress, 4 threads                   0.25–0.3    stops            stops           neither
    waitress, connection_limit=1000       0.3         0.9              0.85            neither

- 0.6–0.75 is from the two quiet pairs of runs; two later pairs, under load, gave 1.15 and 1.65, which says
  more about the load than about Front. Measure again on a quiet machine before building on it.
- What decided: of these, only Front cuts dripped bodies off. gevent answers the others just as well.
- In the quiet runs Front cost about 100 µs a request, as much as the hello: the way to a thread and back.
- One thread per process did 1.04–1.07 of two, four 0.8–1.1: two, so that a short request passes a long one.
  uvloop did 0.95 and 1.15 of asyncio (1.6 for a constant without Flask), granian's own task type 0.8 and 1.0,
  its single-threaded runtime 0.7 and 1.15: no clear gain, so asyncio, and nothing more to install.
- granian's own protocol (RSGI), answered from the thread, did 1.9 of ASGI for a constant, but would tie the
  front to one server. Look there first if the front ever is what a machine runs out of.
- granian takes back-pressure from a reader (200 MiB stop at what the sockets buffer), breaks a response off
  when the application raises, and at SIGTERM waits for open uploads: hence `Front.stop`.
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
