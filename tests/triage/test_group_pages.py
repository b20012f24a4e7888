"""What says the same, in a browser: suggestions, differences, taking out, and what comes back."""

import pytest
from builders import NOON, a_tip, counted, fresh, group_of
from jinja2 import StrictUndefined
from sqlalchemy import update
from triage.desk import HTMX, form, forms, tip_of
from triage.regrouping import act, check_regrouped, together

from tipline import clock
from tipline.assist.groups import group_tips
from tipline.models import Decision, Group, Reason, State, Tip, TipReader, show_ref
from tipline.triage.decide import decide
from tipline.triage.lines import MEMBERS_SHOWN
from tipline.triage.undo import last_act, speaking_of

SAID = (
    "Marisol Vance left the Halyard hotel through the kitchen shortly after eleven with her drummer carrying "
    "two suitcases, and asked the driver for the airport while a photographer waited at the front door."
)
# A third of its words are those of SAID: not alike enough for the machine alone.
PERHAPS = (
    "Marisol Vance was seen with her drummer near the Halyard hotel kitchen; somebody loaded suitcases, a "
    "photographer waited, and the waiter says a wedding cake was ordered that Thursday evening."
)


@pytest.fixture(autouse=True)
def _templates_name_only_what_is_there(app):
    app.jinja_env.undefined = StrictUndefined


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


def body(response, status=200):
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def look(db):
    while group_tips(db):
        pass


def page_of(desk, tip):
    return body(desk.get(f"/newsroom/tips/{tip.ref}"))


def post(desk, tip, sent, **headers):
    return desk.post(f"/newsroom/tips/{tip.ref}/group", data=sent, headers=headers)


@pytest.fixture
def two(db):
    tips = a_tip(db, SAID), a_tip(db, PERHAPS)
    look(db)
    assert not together(db, *tips)
    return tips


def test_what_may_say_the_same_is_suggested_with_its_letter_and_why(desk, two):
    html = page_of(desk, two[1])
    assert "May say the same" in html
    assert 'form="join-a" data-digit="a"' in html
    assert "both say photographer, suitcases, drummer, halyard, kitchen and 4 words more" in html
    assert "May say the same" in page_of(desk, two[0])


def test_a_suggestion_is_taken_without_javascript_and_taken_back(db, desk, two):
    one, other = two
    sent = form(page_of(desk, one), "/group", act="join", other=other.ref)
    html = body(desk.get(post(desk, one, sent).location))
    assert together(db, one, other)
    assert tip_of(html) == one.ref
    assert "are one row now." in html
    assert "May say the same" not in html
    undo = form(html, f"/newsroom/tips/{one.ref}/undo")
    assert "Taken back." in body(desk.get(desk.post(f"/newsroom/tips/{one.ref}/undo", data=undo).location))
    assert not together(db, one, other)
    check_regrouped(db)


def test_a_suggestion_is_taken_by_htmx_and_can_be_taken_back_in_the_pane(db, desk, two):
    one, other = two
    sent = form(page_of(desk, one), "/group", act="join", other=other.ref)
    html = body(desk.post(f"/newsroom/tips/{one.ref}/group", data=sent, headers=HTMX))
    assert "<html" not in html
    assert tip_of(html) == one.ref
    html = page_of(desk, one)
    assert "Mo Castellane made one row of this and" in html
    [batch] = [fields for fields in forms(html) if any(name == "batch" for name, _ in fields["fields"])]
    desk.post(batch["action"], data=dict(batch["fields"]))
    assert not together(db, one, other)


def test_a_tip_that_was_hidden_since_is_not_named(db, desk, two):
    one, other = two
    post(desk, one, form(page_of(desk, one), "/group", act="apart", other=other.ref))
    assert f"this and {show_ref(other.ref)} are not the same" in page_of(desk, one)
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == other.id).values(restricted=True))
    html = page_of(desk, one)
    assert "this and others are not the same" in html
    assert show_ref(other.ref) not in html


