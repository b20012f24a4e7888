"""What somebody holds is handed over in one act, and can be taken back."""

import pytest
from builders import NOON, a_tip, a_user, fresh, group_of
from sqlalchemy import delete, select, update

from tipline.accounts import handover
from tipline.accounts.handover import hand_back, hand_over
from tipline.errors import Conflict
from tipline.models import Desk, Draft, DraftTip, Event, Group, Tip, TipReader, new_ref

HELD = "/newsroom/users/held"


@pytest.fixture
def ada(signed_in_as, admin):
    return signed_in_as(admin)


@pytest.fixture
def leaver(db):
    return a_user(db, email="lena@lantern.example", name="Lena Holt")


@pytest.fixture
def taker(db):
    return a_user(db, email="bo@lantern.example", name="Bo Lind")


def post(browser, verb, email, to=""):
    return browser.post(f"/newsroom/users/{verb}", data={"email": email, "to": to})


def a_desk(db):
    with db.write() as session:
        desk = Desk(slug="royals", name="Royals")
        session.add(desk)
    return desk


def name(db, tip, *users, by):
    with db.write() as session:
        session.add_all(TipReader(tip_id=tip.id, user_id=each.id, by_id=by.id, at=NOON) for each in users)


def has(db, tip):
    stored = fresh(db, tip)
    return stored.assignee_id, stored.desk_id


def test_all_of_it_goes_to_a_colleague_and_comes_back(db, ada, leaver, taker):
    tips = [a_tip(db, assignee_id=leaver.id), a_tip(db, assignee_id=leaver.id, state="accepted")]
    done = a_tip(db, assignee_id=leaver.id, state="declined", reason="known")
    others = a_tip(db, assignee_id=taker.id)
    page = ada.get(HELD, query_string={"email": leaver.email}).text
    assert "2 tips" in page
    assert post(ada, "hand-over", leaver.email, taker.email).status_code == 303
    assert [has(db, tip) for tip in (*tips, done)] == [(taker.id, None)] * 2 + [(leaver.id, None)]
    page = ada.get(HELD, query_string={"email": leaver.email}).text
    assert "handed 2 tips over to Bo Lind" in page
    assert post(ada, "hand-back", leaver.email).status_code == 303
    assert [has(db, tip) for tip in tips] == [(leaver.id, None)] * 2
    assert has(db, others) == (taker.id, None)
    assert post(ada, "hand-back", leaver.email).status_code == 409
    with db.read() as session:
        acts = session.scalars(select(Event).where(Event.kind.like("user.handed%")).order_by(Event.id)).all()
    assert [(act.kind, act.subject) for act in acts] == [
        ("user.handed_over", leaver.email),
        ("user.handed_back", leaver.email),
    ]
    assert acts[0].data["tips"] == sorted(tip.ref for tip in tips)


def test_a_desk_can_take_it_and_each_tip_says_so(db, ada, leaver):
    desk, tip = a_desk(db), a_tip(db, assignee_id=leaver.id)
    post(ada, "hand-over", leaver.email, "desk:royals")
    assert has(db, tip) == (None, desk.id)
    assert "Ada Brandvold assigned this to Royals" in ada.get(f"/newsroom/tips/{tip.ref}").text
    post(ada, "hand-back", leaver.email)
    assert has(db, tip) == (leaver.id, None)


def test_what_was_assigned_anew_does_not_come_back(db, ada, admin, leaver, taker):
    tip, other = a_tip(db, assignee_id=leaver.id), a_tip(db, assignee_id=leaver.id)
    post(ada, "hand-over", leaver.email, taker.email)
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == tip.id).values(assignee_id=admin.id))
    post(ada, "hand-back", leaver.email)
    assert (has(db, tip), has(db, other)) == ((admin.id, None), (leaver.id, None))


