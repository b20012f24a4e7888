"""A claim says for two minutes who has a tip open; it never keeps anybody from acting."""

from datetime import timedelta

import pytest
from builders import NOON, a_tip, fresh, group_of
from triage.desk import HTMX
from triage.races import at_once

from tipline import clock
from tipline.errors import NotFound
from tipline.triage.claims import LASTS, claim, release


def claimed(db, tip, by, now=NOON):
    with db.write() as session:
        return claim(session, tip.ref, by=by, now=now)


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


def post(browser, tip, **options):
    data = options.pop("data", {})
    return browser.post(f"/newsroom/tips/{tip.ref}/claim", data=data, **options)


def test_it_holds_two_minutes_and_longer_for_who_is_still_there(db, moderator, editor):
    tip = a_tip(db)
    assert claimed(db, tip, moderator)
    assert not claimed(db, tip, editor, NOON + LASTS - timedelta(seconds=1))
    assert claimed(db, tip, moderator, NOON + timedelta(minutes=1))
    assert group_of(db, tip).claimed_until == NOON + timedelta(minutes=3)
    assert claimed(db, tip, editor, NOON + timedelta(minutes=3))
    assert group_of(db, tip).claimed_by_id == editor.id


def test_only_ones_own_is_given_up(db, moderator, editor):
    tip = a_tip(db)
    claimed(db, tip, moderator)
    for who, left in ((editor, moderator.id), (moderator, None)):
        with db.write() as session:
            release(session, tip.ref, by=who)
        assert group_of(db, tip).claimed_by_id == left


def test_of_two_at_once_one_has_it(db, moderator, editor):
    tip = a_tip(db)
    got = at_once(lambda: claimed(db, tip, moderator), lambda: claimed(db, tip, editor))
    assert sorted(got) == [False, True]


def test_no_tip_no_claim(db, moderator):
    with pytest.raises(NotFound), db.write() as session:
        claim(session, "ZZZZZZZZ", by=moderator, now=NOON)


def test_colleagues_see_it_in_row_and_pane_and_may_go_on(db, mo, edie):
    tip = a_tip(db)
    assert post(mo, tip).status_code == 303
    html = edie.get("/newsroom/queue").text
    assert "Mo Castellane has it open" in html
    assert "Mo Castellane has this open too" in html
    own = mo.get("/newsroom/queue").text
    assert "has it open" not in own
    assert "Colleagues see that you have it open" in own
    decision = {"decision": "accept", "version": "1"}
    assert edie.post(f"/newsroom/tips/{tip.ref}/decision", data=decision).status_code == 303
    assert fresh(db, tip).state == "accepted"


def test_a_heartbeat_is_answered_with_who_has_it(db, mo, edie):
    tip = a_tip(db)
    assert 'value="release"' in post(mo, tip, headers=HTMX).text
    assert "Mo Castellane has this open too" in post(edie, tip, headers=HTMX).text
    assert "I’m on it" in post(mo, tip, data={"act": "release"}, headers=HTMX).text
    assert group_of(db, tip).claimed_by_id is None


def test_looking_claims_nothing(db, mo):
    tip = a_tip(db)
    for path in (f"/newsroom/tips/{tip.ref}", f"/newsroom/queue?tip={tip.ref}"):
        mo.get(path)
    assert group_of(db, tip).claimed_until is None


def test_a_claim_that_ran_out_does_not_show(db, moderator, edie):
    tip = a_tip(db)
    claimed(db, tip, moderator, clock.now() - LASTS)
    assert "has it open" not in edie.get("/newsroom/queue").text