def test_not_the_same_is_never_suggested_again(db, desk, two):
    one, other = two
    sent = form(page_of(desk, one), "/group", act="apart", other=other.ref)
    html = body(desk.get(post(desk, one, sent).location))
    assert "are not the same, for good." in html
    for tip in two:
        assert "May say the same" not in page_of(desk, tip)


def test_it_is_not_suggested_for_a_group_that_one_of_them_joined(db, desk, moderator, two):
    one, other = two
    friend = a_tip(db, "Quite another text")
    act(db, "set_apart", one, other, by=moderator)
    act(db, "join", friend, other, by=moderator)
    assert "May say the same" not in page_of(desk, one)


def test_very_short_tips_are_suggested_alone(db, desk):
    tips = [a_tip(db, "They broke up in Leith"), a_tip(db, "They broke up in Leith yesterday")]
    look(db)
    assert not together(db, *tips)
    assert "May say the same" in page_of(desk, tips[0])


@pytest.mark.parametrize("columns", [{"kind": "correction"}, {"restricted": True}, {"quarantined": True},
                                     {"escalated_at": NOON}])  # fmt: skip
def test_what_cannot_share_a_row_is_not_suggested(db, desk, moderator, columns):
    tips = a_tip(db, SAID), a_tip(db, SAID, **columns)
    with db.write() as session:
        session.add(TipReader(tip_id=tips[1].id, user_id=moderator.id, by_id=moderator.id, at=NOON))
    look(db)
    for tip in tips:
        assert "May say the same" not in page_of(desk, tip)


def test_a_late_join_names_who_did_what_and_can_be_made_all_the_same(db, desk, editor, two):
    one, other = two
    sent = form(page_of(desk, one), "/group", act="join", other=other.ref)
    with db.write() as session:
        decide(
            session, other.ref, Decision.DECLINE, version=1, by=editor, now=clock.now(), reason=Reason.KNOWN
        )
    html = body(post(desk, one, sent), 409)
    assert "Edie Okonjo declined this" in html
    assert "make one row of it and another" in html
    post(desk, one, form(html, "/group", act="join", other=other.ref))
    assert together(db, one, other)


def test_what_a_member_adds_is_marked_and_escaped(db, desk):
    one = a_tip(db, SAID)
    two = a_tip(db, SAID.replace("two suitcases", "<b>nine</b> suitcases"))
    look(db)
    assert together(db, one, two)
    html = page_of(desk, one)
    assert "<mark>b&gt;nine&lt;/b</mark>" in html
    assert "It says nothing new." not in html


def test_the_key_gives_a_group_back_its_row(db, desk):
    """Of many that were decided in one, the row in the queue is that of the tip that speaks for them."""
    first, *others = (a_tip(db, SAID) for _ in range(4))
    look(db)
    assert together(db, first, *others)
    speaking = group_of(db, fresh(db, first)).lead_id
    speaks = next(tip for tip in (first, *others) if tip.id == speaking)
    a_tip(db, "Something else altogether.")
    sent = form(page_of(desk, speaks), "/decision", decision="accept")
    desk.post(f"/newsroom/tips/{speaks.ref}/decision", data=sent)
    assert fresh(db, others[-1]).state == "accepted"
    html = body(desk.post("/newsroom/undo", headers=HTMX))
    assert tip_of(html) == speaks.ref
    assert f'id="row-{speaks.ref}"' in html
    assert fresh(db, others[-1]).state == "pending"


def test_the_key_does_not_name_who_speaks_where_that_is_hidden(db, desk, moderator):
    tips = [a_tip(db, SAID) for _ in range(3)]
    look(db)
    speaks, other = sorted(tips, key=lambda tip: tip.id != group_of(db, fresh(db, tip)).lead_id)[:2]
    sent = form(page_of(desk, speaks), "/decision", decision="accept")
    desk.post(f"/newsroom/tips/{speaks.ref}/decision", data=sent)
    with db.write() as session:
        act = last_act(session, by=moderator, since=NOON)._replace(ref=other.ref)
        assert speaking_of(session, act, by=moderator) == speaks.ref
        session.execute(update(Tip).where(Tip.id == speaks.id).values(restricted=True))
        assert speaking_of(session, act, by=moderator) == other.ref