@pytest.mark.parametrize("to", ["", "nobody@lantern.example", "desk:nowhere", "lena@lantern.example", "gone"])
def test_nobody_else_takes_it(db, ada, leaver, to):
    gone = a_user(db, disabled_at=NOON)
    tip = a_tip(db, assignee_id=leaver.id)
    assert post(ada, "hand-over", leaver.email, gone.email if to == "gone" else to).status_code == 422
    assert has(db, tip) == (leaver.id, None)


def test_what_the_taker_may_not_see_stays_and_is_only_counted(db, ada, leaver, taker, admin, now):
    a_desk(db)
    hidden = a_tip(db, "Only some may read this.", assignee_id=leaver.id, restricted=True)
    name(db, hidden, leaver, a_user(db), by=leaver)
    page = ada.get(HELD, query_string={"email": leaver.email}).text
    assert "1 tip of them only named colleagues may see" in page
    assert hidden.ref not in page.replace("-", "")
    for to in (taker.email, "desk:royals"):
        answer = post(ada, "hand-over", leaver.email, to)
        assert answer.status_code == 409
    name(db, hidden, taker, by=leaver)
    post(ada, "hand-over", leaver.email, taker.email)
    assert has(db, hidden) == (taker.id, None)


def sees(db, signed_in_as, tip, *users):
    return [signed_in_as(user).get(f"/newsroom/tips/{tip.ref}").status_code == 200 for user in users]


def test_a_tip_that_nobody_else_can_see_is_counted_and_handed_over(
    db, ada, leaver, taker, admin, signed_in_as
):
    gone = a_user(db, disabled_at=NOON)
    tip = a_tip(db, "Only one may read this.", restricted=True, state="declined", reason="known")
    name(db, tip, leaver, gone, by=leaver)
    answer = ada.post("/newsroom/users/disable", data={"email": leaver.email})
    assert answer.location.endswith(f"{HELD}?email=lena%40lantern.example")
    page = ada.get(answer.location).text
    assert "1 tip nobody but Lena Holt can see, so that nobody sees them now." in page
    assert tip.ref not in page.replace("-", "")
    a_desk(db)
    assert post(ada, "hand-over", leaver.email, "desk:royals").status_code == 409
    assert post(ada, "hand-over", leaver.email, taker.email).status_code == 303
    assert sees(db, signed_in_as, tip, taker, admin) == [True, False]
    assert (
        "Ada Brandvold handed the sight of this to Bo Lind"
        in signed_in_as(taker).get(f"/newsroom/tips/{tip.ref}").text
    )
    assert "Handed over to you" in signed_in_as(taker).get("/newsroom/mentions").text
    page = ada.get(answer.location).text
    assert "nobody but" not in page
    assert "handed 1 tip over to Bo Lind" in page
    assert post(ada, "hand-back", leaver.email).status_code == 303
    assert sees(db, signed_in_as, tip, taker) == [False]
    assert "1 tip nobody but Lena Holt can see" in ada.get(answer.location).text


def test_a_tip_that_is_assigned_too_goes_with_the_rest(db, ada, leaver, taker, signed_in_as):
    tip = a_tip(db, assignee_id=leaver.id, escalated_at=NOON)
    name(db, tip, leaver, by=leaver)
    post(ada, "hand-over", leaver.email, taker.email)
    assert has(db, tip) == (taker.id, None)
    assert sees(db, signed_in_as, tip, taker) == [True]
    post(ada, "hand-back", leaver.email)
    assert has(db, tip) == (leaver.id, None)
    assert sees(db, signed_in_as, tip, taker) == [False]


def test_a_tip_that_a_colleague_sees_too_needs_nobody_in_their_stead(db, ada, leaver, taker, admin):
    tip = a_tip(db, restricted=True)
    name(db, tip, leaver, admin, by=leaver)
    answer = ada.post("/newsroom/users/disable", data={"email": leaver.email})
    assert answer.location.endswith("/newsroom/users")
    assert post(ada, "hand-over", leaver.email, taker.email).status_code == 409


