"""How to reach a tipster is opened by editors, with a reason, once, and everybody can see that it was."""

import re

import pytest
from builders import NOON, a_tip
from jinja2 import StrictUndefined
from keeping.full import a_full_tip
from sqlalchemy import select, update
from triage.desk import HTMX, form, refs_of

from tipline import audit
from tipline.keeping.contact import sealed_contact
from tipline.keeping.erase import erase_contact
from tipline.models import Contact, Event, State, Tip, TipReader, show_ref
from tipline.search.query import Asker
from tipline.triage.listing import Listing
from tipline.triage.view_counts import count_views

WHY = "Call about the photo"


@pytest.fixture(autouse=True)
def _templates_name_only_what_is_there(app):
    app.jinja_env.undefined = StrictUndefined


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


@pytest.fixture
def tip(db, keyring):
    return a_tip_from(db, keyring, name="Ana Reyes", email="ana@example.org")


def a_tip_from(db, keyring, *, may_contact=True, state=State.PENDING, **given):
    made = a_tip(db, state=state)
    with db.write() as session:
        session.add(
            Contact(tip_id=made.id, **sealed_contact(keyring, made.ref, given, may_contact=may_contact))
        )
    return made


def openings(db):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.kind == "tip.contact_opened")).all()


def open_it(browser, tip, reason=WHY, **options):
    return browser.post(f"/newsroom/tips/{tip.ref}/contact", data={"reason": reason}, **options)


def test_an_editor_opens_it_with_a_reason_that_everybody_sees(db, tip, edie, signed_in_as, moderator):
    page = edie.get(f"/newsroom/tips/{tip.ref}").text
    assert "Left a name and an e-mail address, sealed. They agree to be contacted." in page
    assert "ana@example.org" not in page
    assert form(page, f"/newsroom/tips/{tip.ref}/contact")
    answer = open_it(edie, tip)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "ana@example.org" in answer.text
    assert "Ana Reyes" in answer.text
    (event,) = openings(db)
    assert (event.subject, event.actor, event.data) == (tip.ref, "Edie Okonjo", {"why": WHY})
    after = signed_in_as(moderator).get(f"/newsroom/tips/{tip.ref}").text
    assert f"Edie Okonjo opened the contact: {WHY}" in after
    assert "ana@example.org" not in after + edie.get(f"/newsroom/tips/{tip.ref}").text


def test_htmx_gets_the_pane_with_it(tip, edie):
    answer = open_it(edie, tip, headers=HTMX)
    assert "ana@example.org" in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("reason", ["", "why", "    x    ", "x" * 501])
def test_without_a_proper_reason_nothing_is_opened(db, tip, edie, reason):
    answer = open_it(edie, tip, reason)
    assert answer.status_code == 422
    assert "ana@example.org" not in answer.text
    assert openings(db) == []


def test_a_moderator_reads_who_may_open_it(db, tip, signed_in_as, moderator):
    mo = signed_in_as(moderator)
    page = mo.get(f"/newsroom/tips/{tip.ref}").text
    assert "Editors can open it, with a reason." in page
    assert f"/newsroom/tips/{tip.ref}/contact" not in page
    assert open_it(mo, tip).status_code == 403
    assert openings(db) == []


def test_a_contact_that_was_erased_is_not_opened(db, tip, edie):
    with db.write() as session:
        erase_contact(session, tip, by=audit.READER, now=NOON)
    assert "How to reach this tipster was erased." in edie.get(f"/newsroom/tips/{tip.ref}").text
    assert open_it(edie, tip).status_code == 409


def test_whoever_wants_to_be_forgotten_is_left_alone(db, tip, edie):
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == tip.id).values(legal_hold=True))
        erase_contact(session, tip, by=audit.READER, now=NOON)
    page = edie.get(f"/newsroom/tips/{tip.ref}").text
    assert "wants to be forgotten" in page
    assert f"/newsroom/tips/{tip.ref}/contact" not in page
    assert open_it(edie, tip).status_code == 409
    assert openings(db) == []


