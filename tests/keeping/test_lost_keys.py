"""A file of keys that is gone is made anew, and what that means is said."""

import json

import pytest
from builders import a_tip, an_attachment
from keeping.restoring import run
from keeping.test_keys_rotate import a_contact
from sqlalchemy import update

from tipline.keeping.lost_keys import lost, needed, sentence
from tipline.keys import Keyring
from tipline.models import Contact


@pytest.fixture
def old_home(tmp_path):
    """A home whose audit trail was sealed with a key that is gone."""
    home = tmp_path / "home"
    assert run(home, "user", "add", "ada@lantern.example", "--role", "admin").exit_code == 0
    run(home, "worker", "--once")
    return home


def key_of(home):
    return (home / "encryption_keys").read_text().partition(":")[0]


def test_the_first_and_the_last_of_each_kind_name_the_keys(db, keyring):
    with db.read() as session:
        assert needed(session) == []
    a_contact(db, keyring, a_tip(db), name="Ana")
    a_contact(db, Keyring({"t2": b"n" * 32}), a_tip(db), name="Bea")
    with db.write() as session:
        session.add(an_attachment(key_id="t3"))
    with db.read() as session:
        assert needed(session) == ["t1", "t2", "t3"]
        assert lost(session, {"t1"}) == ["t2", "t3"]
    with db.write() as session:
        session.execute(update(Contact).where(Contact.key_id == "t2").values(sealed=None))
    with db.read() as session:
        assert needed(session) == ["t1", "t3"]


def test_the_sentence_names_where_they_belong(settings):
    said = sentence(["t2", "t3"], settings)
    assert "The keys t2, t3 cannot be found" in said
    assert "until they are put back into TIPLINE_ENCRYPTION_KEYS, behind what stands there" in said


@pytest.mark.thorough
def test_keys_list_says_which_are_gone(old_home):
    assert "cannot be found" not in run(old_home, "keys", "list").output
    name = key_of(old_home)
    (old_home / "encryption_keys").unlink()
    done = run(old_home, "keys", "list")
    assert f"The key {name} cannot be found" in done.stdout
    assert f"{old_home / 'encryption_keys'}, behind what stands there" in done.stdout
    assert name in json.loads(run(old_home, "keys", "list", "--json").stdout)


@pytest.mark.thorough
def test_serving_goes_on_with_a_warning_in_the_log_and_on_the_terminal(old_home, monkeypatch):
    said = []
    monkeypatch.setattr("tipline.cli.running._serve", lambda *given: said.extend(given[-1]))
    assert run(old_home, "serve").exit_code == 0
    assert not [line for line in said if "cannot be found" in line]
    name = key_of(old_home)
    (old_home / "encryption_keys").unlink()
    done = run(old_home, "serve")
    assert done.exit_code == 0
    assert f"The key {name} cannot be found" in said[-1]
    assert "warning" in done.stderr
    assert said[-1] in done.stderr
