"""Assigning a tip: to a colleague, to oneself, to nobody."""

import pytest
from builders import NOON, a_tip, a_user, fresh
from triage.desk import refs_of


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


def post(browser, tip, assignee):
    return browser.post(f"/newsroom/tips/{tip.ref}/assign", data={"assignee": assignee})


def test_it_is_shown_found_and_taken_back(db, mo, moderator, editor):
    tip, other = a_tip(db), a_tip(db)
    assert post(mo, tip, editor.email).status_code == 303
    assert fresh(db, tip).assignee_id == editor.id
    assert fresh(db, tip).version == 1
    html = mo.get(f"/newsroom/queue?tip={tip.ref}").text
    assert "for Edie Okonjo" in html
    assert "Assigned to Edie Okonjo." in html
    assert "Mo Castellane assigned this to Edie Okonjo" in html
    assert refs_of(mo.get("/newsroom/queue?q=assignee:edie").text) == [tip.ref]
    post(mo, tip, "me")
    assert fresh(db, tip).assignee_id == moderator.id
    assert refs_of(mo.get("/newsroom/queue?q=assignee:me").text) == [tip.ref]
    post(mo, tip, "")
    assert fresh(db, tip).assignee_id is None
    assert fresh(db, other).assignee_id is None


def test_colleagues_who_share_a_name_are_told_apart(db, mo):
    one, _ = (a_user(db, email=f"{who}@lantern.example", name="Ana Reyes") for who in ("ana", "reyes"))
    tip = a_tip(db, assignee_id=one.id)
    html = mo.get(f"/newsroom/queue?tip={tip.ref}").text
    assert '<option value="ana@lantern.example" selected>Ana Reyes (ana@lantern.example)</option>' in html
    assert '<option value="reyes@lantern.example">Ana Reyes (reyes@lantern.example)</option>' in html
    assert "Assigned to Ana Reyes." in html


def test_who_has_a_tip_is_chosen_also_when_they_left(db, mo, moderator):
    pat = a_user(db, email="pat@lantern.example", name="Pat Lind", disabled_at=NOON)
    tip, other = a_tip(db, assignee_id=pat.id), a_tip(db)
    html = mo.get(f"/newsroom/queue?tip={tip.ref}").text
    assert '<option value="pat@lantern.example" selected>Pat Lind (account disabled)</option>' in html
    assert html.count("pat@lantern.example") == 1, "nobody who left is offered to be named"
    assert "Assigned to Pat Lind." in html
    assert "pat@lantern.example" not in mo.get(f"/newsroom/queue?tip={other.ref}").text
    assert post(mo, tip, pat.email).status_code == 303
    assert fresh(db, tip).assignee_id == pat.id
    post(mo, tip, moderator.email)
    assert post(mo, tip, pat.email).status_code == 422


def test_nobody_gets_a_tip_who_does_not_work_here(db, mo):
    tip = a_tip(db)
    gone = a_user(db, disabled_at=NOON)
    for email in ("nobody@lantern.example", gone.email):
        assert post(mo, tip, email).status_code == 422
    assert fresh(db, tip).assignee_id is None


def test_what_somebody_leaves_behind_is_counted_where_accounts_are(db, signed_in_as, admin, mo):
    leaver = a_user(db, email="lena@lantern.example", name="Lena Holt")
    mine = [
        a_tip(db, assignee_id=leaver.id),
        a_tip(db, assignee_id=leaver.id, state="snoozed", snoozed_until=NOON),
    ]
    a_tip(db, assignee_id=leaver.id, state="declined", reason="known")
    html = signed_in_as(admin).get("/newsroom/users").text
    assert "2 open tips" in html
    link = html.split("2 open tips")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    found = refs_of(signed_in_as(admin).get(link).text)
    assert set(found) == {tip.ref for tip in mine}
