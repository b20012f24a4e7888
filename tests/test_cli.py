"""Every verb as an operator types it, in a process or in this one."""

import json
import os
import subprocess
import sys

import pytest
from builders import a_person
from click.testing import CliRunner
from sqlalchemy import select

from tipline.cli import content, tipline
from tipline.engines import require_place
from tipline.errors import Invalid, TiplineError, Unavailable, WrongSetting
from tipline.models import Event
from tipline.stories import sources


@pytest.fixture
def run(settings, monkeypatch):
    """A function: run a verb of the command line against the test's newsroom."""
    monkeypatch.setenv("TIPLINE_HOME", str(settings.home))
    monkeypatch.setenv("TIPLINE_DATABASE_URL", settings.database_url)

    def verb(*words: str, stdin: str | bytes | None = None):
        return CliRunner().invoke(tipline, words, input=stdin)

    return verb


def process(*words: str, home=None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, **({"TIPLINE_HOME": str(home)} if home else {})}
    return subprocess.run(
        [sys.executable, "-m", "tipline", *words],
        capture_output=True,
        text=True,
        env=environ,
        input=stdin,
        timeout=60,
    )


def test_alone_it_prints_help():
    done = process()
    assert "demo" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
def test_wrong_usage_and_refusals_have_their_own_exit_codes(tmp_path):
    assert process("fly").returncode == 2
    refused = process("stories", "import", str(tmp_path / "none.txt"), home=tmp_path / "home")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "cannot be read" in refused.stderr


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:///{home}/nowhere/x.sqlite3", "there is no folder"),
        ("sqlite:///{home}/text", "no SQLite database"),
        ("sqlite:///{home}", "cannot be written"),
        ("sqlite:///{home}/text/x.sqlite3", "there is no folder"),
        ("sqlite:///", "names no file"),
        ("postgresql://tipline@localhost:port/tipline", "no database's address"),
        ("postgresql://127.0.0.1/x?foo=bar", "does not know, or in a way that it does not read (foo)"),
    ],
)
@pytest.mark.parametrize(
    "verb", [["user", "list"], ["audit", "verify"], ["upgrade"], ["serve"], ["worker", "--once"]]
)
def test_a_database_that_cannot_be_is_said_in_a_sentence_by_every_verb(tmp_path, verb, address, words):
    (tmp_path / "text").write_text("root:x:0:0\n" * 100)
    environ = {"TIPLINE_DATABASE_URL": address.format(home=tmp_path)}
    refused = CliRunner().invoke(tipline, verb, env={"TIPLINE_HOME": str(tmp_path / "home"), **environ})
    assert isinstance(refused.exception, WrongSetting)
    assert "TIPLINE_DATABASE_URL" in refused.exception.message
    assert words in refused.exception.message


@pytest.mark.parametrize("beside", [".lock", ".lock-waiting", "-wal"])
def test_what_sqlite_keeps_beside_its_file_must_be_ours_too(tmp_path, monkeypatch, beside):
    path = tmp_path / "x.sqlite3"
    (tmp_path / f"x.sqlite3{beside}").touch()
    # root may write everything
    may = lambda asked, _how: not str(asked).endswith(beside)  # noqa: E731
    monkeypatch.setattr(os, "access", may)
    with pytest.raises(WrongSetting, match=f"x.sqlite3{beside} cannot be written"):
        require_place(path)


@pytest.mark.only("sqlite")
def test_a_damaged_database_is_said_in_a_sentence(run, settings, db):
    db.dispose()
    head = db.path.read_bytes()[:100]
    db.path.write_bytes(head + b"x" * 100_000)
    assert isinstance(run("user", "list").exception, Unavailable)


@pytest.mark.thorough
def test_a_worker_whose_duties_fail_says_so_at_the_end(tmp_path):
    failed = process("worker", "--once", home=tmp_path / "without a schema")
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    said = failed.stderr.splitlines()[-1]
    assert said.startswith("These duties failed")
    assert {"index", "seal", "merge stories"} <= set(said.removesuffix(".").partition(": ")[2].split(", "))


def test_every_verb_has_help():
    for words in (["serve"], ["demo"], ["dev"], ["upgrade"], ["worker"], ["config"], ["user", "add"],
                  ["stories", "import"], ["audit", "verify"]):  # fmt: skip
        assert CliRunner().invoke(tipline, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["user", "add", "e@lantern.example\udcff", "--role", "editor"], "EMAIL"),
        (["user", "add", "e@lantern.example", "--role", "editor", "--name", "\udcff"], "name"),
        (["user", "disable", "\udcff"], "EMAIL"),
        (["tips", "export", "--search", "light \udcff"], "search"),
    ],
)
def test_words_that_are_not_in_utf8_are_refused(run, words, wrong):
    refused = run(*words)
    assert isinstance(refused.exception, Invalid)
    assert refused.exception.message == f"{wrong} is not written in UTF-8; type it anew."


