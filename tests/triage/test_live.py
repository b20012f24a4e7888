"""What open screens ask for: a 304 while nothing happens, and nothing lost or doubled when something does."""

from datetime import timedelta

import pytest
from builders import a_tip, group_of
from sqlalchemy import delete, update
from triage.desk import refs_of

from tipline import audit, clock
from tipline.models import Decision, Event, Group, Reason, Session, User
from tipline.triage.assign import assign
from tipline.triage.changes import Mark, arrivals, mark_now, version_of
from tipline.triage.decide import decide
from tipline.triage.listing import Listing
from tipline.triage.shown import Viewer
from tipline.triage.undo import undo

CHANGES = "/newsroom/queue/changes"


def arrives(db, body="The bridge is closed.", **columns):
    tip = a_tip(db, body, **columns)
    with db.write() as session:
        audit.record(session, "tip.received", subject=tip.ref, by=audit.READER, at=clock.now())
    return tip


def declined(db, tip, *, by):
    with db.write() as session:
        return decide(
            session, tip.ref, Decision.DECLINE, version=1, by=by, now=clock.now(), reason=Reason.KNOWN
        )


def mark_of(db):
    with db.read() as session:
        return str(mark_now(session))


def asked(browser, mark, tag=""):
    headers = {"If-None-Match": tag} if tag else {}
    return browser.get(f"{CHANGES}?since={mark}", headers=headers)


def test_nothing_new_is_304_and_writes_nothing(db, signed_in_as, moderator):
    browser, mark = signed_in_as(moderator), mark_of(db)
    tag = asked(browser, mark).headers["ETag"]
    answer = asked(browser, mark, tag)
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_act_of_anybody_ends_the_304(db, signed_in_as, moderator, editor):
    browser, mark, tip = signed_in_as(moderator), mark_of(db), arrives(db)
    tag = asked(browser, mark).headers["ETag"]
    declined(db, tip, by=editor)
    answer = asked(browser, mark, tag)
    assert answer.status_code == 200
    assert answer.json["counts"]["declined"] == "1"
    assert answer.json["new"] == ""


def test_what_came_is_counted_until_it_is_shown(db, signed_in_as, moderator):
    before = arrives(db)
    browser, mark = signed_in_as(moderator), mark_of(db)
    first, second = arrives(db), arrives(db)
    assert asked(browser, mark).json["new"] == "2 new"
    html = browser.get(f"/newsroom/queue/arrivals?since={mark}").text
    assert refs_of(html) == [second.ref, first.ref]
    assert before.ref not in html
    assert asked(browser, mark_of(db)).json["new"] == ""


def test_a_list_hears_of_its_own_kind_only(db, signed_in_as, moderator):
    browser, mark = signed_in_as(moderator), mark_of(db)
    arrives(db, kind="correction")
    arrives(db, "A lamp at the harbor.")
    assert browser.get(f"{CHANGES}?since={mark}&list=kind%3Dcorrection").json["new"] == "1 new"
    assert browser.get(f"{CHANGES}?since={mark}&list=state%3Dspam").json["new"] == ""


@pytest.mark.parametrize("mine", ["assignee%3Dme", "q%3Dassignee%253Ame"])
def test_what_is_assigned_to_me_arrives_in_my_list_alone(db, signed_in_as, moderator, editor, mine):
    tip = arrives(db)
    browser, mark = signed_in_as(moderator), mark_of(db)
    with db.write() as session:
        assign(session, tip.ref, moderator.email, by=editor, now=clock.now())
    assert browser.get(f"{CHANGES}?since={mark}&list={mine}").json["new"] == "1 new"
    html = browser.get(f"/newsroom/queue/arrivals?since={mark}&list={mine}").text
    assert refs_of(html) == [tip.ref]
    assert asked(browser, mark).json["new"] == ""


def test_what_is_given_back_to_me_arrives_in_my_list(db, signed_in_as, moderator, editor):
    tip = arrives(db, assignee_id=moderator.id)
    with db.write() as session:
        done = assign(session, tip.ref, editor.email, by=editor, now=clock.now())
    browser, mark = signed_in_as(moderator), mark_of(db)
    with db.write() as session:
        undo(session, tip.ref, by=editor, now=clock.now(), batch=done.batch)
    assert browser.get(f"{CHANGES}?since={mark}&list=assignee%3Dme").json["new"] == "1 new"


