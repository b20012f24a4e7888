"""Ten thousand races: `python tests/benchmarks/races.py [--pairs 10000] [--database sqlite|postgres|both]`.

Two processes decide the same tips at the same moments (tests/triage/pairs.py says in which ways) on a
database whose commits wait for the disk, while a third seals the audit chain. Prints who won and who lost,
the counters beside a recount, and what the chain holds; ends with 1 if anything of it is wrong.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgres import Server
from triage.pairs import LOST, WON, Report, race

from tipline import schema
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keys import Keyring

DATABASES = ("sqlite", "postgres")


@contextmanager
def empty_newsroom(database: str) -> Iterator[Settings]:
    """Give the settings of a new newsroom on `database`, gone with its data afterwards."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"TIPLINE_HOME": home}
        if database == "sqlite":
            yield ensure_home(Settings.from_env(environ))
            return
        server = Server.start(durable=True)
        if server is None:
            raise SystemExit("There are no programs of PostgreSQL on this machine.")
        with server:
            environ["TIPLINE_DATABASE_URL"] = server.create_database("races")
            yield ensure_home(Settings.from_env(environ))


def told(database: str, report: Report, seconds: float) -> str:
    others = {name: count for name, count in report.ended.items() if name not in {WON, LOST}}
    lines = [
        f"{database}: {report.pairs} pairs in {seconds:.0f} s",
        f"  winners  {report.ended[WON]} ({report.wins[0]} + {report.wins[1]})",
        f"  losers   {report.ended[LOST]}, others {others or 'none'}",
        f"  counters {dict(sorted(report.counters.items()))}",
        f"  recount  {dict(sorted(report.recount.items()))}",
        f"  chain    {report.sealed} events sealed",
        *(f"  WRONG: {fault}" for fault in report.faults[:20]),
    ]
    return "\n".join(lines if report.faults else [*lines, "  nothing wrong"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    asked = parser.parse_args()
    wrong = False
    for database in DATABASES if asked.database == "both" else (asked.database,):
        with empty_newsroom(database) as settings:
            db = Database(settings.database_url)
            schema.upgrade(db)
            db.dispose()
            began = time.monotonic()
            report = race(settings.database_url, Keyring.of_settings(settings), asked.pairs)
            print(told(database, report, time.monotonic() - began), flush=True)
            wrong = wrong or bool(report.faults)
    sys.exit(wrong)


if __name__ == "__main__":
    main()
