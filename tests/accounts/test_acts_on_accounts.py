"""Accounts are added, disabled, promoted; each act is audited, and the last administrator stays."""

import threading
from datetime import timedelta

import pytest
from builders import a_user
from sqlalchemy import select

from tipline import audit
from tipline.accounts import actions, devices, queries
from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import Event, KnownDevice, Role, User
from tipline.web import sessions


def act(db, verb, *args, **named):
    with db.write() as session:
        return verb(session, *args, **named)


def events(db):
    with db.read() as session:
        return [
            (event.kind, event.subject, event.actor)
            for event in session.scalars(select(Event).order_by(Event.id))
        ]


def reread(db, user):
    with db.read() as session:
        return session.get_one(User, user.id)


def sign_in(db, user, now):
    return act(db, actions.sign_in, user, device="Firefox on Linux", now=now)


def is_in(db, token, now):
    with db.read() as session:
        return sessions.find(session, token, now=now) is not None


def add(db, now, email="Nia@Lantern.example ", **named):
    return act(db, actions.create_user, email=email, name="Nia Duarte", role=Role.EDITOR, now=now, **named)


def test_an_account_is_added_with_its_address_in_lower_case(db, admin, now):
    added = add(db, now, by=admin)
    assert (added.email, added.role, added.password_hash) == ("nia@lantern.example", "editor", None)
    assert events(db) == [("user.added", "nia@lantern.example", "Ada Brandvold")]


def test_a_second_account_with_an_address_is_refused_and_spoils_nothing(db, now):
    add(db, now)
    with pytest.raises(Conflict, match="already"):
        add(db, now, email="NIA@lantern.example")
    assert events(db) == [("user.added", "nia@lantern.example", "tipline")]


NO_ADDRESSES = (
    *("", "nia", "nia@", "@lantern.example", "a b@c.example", "a@b@c", "a\0@b.example"),
    *("Nia <n@l.example>", "a,b@c.example", "n@" + "l" * 260),
)


@pytest.mark.parametrize("email", NO_ADDRESSES)
def test_what_is_no_address_is_refused(db, now, email):
    with pytest.raises(Invalid, match=r"name@example\.org"):
        add(db, now, email=email)


@pytest.mark.parametrize(
    "email", ["nia+desk@lantern.example", "o'hara@lantern.example", "nia@localhost", "zoë@лантерн.example"]
)
def test_unusual_addresses_are_taken(db, now, email):
    assert add(db, now, email=email).email == email


def test_disabling_ends_every_session_and_forgets_the_browsers(db, admin, editor, now):
    token = sign_in(db, editor, now)
    act(db, devices.remember, "", editor, now=now)
    act(db, actions.disable, editor.email, by=admin, now=now)
    assert reread(db, editor).disabled_at == now
    assert not is_in(db, token, now)
    act(db, actions.enable, editor.email, by=admin, now=now)
    assert not is_in(db, token, now)
    with db.read() as session:
        assert session.scalars(select(KnownDevice)).all() == []
    assert [kind for kind, _, _ in events(db)] == ["user.signed_in", "user.disabled", "user.enabled"]


def test_disabling_twice_and_enabling_twice_are_refused(db, admin, editor, now):
    with pytest.raises(Conflict, match="in use"):
        act(db, actions.enable, editor.email, by=admin, now=now)
    act(db, actions.disable, editor.email, by=admin, now=now)
    with pytest.raises(Conflict, match="disabled already"):
        act(db, actions.disable, editor.email, by=admin, now=now)


def test_the_last_administrator_is_neither_disabled_nor_demoted(db, admin, editor, now):
    a_user(db, Role.ADMIN, disabled_at=now)  # one who cannot sign in does not count
    with pytest.raises(Conflict, match="last administrator"):
        act(db, actions.disable, admin.email, by=admin, now=now)
    with pytest.raises(Conflict, match="last administrator"):
        act(db, actions.change_role, admin.email, Role.EDITOR, by=admin, now=now)
    assert events(db) == []
    act(db, actions.change_role, editor.email, Role.ADMIN, by=admin, now=now)
    act(db, actions.disable, admin.email, by=editor, now=now)


