"""A legal hold is an editor's act; what its tipster wants erased meanwhile is erased when it ends."""

import pytest
from builders import NOON, a_tip, counted, fresh
from keeping.full import a_full_tip
from sqlalchemy import select
from triage.desk import HTMX

from tipline import audit
from tipline.keeping.erase import Erasure, erase_contact, erase_tip
from tipline.models import Contact, Event, Tip

WHY = "Subpoena of 3 March"


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


def post(browser, tip, act="hold", reason=WHY, **options):
    return browser.post(f"/newsroom/tips/{tip.ref}/hold", data={"act": act, "reason": reason}, **options)


def kinds(db, tip):
    with db.read() as session:
        return list(session.scalars(select(Event.kind).where(Event.subject == tip.ref).order_by(Event.id)))


def test_it_is_set_shown_and_lifted_with_reasons(db, edie, signed_in_as, moderator):
    tip = a_tip(db)
    for _ in range(2):
        assert post(edie, tip).status_code == 303
    assert fresh(db, tip).legal_hold
    page = signed_in_as(moderator).get(f"/newsroom/tips/{tip.ref}").text
    assert "On legal hold: nothing of it is erased." in page
    assert f"Edie Okonjo put this on legal hold: {WHY}" in page
    assert f"/newsroom/tips/{tip.ref}/hold" not in page
    for _ in range(2):
        post(edie, tip, "lift")
    assert not fresh(db, tip).legal_hold
    assert kinds(db, tip) == ["tip.held", "tip.released"]


@pytest.mark.parametrize("act", ["hold", "lift"])
def test_it_needs_a_reason_and_an_editor(db, edie, signed_in_as, moderator, act):
    tip = a_tip(db, legal_hold=act == "lift")
    assert post(edie, tip, act, "x").status_code == 422
    assert post(signed_in_as(moderator), tip, act).status_code == 403
    assert fresh(db, tip).legal_hold is (act == "lift")
    assert kinds(db, tip) == []


def test_a_wish_for_the_contact_is_carried_out_when_it_ends(db, keyring, edie):
    tip = a_full_tip(db, keyring, legal_hold=True)
    with db.write() as session:
        assert erase_contact(session, tip, by=audit.READER, now=NOON) is Erasure.WHEN_LIFTED
    assert "wants the contact erased" in edie.get(f"/newsroom/tips/{tip.ref}").text
    assert post(edie, tip, "lift").status_code == 303
    with db.read() as session:
        assert session.scalars(select(Contact.sealed).where(Contact.tip_id == tip.id)).all() == [None]
    assert fresh(db, tip).erasure_wanted is None
    assert kinds(db, tip)[-2:] == ["tip.released", "tip.contact_erased"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wish_for_the_whole_tip_is_carried_out_when_it_ends(db, keyring, edie, headers):
    tip = a_full_tip(db, keyring, legal_hold=True)
    with db.write() as session:
        erase_tip(session, tip, by=audit.READER, now=NOON)
    answer = post(edie, tip, "lift", headers=headers)
    assert (answer.location or answer.headers["HX-Redirect"]).startswith("/newsroom/queue")
    with db.read() as session:
        assert session.get(Tip, tip.id) is None
    assert counted(db) == {"pending": 1}
    assert kinds(db, tip)[-2:] == ["tip.released", "tip.erased"]
