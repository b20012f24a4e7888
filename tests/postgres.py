"""A PostgreSQL server of the suite's own: real, on loopback, in a temporary folder, not as root."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
from folders import in_memory

LOG_FILES = 64  # of 16 MB: as many as fill the limit of a log


class Server:
    """A running server; leave the `with` block and it is gone with its data."""

    def __init__(
        self, folder: Path, port: int, process: subprocess.Popen[bytes], *, kept: bool = False
    ) -> None:
        self.folder, self.port, self.process, self.kept = folder, port, process, kept

    @classmethod
    def start(cls, *, durable: bool = False, kept: Path | None = None) -> "Server | None":
        """Start a server from the machine's binaries; None where there are none.

        Tests lose nothing by a power cut; benchmarks measure `durable` commits. With `kept` its data stay in
        that folder, where a later start finds them.
        """
        binaries = find_binaries()
        if binaries is None:
            return None
        if kept is None:
            folder = Path(tempfile.mkdtemp(prefix="tipline-pg-", dir=None if durable else in_memory()))
        else:
            kept.mkdir(mode=0o700, exist_ok=True)
            folder = kept
        who = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        data = folder / "data"
        options = ["-U", "tipline", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        if not data.exists():
            subprocess.run(
                [binaries / "initdb", "-D", data, *options],
                check=True, capture_output=True, cwd=folder, **who,
            )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        fsync = "fsync=on" if durable else "fsync=off"
        settings = (fsync, "listen_addresses=127.0.0.1", "max_connections=200",
                    f"max_wal_size={'4GB' if kept else '1GB' if durable else '64MB'}")  # fmt: skip
        options = [word for setting in settings for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, *options],
                stdout=log, stderr=log, cwd=folder, **who,
            )  # fmt: skip
        server = cls(folder, port, process, kept=kept is not None)
        server._wait()
        if durable and kept is None:
            server._run_in()
        return server

    def _wait(self) -> None:
        for _ in range(200):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn("postgres")).close()
                return
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def _run_in(self) -> None:
        """Have the files of the log there to be used again, as after some time.

        Each new one is 16 MB to be written while all commits wait for it.
        """
        self.run(f"ALTER SYSTEM SET min_wal_size = '{LOG_FILES * 16}MB'")
        self.run("SELECT pg_reload_conf()")
        for _ in range(LOG_FILES):
            self.run("SELECT pg_logical_emit_message(false, 'tipline', 'run in')")
            self.run("SELECT pg_switch_wal()")
        self.run("CHECKPOINT")

    def dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=tipline dbname={name}"

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tipline@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create_database(self, name: str, options: str = "") -> str:
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def database(self, name: str) -> str:
        """Return the address of a database, made if it is not there yet."""
        with psycopg.connect(self.dsn("postgres")) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return self.url(name) if there else self.create_database(name)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGINT)  # ends it without waiting for connections still open
        self.process.wait(120 if self.kept else 20)
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


# Tells a schema from one that a test has changed: what is added or altered has a newer xmin in its
# catalog, and what is dropped is missing there.
CATALOGS = ("pg_attribute", "pg_constraint", "pg_trigger", "pg_proc")
SHAPE = " UNION ALL ".join(f"SELECT count(*), max(xmin::text::bigint) FROM {name}" for name in CATALOGS)


class Copy:
    """A database with the contents of a template, put back in place; a copy anew costs ten times that."""

    def __init__(self, server: Server, template: str, name: str) -> None:
        self.url = server.url(name)
        self._server, self._template, self._name = server, template, name
        self._connection: psycopg.Connection | None = None
        with psycopg.connect(server.dsn(template)) as connection:
            self._statements = _first_day(connection)
            self._shape = connection.execute(SHAPE).fetchall()

    def beside(self, name: str, options: str) -> str:
        """Return the address of another database of the same server, made anew and empty."""
        self._server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        return self._server.create_database(name, options)

    def put_back(self) -> None:
        """Bring the contents, and if need be the whole database, back to the template's."""
        if self._connection is None:
            self._copy()
        self.let_all_go()
        if self._connection.execute(SHAPE).fetchall() != self._shape:
            self._copy()
        self._connection.execute(self._statements)

    def let_all_go(self) -> None:
        """End every connection to it but this one, as a server does that is started anew."""
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _copy(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._server.run(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._server.run(f"CREATE DATABASE {self._name} TEMPLATE {self._template} STRATEGY file_copy")
        self._connection = psycopg.connect(self._server.dsn(self._name), autocommit=True)


def _first_day(template: psycopg.Connection) -> bytes:
    """Keep the rows that the migrations made beside them; return the statements that bring them back."""
    named = template.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = [name for (name,) in named]
    filled = [name for name in tables if template.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()]
    template.execute("CREATE SCHEMA first_day")
    for name in filled:
        template.execute(f"CREATE TABLE first_day.{name} AS SELECT * FROM {name}")
    statements = [
        "SET session_replication_role = replica",  # no foreign key is in the way, no trigger joins in
        *(f"DELETE FROM {name}" for name in tables),
        *(f"INSERT INTO {name} SELECT * FROM first_day.{name}" for name in filled),
        *(
            f"SELECT setval('{name}', {last or 1}, {last is not None})"
            for name, last in template.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            )
        ),
    ]
    return "; ".join(statements).encode()


def find_binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs: the newest Debian package, or what PATH has."""
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    places = sorted(installed, key=lambda place: int(place.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    places += [Path(on_path).parent] if on_path else []
    return next((place for place in places if (place / "initdb").exists()), None)
