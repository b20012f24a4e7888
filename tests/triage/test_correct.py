"""Corrections: what staff say of a tip stands, what its tipster wrote stays beside."""

import pytest
from builders import a_tip, fresh, group_of
from sqlalchemy import select
from triage.desk import form, refs_of

from tipline.models import Event
from tipline.search.index import index_tips


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


def post(browser, tip, version=1, **values):
    data = {"kind": "tip", "about": "", "place": "", "version": str(version), **values}
    return browser.post(f"/newsroom/tips/{tip.ref}/correction", data=data)


def test_a_correction_stands_and_the_tipsters_own_words_stay(db, mo):
    tip = a_tip(db, "ring seen", about="the drumer", place="Skagn")
    with db.write() as session:
        index_tips(session)
    assert post(mo, tip, kind="correction", about="the drummer", place="Skagen").status_code == 303
    now = fresh(db, tip)
    assert (now.kind, now.about, now.place, now.version) == ("correction", "the drummer", "Skagen", 2)
    assert (now.sent_kind, now.sent_about, now.sent_place) == ("tip", "the drumer", "Skagn")
    assert group_of(db, tip).kind == "correction"
    html = mo.get(f"/newsroom/tips/{tip.ref}").text
    for words in ("the drumer", "the drummer", "Skagn", "Sent as", "corrected this (about, kind, place)"):
        assert words in html
    with db.write() as session:
        index_tips(session)
    assert refs_of(mo.get("/newsroom/queue?q=skagen").text) == [tip.ref]
    assert refs_of(mo.get("/newsroom/queue?kind=correction").text) == [tip.ref]


def test_a_second_correction_keeps_the_first_words(db, mo):
    tip = a_tip(db, about="first")
    post(mo, tip, about="second")
    post(mo, tip, version=2, about="third")
    assert (fresh(db, tip).about, fresh(db, tip).sent_about) == ("third", "first")


def test_what_stands_so_already_changes_nothing(db, mo):
    tip = a_tip(db, about="lamp")
    assert post(mo, tip, about="lamp").status_code == 303
    assert (fresh(db, tip).version, fresh(db, tip).sent_kind) == (1, None)
    with db.read() as session:
        assert session.scalars(select(Event)).all() == []


def test_a_stale_one_is_told_who_was_quicker_and_may_be_sent_again(db, mo, signed_in_as, editor):
    tip = a_tip(db)
    post(signed_in_as(editor), tip, about="lamp")
    answer = post(mo, tip, about="lantern")
    assert answer.status_code == 409
    assert "Edie Okonjo corrected this" in answer.text
    fields = form(answer.text, "/correction", about=["lantern"][0])
    assert post(mo, tip, **{name: values[0] for name, values in fields.items()}).status_code == 303
    assert fresh(db, tip).about == "lantern"


def test_one_of_several_who_say_the_same_keeps_their_kind(db, mo):
    tip = a_tip(db)
    a_tip(db, group=group_of(db, tip))
    assert post(mo, tip, kind="question").status_code == 409
    assert post(mo, tip, about="lamp").status_code == 303
    assert fresh(db, tip).kind == "tip"


@pytest.mark.parametrize("values", [{"kind": "poem"}, {"about": "x" * 201}, {"place": "x" * 201}])
def test_what_is_no_correction_is_refused(db, mo, values):
    tip = a_tip(db)
    assert post(mo, tip, **values).status_code == 422
    assert fresh(db, tip).version == 1