def test_one_that_joined_a_group_names_the_rows_it_may_replace(db, signed_in_as, moderator):
    lead = arrives(db)
    browser, mark = signed_in_as(moderator), mark_of(db)
    member = arrives(db, group=group_of(db, lead))
    html = browser.get(f"/newsroom/queue/arrivals?since={mark}").text
    assert refs_of(html) == [lead.ref]
    assert f'data-members="{member.ref} {lead.ref}"' in html


def test_an_event_that_becomes_visible_late_is_not_lost(db, moderator):
    """On PostgreSQL a transaction may commit after one that began later."""
    tip = arrives(db)
    arrives(db)
    with db.write() as session:
        late = session.query(Event).filter_by(subject=tip.ref).one()
        kept = {name: getattr(late, name) for name in ("id", "at", "kind", "subject", "actor", "data")}
        session.execute(delete(Event).where(Event.id == late.id))
    with db.read() as session:
        mark, version = mark_now(session), version_of(session, clock.now())
    assert mark.holes
    with db.write() as session:
        session.add(Event(**kept))
    with db.read() as session:
        assert version_of(session, clock.now()) != version
        found = arrivals(session, Listing(), Mark.of(str(mark)), asker=_asker(moderator))
    assert found.tip_ids == [tip.id]


def _asker(user):
    return Viewer(False, False, clock.now().tzinfo, clock.now(), None, user.id).asker


@pytest.mark.parametrize("text", ["", "x", "1.zz", "-1.0", "9" * 30, "1." + "f" * 100, "٣.0"])
def test_a_broken_mark_is_none(text):
    assert Mark.of(text) is None


def test_who_has_a_tip_open_is_told_to_others(db, signed_in_as, moderator, editor):
    tip, mark = arrives(db), mark_of(db)
    browser = signed_in_as(moderator)
    tag = asked(browser, mark).headers["ETag"]
    with db.write() as session:
        claim = {"claimed_by_id": editor.id, "claimed_until": clock.now() + timedelta(minutes=2)}
        session.execute(update(Group).where(Group.id == tip.group_id).values(**claim))
    assert asked(browser, mark, tag).json["claims"] == {tip.ref: "Edie Okonjo"}
    assert asked(signed_in_as(editor), mark).json["claims"] == {}


ENDS = {
    "ended": update(Session).values(ended_at=clock.now()),
    "idle": update(Session).values(seen_at=clock.now() - timedelta(minutes=31)),
    "too old": update(Session).values(created_at=clock.now() - timedelta(hours=13)),
    "disabled": update(User).values(disabled_at=clock.now()),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_session_that_does_not_stand_gets_no_304(db, signed_in_as, moderator, how):
    browser, mark = signed_in_as(moderator), mark_of(db)
    tag = asked(browser, mark).headers["ETag"]
    with db.write() as session:
        session.execute(ENDS[how])
    assert asked(browser, mark, tag).status_code == 302


def test_a_stranger_and_a_forged_cookie_get_no_304(db, client, signed_in_as, moderator):
    tag = asked(signed_in_as(moderator), "").headers["ETag"]
    assert asked(client, "", tag).status_code == 302
    client.set_cookie("tipline", "eyJfdXNlcl9pZCI6ImEifQ.aaaa.bbbb")
    assert asked(client, "", tag).status_code == 302


def test_a_poll_keeps_no_session_awake(db, signed_in_as, moderator):
    browser = signed_in_as(moderator)
    seen = clock.now() - timedelta(minutes=20)
    with db.write() as session:
        session.execute(update(Session).values(seen_at=seen))
    tag = asked(browser, "").headers["ETag"]
    assert asked(browser, "", tag).status_code == 304
    with db.read() as session:
        assert session.query(Session).one().seen_at == seen


def test_acts_are_taken_back_one_after_the_other(db, signed_in_as, moderator, editor):
    first, second = arrives(db), arrives(db)
    browser = signed_in_as(moderator)
    declined(db, first, by=moderator)
    declined(db, second, by=moderator)
    with db.write() as session:
        decide(session, second.ref, Decision.ACCEPT, version=2, by=moderator, now=clock.now())
    for ref in (second.ref, second.ref, first.ref):
        assert ref in browser.post("/newsroom/undo").location
    answer = browser.post("/newsroom/undo", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#notices")
    declined_by_another = arrives(db)
    declined(db, declined_by_another, by=editor)
    answer = browser.post("/newsroom/undo")
    assert (answer.status_code, "<h1>That did not work</h1>" in answer.text) == (409, True)
