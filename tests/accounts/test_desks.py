"""Desks: an administrator keeps them; tips are assigned to them and found by who belongs to them."""

import pytest
from builders import a_tip, a_user, fresh
from sqlalchemy import select
from triage.desk import refs_of

from tipline.accounts.desks import MAX_DESKS, add_desk
from tipline.errors import Invalid
from tipline.models import Desk, DeskMember, Event

DESKS = "/newsroom/desks"


@pytest.fixture
def ada(signed_in_as, admin):
    return signed_in_as(admin)


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


def stored(db):
    with db.read() as session:
        members = select(Desk.slug, DeskMember.user_id).outerjoin(DeskMember, DeskMember.desk_id == Desk.id)
        return session.execute(members.order_by(Desk.id, DeskMember.user_id)).all()


def assign(browser, tip, to):
    return browser.post(f"/newsroom/tips/{tip.ref}/assign", data={"assignee": to})


def test_a_desk_is_opened_changed_and_closed(db, ada, moderator, editor):
    assert ada.post(DESKS, data={"name": " Royals "}).status_code == 303
    both = [moderator.email, editor.email]
    answer = ada.post(f"{DESKS}/royals", data={"name": "Royals & courts", "member": both})
    assert answer.status_code == 303
    assert set(stored(db)) == {("royals", moderator.id), ("royals", editor.id)}
    page = ada.get(DESKS).text
    assert "Royals &amp; courts" in page
    assert f"{editor.name}, {moderator.name}" in page
    assert ada.post(f"{DESKS}/royals/close").status_code == 303
    assert stored(db) == []
    with db.read() as session:
        kinds = session.scalars(select(Event.kind).where(Event.subject == "royals").order_by(Event.id)).all()
    assert kinds == ["desk.opened", "desk.changed", "desk.closed"]


@pytest.mark.parametrize(
    ("name", "problem", "status"),
    [
        ("", "Give the desk a name", 422),
        ("x" * 61, "60 characters at most", 422),
        ("Courts", "that name", 409),
    ],
)
def test_a_desk_that_cannot_be_is_refused(db, ada, name, problem, status):
    ada.post(DESKS, data={"name": "Courts"})
    answer = ada.post(DESKS, data={"name": name})
    assert answer.status_code == status
    assert problem in answer.text
    assert len(stored(db)) == 1


def test_two_desks_of_one_slug_stand_apart(db, ada):
    ada.post(DESKS, data={"name": "Courts"})
    ada.post(DESKS, data={"name": "Courts!"})
    assert [slug for slug, _ in stored(db)] == ["courts", "courts-2"]
    answer = ada.post(f"{DESKS}/courts-2", data={"name": "Courts"})
    assert answer.status_code == 409
    assert ada.post(f"{DESKS}/nowhere", data={"name": "x"}).status_code == 404


def test_there_is_an_end_to_desks(db, admin, now):
    with db.write() as session:
        session.add_all(Desk(slug=f"d{number}", name=f"D{number}") for number in range(MAX_DESKS))
    with pytest.raises(Invalid), db.write() as session:
        add_desk(session, "One more", by=admin, now=now)


def test_a_tip_is_a_persons_or_a_desks_and_is_found_by_either(db, ada, mo, moderator):
    ada.post(DESKS, data={"name": "Royals"})
    tip, other = a_tip(db), a_tip(db)
    assert assign(mo, tip, "desk:royals").status_code == 303
    assert fresh(db, tip).assignee_id is None
    html = mo.get(f"/newsroom/queue?tip={tip.ref}").text
    assert "for Royals" in html
    assert "Assigned to Royals." in html
    assert "Mo Castellane assigned this to Royals" in html
    assert '<option value="desk:royals" selected>' in html
    for asked in ("royals", "roy", "Royals"):
        assert refs_of(mo.get(f"/newsroom/queue?q=assignee:{asked}").text) == [tip.ref]
    assert refs_of(mo.get("/newsroom/queue?q=assignee:nobody").text) == [other.ref]
    assert refs_of(mo.get("/newsroom/queue?assignee=desks").text) == []
    ada.post(f"{DESKS}/royals", data={"name": "Royals", "member": [moderator.email]})
    assert refs_of(mo.get("/newsroom/queue?assignee=desks").text) == [tip.ref]
    assert refs_of(mo.get("/newsroom/queue?assignee=me").text) == []
    assign(mo, tip, "me")
    assert (fresh(db, tip).assignee_id, fresh(db, tip).desk_id) == (moderator.id, None)


def test_the_views_mine_and_my_desks_stand_beside_the_list(db, mo):
    page = mo.get("/newsroom/queue?assignee=desks").text
    assert '<a href="/newsroom/queue?assignee=desks" aria-current="true">' in page
    assert "Nothing waits for your desks." in page
    assert "No tip is assigned to you." in mo.get("/newsroom/queue?assignee=me").text


def test_no_desk_gets_a_tip_that_only_some_may_see(db, ada, signed_in_as, editor):
    ada.post(DESKS, data={"name": "Royals"})
    tip = a_tip(db)
    edie = signed_in_as(editor)
    edie.post(f"/newsroom/tips/{tip.ref}/restrict", data={"version": 1, "reason": "A source at risk."})
    answer = assign(edie, tip, "desk:royals")
    assert answer.status_code == 422
    assert "Only named colleagues may see this tip" in answer.text
    assert assign(edie, a_tip(db), "desk:nowhere").status_code == 422


def test_what_waited_for_a_closed_desk_is_nobodys(db, ada, mo):
    ada.post(DESKS, data={"name": "Royals"})
    tip = a_tip(db)
    assign(mo, tip, "desk:royals")
    assert "1 open tip" in ada.get(DESKS).text
    ada.post(f"{DESKS}/royals/close")
    assert fresh(db, tip).desk_id is None
    assert "Assigned to Royals" not in mo.get(f"/newsroom/tips/{tip.ref}").text


def test_who_may_not_sign_in_belongs_to_no_desk(db, ada, now):
    gone = a_user(db, disabled_at=now)
    ada.post(DESKS, data={"name": "Royals"})
    ada.post(f"{DESKS}/royals", data={"name": "Royals", "member": [gone.email, "x"]})
    assert stored(db) == [("royals", None)]
