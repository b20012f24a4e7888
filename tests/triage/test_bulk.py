"""Many tips at once: those that are as they were seen are decided, the rest is left, named and ticked."""

import re

import pytest
from builders import a_tip, counted, fresh, group_of
from sqlalchemy import update
from triage.desk import query_of, refs_of
from triage.races import check_groups
from triage.test_decide import decided

from tipline.models import Decision, Group, Reason, new_ref, show_ref
from tipline.triage.lines import MEMBERS_SHOWN


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
    assert "4 done, 2 changed meanwhile" in html
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


def tick(browser, *tips, decision="accept", **more):
    """Send the form of the ticked rows as the page has it."""
    html = browser.get("/newsroom/queue").text
    rows = {ref: value for value, ref in re.findall(r'name="tip" value="((\w{8}):\d+)" form="ticked"', html)}
    members = re.findall(r'name="members" value="([^"]+)" form="ticked"', html)
    data = {
        "tip": [rows[tip.ref] for tip in tips],
        "members": [value.replace("&gt;", ">") for value in members],
        "decision": decision,
        **more,
    }
    return browser.post("/newsroom/queue/decide", data=data)


def test_a_ticked_row_stands_for_the_members_that_it_showed(db, mo):
    lead, alone, other = a_tip(db), a_tip(db), a_tip(db)
    members = [a_tip(db, group=group_of(db, lead)) for _ in range(3)]
    a_tip(db, group=group_of(db, other))
    answer = tick(mo, lead, alone)
    assert [fresh(db, tip).state for tip in (lead, alone, *members)] == ["accepted"] * 5
    assert fresh(db, other).state == "pending"
    assert counted(db) == {"accepted": 5, "pending": 2}
    check_groups(db)
    assert "5 tips accepted" in mo.get(answer.location).text
    late = a_tip(db, group=group_of(db, lead))
    with db.write() as session:
        session.execute(
            update(Group).where(Group.id == late.group_id).values(state="pending", earlier="accepted")
        )
    assert "1 new; 4 before, last accepted" in mo.get("/newsroom/queue").text


def test_a_member_that_changed_meanwhile_is_left_and_named(db, mo, editor):
    lead = a_tip(db)
    members = [a_tip(db, group=group_of(db, lead)) for _ in range(2)]
    html = mo.get("/newsroom/queue").text
    decided(db, members[0], Decision.DECLINE, by=editor, reason=Reason.KNOWN)
    seen = re.search(r'name="members" value="([^"]+)"', html)[1].replace("&gt;", ">")
    data = {"tip": f"{lead.ref}:1", "members": seen, "decision": "accept"}
    answer = mo.post("/newsroom/queue/decide", data=data)
    assert query_of(answer.location)["kept"] == members[0].ref
    assert "2 done, 1 changed meanwhile" in mo.get(answer.location).text
    assert [fresh(db, tip).state for tip in (lead, *members)] == ["accepted", "declined", "accepted"]
    check_groups(db)


def test_members_of_a_row_that_was_not_ticked_are_left(db, mo):
    lead, ticked = a_tip(db), a_tip(db)
    member = a_tip(db, group=group_of(db, lead))
    tick(mo, ticked)
    assert {fresh(db, tip).state for tip in (lead, member)} == {"pending"}


def test_a_row_brings_its_newest_members_alone_and_none_that_was_decided(db, mo):
    lead = a_tip(db)
    a_tip(db, group=group_of(db, lead), state="spam")
    members = [a_tip(db, group=group_of(db, lead)) for _ in range(MEMBERS_SHOWN + 1)]
    tick(mo, lead)
    assert [fresh(db, tip).state for tip in (lead, *members)] == [
        "accepted", "pending", *["accepted"] * MEMBERS_SHOWN,
    ]  # fmt: skip
    check_groups(db)


@pytest.mark.parametrize("members", ["{0}>", "{0}>x", "{0}>K7Q2FD9X:0", ">", "{0}"])
def test_members_that_are_none_decide_nothing(db, mo, members):
    tip = a_tip(db)
    data = {"tip": f"{tip.ref}:1", "members": members.format(tip.ref), "decision": "accept"}
    status = mo.post("/newsroom/queue/decide", data=data).status_code
    assert status in ({303} if members == ">" else {404, 422})
    assert fresh(db, tip).state == ("accepted" if members == ">" else "pending")


def test_a_row_does_not_stand_for_more_than_it_can_show(db, mo):
    tip = a_tip(db)
    members = ",".join(f"{new_ref()}:1" for _ in range(MEMBERS_SHOWN + 1))
    answer = post(mo, [tip], members=f"{tip.ref}>{members}")
    assert (answer.status_code, "A row stands for 21 tips at most" in answer.text) == (422, True)
    assert fresh(db, tip).state == "pending"


def test_the_address_that_names_what_changed_stays_short(db, mo):
    tips = [a_tip(db, f"ring {n}") for n in range(8)]
    rows = [f"{tip.ref}>" + ",".join(f"{new_ref()}:1" for _ in range(MEMBERS_SHOWN)) for tip in tips]
    answer = post(mo, tips, members=rows)
    assert len(answer.location) < 2000
    assert mo.get(answer.location).status_code == 200
    assert counted(db) == {"accepted": 8}


def test_what_was_ticked_stays_ticked_when_something_is_lacking(db, mo):
    tips = [a_tip(db, f"ring {n}") for n in range(3)]
    answer = post(mo, tips[:2], "decline", list="sort=oldest")
    assert (answer.status_code, "Say why the tip is declined." in answer.text) == (422, True)
    assert refs_of(answer.text) == [tip.ref for tip in tips]
    ticked = re.findall(r'value="(\w{8}):1" form="ticked" checked', answer.text)
    assert ticked == [tip.ref for tip in tips[:2]]
    answer = post(mo, [])
    assert (answer.status_code, "Tick the tips that you decide." in answer.text) == (422, True)
    assert len(refs_of(answer.text)) == 3
