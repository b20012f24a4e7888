"""Many tips at once: those that are as they were seen are decided, the rest is left, named and ticked."""

import pytest
from builders import a_tip, counted, fresh
from triage.desk import query_of, refs_of
from triage.races import check_groups
from triage.test_decide import decided

from tipline.models import Decision, Reason, show_ref


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


def post(browser, tips, decision="accept", **more):
    data = {"tip": [f"{tip.ref}:1" for tip in tips], "decision": decision, **more}
    return browser.post("/newsroom/queue/decide", data=data)


def test_what_changed_meanwhile_is_left_and_stays_ticked(db, mo, editor):
    tips = [a_tip(db, f"ring {n}") for n in range(6)]
    decided(db, tips[0], Decision.DECLINE, by=editor, reason=Reason.KNOWN)
    with db.write() as session:
        session.get_one(type(tips[1]), tips[1].id).version = 2
    answer = post(mo, tips)
    assert answer.status_code == 303
    assert [fresh(db, tip).state for tip in tips] == ["declined", "pending", *["accepted"] * 4]
    assert counted(db) == {"accepted": 4, "declined": 1, "pending": 1}
    check_groups(db)
    html = mo.get(answer.location).text
    assert "4 tips accepted" in html
    assert "2 changed meanwhile" in html
    assert show_ref(tips[0].ref) in html
    assert refs_of(html) == [tips[1].ref]
    assert f'value="{tips[1].ref}:2" form="ticked" checked' in html


def test_all_of_it_is_taken_back_together(db, mo):
    tips = [a_tip(db, f"ring {n}") for n in range(3)]
    batch = query_of(post(mo, tips, "decline", reason="known").location)["done"]
    assert counted(db) == {"declined": 3}
    mo.post(f"/newsroom/tips/{tips[0].ref}/undo", data={"batch": batch})
    assert counted(db) == {"pending": 3}


def test_the_same_sent_twice_is_a_success(db, mo):
    tips = [a_tip(db), a_tip(db)]
    for _ in range(2):
        assert "kept" not in query_of(post(mo, tips, "spam").location)
    assert [fresh(db, tip).version for tip in tips] == [2, 2]


def test_what_cannot_be_decided_so_is_left(db, mo):
    accepted, pending = a_tip(db, state="accepted"), a_tip(db)
    assert query_of(post(mo, [accepted, pending]).location)["kept"] == accepted.ref
    assert fresh(db, pending).state == "accepted"


@pytest.mark.parametrize(
    "more", [{"decision": "decline"}, {"decision": "eat"}, {"tip": []}, {"tip": "K7Q2FD9X"}]
)
def test_what_lacks_something_decides_nothing(db, mo, more):
    tip = a_tip(db)
    data = {"tip": f"{tip.ref}:1", "decision": "accept", **more}
    assert mo.post("/newsroom/queue/decide", data=data).status_code == 422
    assert counted(db) == {"pending": 1}


def test_ticked_rows_become_a_draft_by_the_same_form(db, signed_in_as, editor):
    tips = [a_tip(db), a_tip(db)]
    answer = signed_in_as(editor).post("/newsroom/drafts", data={"tip": [f"{tip.ref}:1" for tip in tips]})
    assert answer.status_code == 303
    assert "/newsroom/drafts/" in answer.location