def test_a_member_is_taken_out_and_the_pane_stays(db, desk):
    one, two, three = (a_tip(db, SAID) for _ in range(3))
    look(db)
    html = page_of(desk, one)
    assert "It says nothing new." in html
    sent = form(html, "/group", act="split", other=two.ref)
    html = body(desk.get(post(desk, one, sent).location))
    assert tip_of(html) == one.ref
    assert "is out of the group of" in html
    assert together(db, one, three)
    assert not together(db, one, two)
    undo = form(html, f"/newsroom/tips/{two.ref}/undo")
    html = body(desk.get(desk.post(f"/newsroom/tips/{two.ref}/undo", data=undo).location))
    assert tip_of(html) == one.ref
    assert together(db, one, two, three)


@pytest.mark.parametrize("act", ["split", "join"])
def test_the_key_leads_back_to_the_tip_that_was_open(db, desk, act):
    one, two = a_tip(db, SAID), a_tip(db, SAID if act == "split" else PERHAPS)
    look(db)
    post(desk, one, form(page_of(desk, one), "/group", act=act, other=two.ref))
    answer = desk.post("/newsroom/undo")
    assert tip_of(body(desk.get(answer.location))) == one.ref


def test_the_key_leads_to_the_act_where_the_tip_that_was_open_is_hidden_since(db, desk):
    one, two, three = (a_tip(db, SAID) for _ in range(3))
    look(db)
    post(desk, one, form(page_of(desk, one), "/group", act="split", other=two.ref))
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == one.id).values(restricted=True))
    assert two.ref in desk.post("/newsroom/undo").location
    assert together(db, two, three)


def test_the_tip_in_the_pane_is_taken_out(db, desk):
    one, two = (a_tip(db, SAID) for _ in range(2))
    look(db)
    post(desk, one, form(page_of(desk, one), "/group", act="split", other=one.ref))
    assert not together(db, one, two)
    check_regrouped(db)


def test_a_member_that_came_later_brings_the_group_back_as_one_new(db, desk):
    shown = [a_tip(db, SAID) for _ in range(2)]
    look(db)
    sent = form(body(desk.get("/newsroom/queue")), "/decision", decision="decline")
    late = a_tip(db, SAID)
    look(db)
    desk.post(f"/newsroom/tips/{shown[0].ref}/decision", data={**sent, "reason": "known"})
    assert counted(db) == {"declined": 2, "pending": 1}
    html = body(desk.get("/newsroom/queue"))
    assert "<strong>1 new; 2 before, last declined</strong>" in html
    assert tip_of(html) == late.ref
    assert group_of(db, fresh(db, late)).pending == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"act": "marry", "other": "K7Q2FD9X", "version": "1"}, 422),
        ({"act": "join", "version": "1"}, 404),
        ({"act": "join", "other": "K7Q2FD9X", "version": "1"}, 422),
        ({"act": "join", "other": "K7Q2FD9X", "version": "1", "tip": "K7Q2FD9X:1"}, 404),
        ({"act": "split", "other": "K7Q2FD9X"}, 422),
    ],
)
def test_a_form_that_lacks_something_is_told_so(db, desk, sent, status):
    tip = a_tip(db)
    body(post(desk, tip, sent), status)
    with db.read() as session:
        assert session.query(Group).count() == 1


def test_who_waits_is_shown_before_all_that_were_decided(db, desk):
    waits = a_tip(db, "The bridge is closed.")
    for _ in range(MEMBERS_SHOWN + 5):
        a_tip(db, "The bridge is closed.", group=group_of(db, waits), state=State.DECLINED)
    newest = a_tip(db, "The bridge is closed.", group=group_of(db, waits))
    html = page_of(desk, newest)
    assert waits.ref in html
    assert f"{MEMBERS_SHOWN + 6} more say the same; what you decide holds for 2 tips" in html