def test_a_contact_moved_to_another_tip_does_not_open(db, keyring, tip, edie):
    other = a_tip_from(db, keyring, email="bea@example.org")
    with db.read() as session:
        sealed = session.scalar(select(Contact.sealed).where(Contact.tip_id == other.id))
    with db.write() as session:
        session.execute(update(Contact).where(Contact.tip_id == tip.id).values(sealed=sealed))
    answer = open_it(edie, tip)
    assert answer.status_code == 500
    assert "bea@example.org" not in answer.text
    assert openings(db) == []


def test_a_tip_without_a_contact_has_nothing_to_open(db, edie):
    plain = a_tip(db)
    assert "sealed" not in edie.get(f"/newsroom/tips/{plain.ref}").text
    assert open_it(edie, plain).status_code == 404


def test_the_same_sender_is_counted_and_listed_without_opening(db, keyring, tip, edie):
    same = [
        a_tip_from(db, keyring, state=state, email="ANA@example.org", name="Other")
        for state in (State.ACCEPTED, State.DECLINED, State.DECLINED, State.SPAM)
    ]
    strangers = [a_tip_from(db, keyring, email="bea@example.org"), a_tip_from(db, keyring, name="Ana Reyes")]
    page = edie.get(f"/newsroom/tips/{tip.ref}").text
    assert "4 other tips from the same sender: 1 accepted, 2 declined and 1 spam" in page
    address = re.search(r'href="(/newsroom/queue\?[^"]*sender=[^"]*)"', page)[1].replace("&amp;", "&")
    assert address.endswith(f"sender={tip.ref}")
    assert set(refs_of(edie.get(address).text)) == {tip.ref, *(each.ref for each in same)}
    assert openings(db) == []
    for stranger in strangers:
        assert "same sender" not in edie.get(f"/newsroom/tips/{stranger.ref}").text
        assert refs_of(edie.get(f"/newsroom/queue?state=all&sender={stranger.ref}").text) in (
            [stranger.ref],
            [],
        )


@pytest.mark.parametrize("sender", ["nonsense", "%00", "K7Q2FD9X"])
def test_a_sender_that_is_none_lists_nothing_hidden(db, edie, sender):
    assert edie.get(f"/newsroom/queue?state=all&sender={sender}").status_code == 200


@pytest.mark.parametrize("hiding", [{"restricted": True}, {"escalated_at": NOON}])
def test_the_sender_of_a_tip_that_one_may_not_see_is_nobody(db, keyring, editor, edie, hiding):
    other = a_tip_from(db, keyring, email="ana@example.org")
    hidden = a_tip_from(db, keyring, email="ana@example.org")
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == hidden.id).values(**hiding))
    pages = [
        edie.get(f"/newsroom/queue?{query}&sender={ref}").text.replace(show_ref(ref), "").replace(ref, "")
        for query in ("state=all", "state=all&sort=rank&q=drummer", "quarantined=1")
        for ref in (hidden.ref, "K7Q2FD9X")
    ]
    assert [plain(page) for page in pages[::2]] == [plain(page) for page in pages[1::2]]
    assert refs_of(pages[0]) == []
    listing = Listing(state=None, sender=hidden.ref)
    assert number_in(db, listing, editor.id) == "0"
    with db.write() as session:
        session.add(TipReader(tip_id=hidden.id, user_id=editor.id, by_id=editor.id, at=NOON))
    named = edie.get(f"/newsroom/queue?state=all&sender={hidden.ref}").text
    assert set(refs_of(named)) == {other.ref, hidden.ref}
    assert number_in(db, listing, editor.id) == "2"


def plain(page):
    """Leave out what differs each time a page is asked for."""
    return re.sub(r'name="csrf_token" value="[^"]*"|csrf[^ ]*|nonce[^ ]*|data-mark="[^"]*"', "", page)


def number_in(db, listing, user_id):
    with db.read() as session:
        return str(count_views(session, [listing], Asker(user_id=user_id))[0])


def test_nothing_of_it_gets_into_the_log(db, keyring, edie, caplog):
    tip = a_full_tip(db, keyring, canary="zzcanaryzz")
    with caplog.at_level("DEBUG"):
        open_it(edie, tip)
    assert "zzcanaryzz@example.org" not in caplog.text