def test_a_desk_that_was_made_since_under_the_same_number_keeps_its_tips(db, ada, leaver):
    desk, tip = a_desk(db), a_tip(db, assignee_id=leaver.id)
    post(ada, "hand-over", leaver.email, "desk:royals")
    with db.write() as session:
        session.execute(update(Tip).values(desk_id=None))
        session.execute(delete(Desk))
    with db.write() as session:
        session.add(Desk(id=desk.id, slug="courts", name="Courts"))
    with db.write() as session:
        session.execute(update(Tip).values(desk_id=desk.id))
    post(ada, "hand-back", leaver.email)
    assert has(db, tip) == (None, desk.id)


def test_claims_are_given_up(db, ada, leaver, taker, now):
    tip = a_tip(db, assignee_id=leaver.id)
    with db.write() as session:
        session.execute(update(Group).values(claimed_by_id=leaver.id, claimed_until=now))
    post(ada, "hand-over", leaver.email, taker.email)
    assert group_of(db, tip).claimed_by_id is None


def test_drafts_are_named(db, ada, leaver):
    with db.write() as session:
        session.add(Draft(ref=new_ref(), headline="Ring at the port", dek="", slug="s", body="", byline="",
                          created_by_id=leaver.id, created_at=NOON, updated_at=NOON))  # fmt: skip
    assert "Ring at the port" in ada.get(HELD, query_string={"email": leaver.email}).text


def test_a_draft_of_a_tip_that_only_others_may_see_is_only_counted(db, ada, admin, leaver):
    tip = a_tip(db, restricted=True)
    with db.write() as session:
        draft = Draft(ref=new_ref(), headline="Ring at the port", dek="", slug="s", body="", byline="",
                      created_by_id=leaver.id, created_at=NOON, updated_at=NOON)  # fmt: skip
        session.add(draft)
        session.flush()
        session.add(
            DraftTip(draft_id=draft.id, tip_id=tip.id, position=0, added_by_id=leaver.id, added_at=NOON)
        )
    page = ada.get(HELD, query_string={"email": leaver.email}).text
    assert "Ring at the port" not in page
    assert draft.ref not in page
    assert "Only named colleagues may see 1 draft of Lena Holt’s." in page
    assert "waits to be finished" not in page
    with db.write() as session:
        session.add(TipReader(tip_id=tip.id, user_id=admin.id, by_id=leaver.id, at=NOON))
    page = ada.get(HELD, query_string={"email": leaver.email}).text
    assert "Ring at the port" in page
    assert "named colleagues" not in page


def test_who_leaves_is_shown_with_what_they_leave_behind(db, ada, leaver, taker):
    a_tip(db, assignee_id=leaver.id)
    answer = ada.post("/newsroom/users/disable", data={"email": leaver.email})
    assert answer.location.endswith(f"{HELD}?email=lena%40lantern.example")
    assert ada.post("/newsroom/users/disable", data={"email": taker.email}).location.endswith(
        "/newsroom/users"
    )


def test_one_act_is_bounded_and_the_next_takes_the_rest(db, admin, leaver, taker, now, monkeypatch):
    monkeypatch.setattr(handover, "MOST", 2)
    for _ in range(3):
        a_tip(db, assignee_id=leaver.id)
    for moved in (2, 1):
        with db.write() as session:
            assert hand_over(session, leaver.email, taker.email, by=admin, now=now) == moved
    with pytest.raises(Conflict), db.write() as session:
        hand_over(session, leaver.email, taker.email, by=admin, now=now)
    with db.write() as session:
        assert hand_back(session, leaver.email, by=admin, now=now) == 1


def test_nobody_of_that_address_is_not_there(ada):
    assert ada.get(HELD).status_code == 404
    assert post(ada, "hand-over", "x@lantern.example", "desk:royals").status_code == 404