def test_two_administrators_cannot_remove_each_other_at_once(db, admin, now):
    other = a_user(db, Role.ADMIN)
    refused = []

    def remove(user):
        try:
            act(db, actions.disable, user.email, now=now)
        except Conflict:
            refused.append(user.email)

    threads = [threading.Thread(target=remove, args=[user]) for user in (admin, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_a_role_is_changed_and_says_what_it_was(db, admin, moderator, now):
    act(db, actions.change_role, moderator.email, Role.EDITOR, by=admin, now=now)
    act(db, actions.change_role, moderator.email, Role.EDITOR, by=admin, now=now)
    assert reread(db, moderator).role == "editor"
    with db.read() as session:
        [event] = session.scalars(select(Event))
    assert event.data == {"before": "moderator", "role": "editor"}


def test_acts_on_nobody_are_refused(db, now):
    for verb in (actions.disable, actions.enable):
        with pytest.raises(NotFound):
            act(db, verb, "nobody@lantern.example", now=now)


def test_a_password_set_by_others_signs_out_everywhere(db, admin, editor, now):
    token = sign_in(db, editor, now)
    act(db, actions.set_password, editor.email, "hash", by=admin, now=now)
    assert reread(db, editor).password_hash == "hash"
    assert not is_in(db, token, now)
    assert events(db)[-1] == ("user.password_set", editor.email, "Ada Brandvold")


def test_changing_ones_own_password_keeps_this_session_only(db, editor, now):
    here, there = sign_in(db, editor, now), sign_in(db, editor, now)
    with db.read() as session:
        here_id = sessions.find(session, here, now=now).session_id
    act(db, actions.change_password, editor, "hash", now=now, session_id=here_id)
    assert (is_in(db, here, now), is_in(db, there, now)) == (True, False)


@pytest.mark.parametrize("verb", ["change_password", "sign_in"])
def test_who_was_disabled_meanwhile_gets_nowhere(db, editor, now, verb):
    seen = reread(db, editor)
    act(db, actions.disable, editor.email, now=now)
    others = {"change_password": ("hash",), "sign_in": ()}
    named = {"change_password": {"session_id": 1}, "sign_in": {"device": "Firefox"}}
    with pytest.raises(Conflict, match="Sign in again"):
        act(db, getattr(actions, verb), seen, *others[verb], **named[verb], now=now)


def test_who_checked_a_password_that_is_gone_gets_nowhere(db, editor, now):
    seen = reread(db, editor)
    act(db, actions.set_password, editor.email, "other", now=now)
    with pytest.raises(Conflict):
        sign_in(db, seen, now)


def test_a_link_chooses_a_password_once(db, admin, editor, now):
    session_before = sign_in(db, editor, now)
    token = act(db, actions.start_reset, editor, by=admin, now=now)
    assert act(db, actions.finish_reset, token, "hash", now=now).id == editor.id
    assert reread(db, editor).password_hash == "hash"
    assert not is_in(db, session_before, now)
    with pytest.raises(NotFound, match="used already"):
        act(db, actions.finish_reset, token, "other", now=now)
    assert [(kind, actor) for kind, _, actor in events(db)[1:]] == [
        ("user.reset_started", "Ada Brandvold"),
        ("user.reset_finished", "Edie Okonjo"),
    ]


def test_a_link_lives_for_an_hour(db, editor, now):
    token = act(db, actions.start_reset, editor, now=now)
    with db.read() as session:
        assert queries.user_of_reset(session, token, now=now + timedelta(minutes=59)).id == editor.id
    with pytest.raises(NotFound):
        act(db, actions.finish_reset, token, "hash", now=now + timedelta(hours=1))


def test_a_second_link_leaves_the_first_and_the_first_used_ends_the_other(db, editor, now):
    first = act(db, actions.start_reset, editor, now=now)
    second = act(db, actions.start_reset, editor, now=now)
    act(db, actions.finish_reset, first, "hash", now=now)
    with pytest.raises(NotFound):
        act(db, actions.finish_reset, second, "other", now=now)


def test_disabling_ends_links_and_makes_no_new_ones(db, editor, now):
    token = act(db, actions.start_reset, editor, now=now)
    act(db, actions.disable, editor.email, now=now)
    with pytest.raises(Conflict, match="disabled"):
        act(db, actions.start_reset, reread(db, editor), now=now)
    act(db, actions.enable, editor.email, now=now)
    with pytest.raises(NotFound):
        act(db, actions.finish_reset, token, "hash", now=now)


def test_a_link_used_twice_at_once_works_once(db, editor, now):
    token = act(db, actions.start_reset, editor, now=now)
    worked = []

    def use(number):
        try:
            act(db, actions.finish_reset, token, f"hash {number}", now=now)
            worked.append(number)
        except NotFound:
            pass

    threads = [threading.Thread(target=use, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(worked) == 1


def test_a_link_used_since_it_was_looked_up_is_refused(db, editor, now, monkeypatch):
    token = act(db, actions.start_reset, editor, now=now)
    act(db, actions.finish_reset, token, "hash", now=now)
    monkeypatch.setattr(actions, "user_of_reset", lambda *_args, **_named: editor)
    with pytest.raises(NotFound, match="used already"):
        act(db, actions.finish_reset, token, "other", now=now)
    assert reread(db, editor).password_hash == "hash"


def test_signing_in_keeps_a_hash_made_anew(db, editor, now):
    act(db, actions.sign_in, reread(db, editor), device="Firefox", now=now, rehashed="newer")
    assert reread(db, editor).password_hash == "newer"


def test_signing_out_twice_is_noted_once(db, editor, now):
    token = sign_in(db, editor, now)
    with db.read() as session:
        session_id = sessions.find(session, token, now=now).session_id
    act(db, actions.sign_out, editor, session_id, now=now)
    act(db, actions.sign_out, editor, session_id, now=now)
    assert [kind for kind, _, _ in events(db)] == ["user.signed_in", "user.signed_out"]


def test_every_act_leaves_an_event_that_can_be_sealed(db, keyring, editor, now):
    sign_in(db, editor, now)
    add(db, now, by=editor)
    act(db, audit.seal, keyring, now=now)
    with db.read() as session:
        assert audit.verify(session, keyring).faults == []


def test_accounts_are_listed_by_name_and_found_in_any_case(db, admin, editor):
    with db.read() as session:
        assert queries.any_user(session)
        assert [user.name for user in queries.all_users(session)] == ["Ada Brandvold", "Edie Okonjo"]
        assert queries.user_named(session, " EDIE@lantern.example").id == editor.id
        with pytest.raises(NotFound):
            queries.user_named(session, "nobody@lantern.example")


def test_a_newsroom_begins_without_accounts(db):
    with db.read() as session:
        assert not queries.any_user(session)
