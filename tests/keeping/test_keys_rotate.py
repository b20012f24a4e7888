"""Keys change while the desk serves: nothing that was sealed stays behind, and nobody notices."""

import json
import stat

import pytest
from builders import NOON, a_tip
from click.testing import CliRunner
from keeping.full import a_file, a_full_tip
from sqlalchemy import select, update

from tipline.cli import tipline
from tipline.config import Settings, ensure_home
from tipline.files.shelf import bound, facts_of, file_key, name_of
from tipline.keeping import reseal as resealing
from tipline.keeping.contact import opened_contact, sealed_contact
from tipline.keeping.reseal import Resealed, held, reseal, waiting
from tipline.keys import KeyFile, Keyring, SealBroken, as_setting
from tipline.models import Attachment, Contact
from tipline.setting_values import keys as parse_keys

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(resealing.time, "sleep", lambda _seconds: None)  # the one `time` of all modules


@pytest.fixture
def rotated(keyring):
    return Keyring({"t2": NEW, **keyring.keys})


def a_contact(db, keyring, tip, **given):
    row = sealed_contact(keyring, tip.ref, given, may_contact=True)
    with db.write() as session:
        session.add(Contact(tip_id=tip.id, **row))


def seal_parts(keyring, file, **clear):
    """Seal what a file has to be sealed: each part says its own name, unless `clear` says something else."""
    for column, part in resealing.FILE_PARTS.items():
        content = clear.get(part, part.encode())
        setattr(file, column, keyring.seal(content, bound_to=bound(part, file.ref)))


def contacts(db):
    with db.read() as session:
        return session.scalars(select(Contact).order_by(Contact.id)).all()


def test_a_name_alone_is_no_sender_nor_is_a_short_number(keyring):
    def sender(**given):
        return sealed_contact(keyring, "K7Q2FD9X", given, may_contact=False)["sender_hash"]

    assert sender(name="Ana") is None
    assert sender(phone="911") is None
    assert sender(phone="none, sorry") is None
    assert sender(name="A", phone="+1 (555) 0100-22") == sender(phone="1555010022")
    assert sender(email="Ana@Example.org") == sender(email="ana@example.org", phone="1555010022")
    assert sender(email="ana@example.org") != sender(email="bea@example.org")


def test_contacts_and_files_are_sealed_anew_and_open_with_the_new_key_alone(db, keyring, rotated):
    tip, other = a_tip(db), a_tip(db)
    for each in (tip, other):
        a_contact(db, keyring, each, name="Ana", email="ana@example.org")
    file = a_file(tip, "f")
    seal_parts(keyring, file)
    file.sealed_facts = None
    with db.write() as session:
        session.add(file)
    before = {each.sender_hash for each in contacts(db)}
    assert reseal(db, rotated) == Resealed(3, 0)
    only_new = Keyring({"t2": NEW})
    first, second = contacts(db)
    assert opened_contact(only_new, tip.ref, first.sealed, key_id=first.key_id) == {
        "name": "Ana", "email": "ana@example.org"
    }  # fmt: skip
    assert first.sender_hash == second.sender_hash
    assert {first.sender_hash} != before
    with db.read() as session:
        left = session.scalars(select(Attachment)).one()
    assert only_new.open(left.sealed_name, key_id="t2", bound_to=f"attachment name:{file.ref}") == b"name"
    assert only_new.open(left.sealed_file_key, key_id=left.key_id, bound_to=f"attachment file_key:{file.ref}")
    assert left.sealed_facts is None
    assert reseal(db, rotated) == Resealed(0, 0)


def test_key_name_and_facts_of_every_file_open_when_the_old_key_is_thrown_away(db, keyring, rotated):
    tip, facts = a_tip(db), {"place": [59.9, 10.7]}
    files = [a_file(tip, name) for name in "abc"]
    for file in files:
        seal_parts(keyring, file, file_key=file.ref.encode() * 4, facts=json.dumps(facts).encode())
    with db.write() as session:
        session.add_all(files)
    assert reseal(db, rotated) == Resealed(3, 0)
    only_new = Keyring({"t2": NEW})
    with db.read() as session:
        for file in session.scalars(select(Attachment)).all():
            assert file_key(only_new, file) == file.ref.encode() * 4
            assert name_of(only_new, file) == "name"
            assert facts_of(only_new, file) == facts
            with pytest.raises(SealBroken):
                file_key(keyring, file)


def test_transactions_take_as_many_rows_as_let_go_of_the_lock_in_time():
    pace = resealing._Pace()
    for _ in range(30):
        pace.took(pace.rows * 0.0001)
    assert 150 <= pace.rows <= 250  # at a tenth of a millisecond each
    pace.took(1.0)
    assert pace.rows >= 75  # one slow write is not a slow database
    for _ in range(30):
        pace.took(1.0)
    assert pace.rows == resealing.FEWEST_ROWS
    for _ in range(60):
        pace.took(0.0)
    assert pace.rows == resealing.MOST_ROWS


def test_what_was_erased_meanwhile_stays_erased(db, keyring, rotated, monkeypatch):
    tip = a_tip(db)
    a_contact(db, keyring, tip, email="ana@example.org")
    again = resealing._again

    def erased_meanwhile(kind, rows):
        with db.write() as session:
            session.execute(update(Contact).values(sealed=None, sender_hash=None))
        return again(kind, rows)

    monkeypatch.setattr(resealing, "_again", erased_meanwhile)
    reseal(db, rotated)
    assert [(each.sealed, each.sender_hash) for each in contacts(db)] == [(None, None)]