@pytest.mark.thorough
@pytest.mark.parametrize("reading", ["utf-8:strict", "utf-8:surrogateescape"])
def test_a_password_that_is_not_in_utf8_is_refused(run, monkeypatch, reading):
    monkeypatch.setenv("PYTHONIOENCODING", reading)
    words = ["user", "add", "e@lantern.example", "--role", "admin", "--password-stdin"]
    done = subprocess.run(
        [sys.executable, "-m", "tipline", *words], capture_output=True, input=b"\xff" * 20, timeout=60
    )
    said = b"The password on standard input is not written in UTF-8.\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_a_file_may_have_any_name(run, tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/names\xff.csv")
    with open(name, "w") as file:  # noqa: PTH123
        file.write("Ilka Brandvold,\n")
    assert "1 new" in run("people", "import", name).output


@pytest.mark.thorough
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk to write to")  # noqa: PTH110
@pytest.mark.parametrize("verb", [["config"], ["people", "list"], ["tips", "export"]])
def test_a_full_disk_behind_the_output_is_said_in_a_sentence(run, db, verb):
    a_person(db, "Ilka Brandvold", state="confirmed")
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "tipline", *verb],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (
        1, "What this prints cannot be written: No space left on device.\n"
    )  # fmt: skip


def test_who_reads_no_further_ends_a_verb_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "tipline", "config"], stdout=writing, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_accounts_are_added_listed_reset_and_disabled(run):
    made = run(
        "user",
        "add",
        "Ada@Lantern.example",
        "--role",
        "admin",
        "--password-stdin",
        stdin="a long enough phrase\n",
    )
    assert made.exit_code == 0, made.output
    linked = run("user", "add", "mo@lantern.example", "--role", "moderator", "--name", "Mo")
    assert "/newsroom/reset/" in linked.output
    assert "address that `tipline serve` prints" in linked.output
    assert run("user", "list").output.splitlines()[0].startswith("ada@lantern.example\tadmin")
    assert "/newsroom/reset/" in run("user", "reset", "mo@lantern.example").output
    assert run("user", "disable", "mo@lantern.example").exit_code == 0
    assert "disabled" in run("user", "list").output
    refused = run("user", "reset", "mo@lantern.example").exception
    assert "an administrator first enables it under /newsroom/users" in refused.message
    assert run("user", "disable", "nobody@lantern.example").exit_code == 1


def test_stories_are_imported_and_counted(run, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text(
        "Got A Tip?\n\nStar Seeker\n\n\nA Lighthouse Is Sold\n\nIt was sold on Monday.\n\n"
        "Mar 02, 2026 09:15am PST\n"
    )
    first = run("stories", "import", str(page), "--kind", "text", "--json")
    assert json.loads(first.output)["new"] == 1
    second = run("stories", "import", str(page), "--kind", "text")
    assert "1 unchanged" in second.output


def test_the_kinds_of_stories_are_those_that_can_be_read(run, tmp_path):
    assert set(content.KINDS) == {sources.AUTO, *sources.PARSERS}
    refused = run("stories", "import", str(tmp_path / "x"), "--kind", "nope")
    assert refused.exit_code == 2
    assert "wordpress" in refused.output


@pytest.mark.parametrize("address", ["https://lantern.example/feed", "HTTP://x", "ftp://x/y"])
def test_stories_at_an_address_cannot_be_read_yet(run, address):
    refused = run("stories", "import", address)
    assert isinstance(refused.exception, TiplineError)
    assert "address" in refused.exception.message


@pytest.mark.parametrize("search", ["before:xx", "kind:gossip", "light before:", 'one "two', "colour:red"])
def test_an_export_whose_search_cannot_be_read_is_refused(run, db, search):
    refused = run("tips", "export", "--search", search)
    assert isinstance(refused.exception, Invalid)
    assert refused.exception.message.startswith("Nothing was exported")
    assert refused.output == ""
    with db.read() as session:
        assert session.scalars(select(Event.kind)).all() == []
    assert run("tips", "export", "--search", "before:2026-03 light").exit_code == 0


def test_people_are_imported_and_listed(run, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("Ilka Brandvold,Ilka;The Drummer\nNils Aaberg,\n")
    assert "2 new" in run("people", "import", str(names)).output
    assert run("people", "list").output.splitlines() == ["Ilka Brandvold", "Nils Aaberg"]
    names.write_bytes(b"\xff\xfe\x00broken")
    assert run("people", "import", str(names)).exit_code == 1


@pytest.mark.thorough
def test_the_trail_is_verified(run):
    run("user", "add", "ada@lantern.example", "--role", "admin")
    assert run("worker", "--once").exit_code == 0
    done = run("audit", "verify")
    assert done.exit_code == 0, done.output
    assert "0 waiting" in done.output
    assert run("audit", "verify", "--head", f"99:{'0' * 32}").exit_code == 1


def test_settings_are_printed_with_secrets_masked(run):
    assert "TIPLINE_SITE_NAME=" in run("config").output


def test_upgrade_says_where_the_schema_is(run):
    assert "schema is at" in run("upgrade").output