def test_a_rotation_that_was_killed_is_gone_on_with(db, keyring, rotated, monkeypatch):
    monkeypatch.setattr(resealing, "MOST_ROWS", 2)
    for _ in range(7):
        a_contact(db, keyring, a_tip(db), email="ana@example.org")

    def killed(_count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reseal(db, rotated, progress=killed)
    with db.read() as session:
        assert waiting(session, rotated) == 5
    assert reseal(db, rotated) == Resealed(5, 0)
    assert {each.key_id for each in contacts(db)} == {"t2"}


def test_what_does_not_open_is_counted_and_left(db, keyring, rotated):
    for _ in range(2):
        a_contact(db, keyring, a_tip(db), email="ana@example.org")
    first, _ = contacts(db)
    with db.write() as session:
        session.execute(update(Contact).where(Contact.id == first.id).values(key_id="lost"))
    assert reseal(db, rotated) == Resealed(1, 1)
    assert contacts(db)[0].sealed == first.sealed
    with db.read() as session:
        states = {each.key_id: (each.state, each.counts["contacts"]) for each in held(session, rotated)}
    assert states == {
        "t2": ("in use", 1), "t1": ("holds nothing", 0), "lost": ("MISSING: what it holds does not open", 1)
    }  # fmt: skip


# ---- the file of keys


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tipline.keys.SETTLED_SECONDS", 0.0)
    monkeypatch.setattr("tipline.keys.LOOK_AGAIN_SECONDS", 0.0)
    path = tmp_path / "encryption_keys"
    path.write_text(as_setting({"old": OLD}))
    return path


def test_a_new_key_is_known_to_all_before_it_is_used(key_file, monkeypatch):
    watching, seen = KeyFile(key_file), []
    monkeypatch.setattr("tipline.keys.time.sleep", lambda _: seen.append(watching.ring()))
    name = KeyFile(key_file).add()
    assert (list(seen[0].keys), seen[0].current) == (["old", name], "old")
    assert (list(watching.ring().keys), watching.ring().current) == ([name, "old"], name)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [each.name for each in key_file.parent.iterdir()] == ["encryption_keys"]


def test_a_ring_does_not_change_in_the_hands_of_who_uses_it(key_file):
    ring = KeyFile(key_file).ring()
    name = KeyFile(key_file).add()
    assert ring.current == "old"
    assert ring.fresh().current == name


def test_a_key_that_is_not_known_yet_is_looked_up_at_once(key_file, monkeypatch):
    monkeypatch.setattr("tipline.keys.LOOK_AGAIN_SECONDS", 3600.0)
    ring = KeyFile(key_file).ring()
    KeyFile(key_file).add()
    newer = KeyFile(key_file).ring()
    sealed = newer.seal(b"ana", bound_to="x")
    assert ring.fresh() is ring
    assert ring.open(sealed, key_id=newer.current, bound_to="x") == b"ana"
    with pytest.raises(SealBroken, match="gone is not among"):
        ring.open(sealed, key_id="gone", bound_to="x")


def test_a_file_that_breaks_leaves_us_with_the_keys_we_know(key_file):
    file = KeyFile(key_file)
    key_file.write_text("nonsense")
    assert file.ring().current == "old"
    key_file.unlink()
    assert file.ring().current == "old"


def test_a_disk_that_is_full_leaves_the_old_file(key_file, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tipline.secret_files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        KeyFile(key_file).add()
    assert dict(parse_keys(key_file.read_text())) == {"old": OLD}
    assert [each.name for each in key_file.parent.iterdir()] == ["encryption_keys"]


# ---- the verbs


@pytest.fixture
def run(tmp_path, database_url, monkeypatch):
    monkeypatch.setattr("tipline.keys.SETTLED_SECONDS", 0.0)
    monkeypatch.setenv("TIPLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TIPLINE_DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(tipline, ["keys", *words])


def test_rotating_makes_a_key_and_the_list_says_what_each_holds(run, db, tmp_path):
    made = ensure_home(Settings.from_env({"TIPLINE_HOME": str(tmp_path / "home")}))
    old = Keyring.of_settings(made)
    a_contact(db, old, a_tip(db), email="ana@example.org")
    a_full_tip(db, old, received_at=NOON)
    with db.write() as session:
        session.execute(update(Attachment).values(key_id=old.current))
    done = run("rotate")
    assert done.exit_code == 0, done.output
    assert "5 sealed anew" in done.output
    counts = json.loads(run("list", "--json").output)
    new = next(iter(counts))
    assert new != old.current
    assert counts[new] == {"contacts": 2, "files": 3, "receipts": 0, "audit": 0}
    assert set(counts) == {new, old.current, "t1"}  # the builder's receipt names a key that is not there
    assert "in use" in run("list").output
    assert "MISSING" in run("list").output


def test_keys_of_the_environment_are_rotated_there(run, db, monkeypatch):
    monkeypatch.setenv("TIPLINE_ENCRYPTION_KEYS", as_setting({"old": OLD}))
    done = run("rotate")
    assert done.exit_code == 1
    assert "TIPLINE_ENCRYPTION_KEYS" in done.exception.message
    suggested = done.exception.message.split("restart: ")[1].split(" ")[0]
    assert len(parse_keys(suggested)) == 1
    a_contact(db, Keyring({"old": OLD}), a_tip(db), email="ana@example.org")
    monkeypatch.setenv("TIPLINE_ENCRYPTION_KEYS", f"{suggested} {as_setting({'old': OLD})}")
    assert "1 sealed anew" in run("rotate").output
