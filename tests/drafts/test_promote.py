import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import NOON, a_story, a_tip, fresh
from editing import a_draft, done, drafts, href, revisions, tips_of
from sqlalchemy import select

from tipline.errors import InvalidTransition, NotFound
from tipline.models import Link, Tag, show_ref


def test_a_draft_quotes_its_tips_in_their_order(db, editor, now):
    one = a_tip(db, "I saw the drummer.\n\nShe carried a lamp.")
    two = a_tip(db, "The keeper sold it to her.")
    draft = a_draft(db, editor, two, one, now=now)
    assert tips_of(db, draft) == [two.id, one.id]
    assert draft.body == (
        f"> The keeper sold it to her.\n>\n> [tip {show_ref(two.ref)}]\n\n"
        f"> I saw the drummer.\n>\n> She carried a lamp.\n>\n> [tip {show_ref(one.ref)}]\n"
    )
    assert (draft.state, draft.version, draft.byline) == ("draft", 1, "Edie Okonjo")
    (first,) = revisions(db, draft)
    assert (first.number, first.body, first.saved_by_id) == (1, draft.body, editor.id)


def test_promotion_is_on_record_and_leaves_the_tip_as_it_is(db, editor, now):
    tip = a_tip(db)
    draft = a_draft(db, editor, tip, now=now)
    assert done(db) == [("draft.created", draft.ref, "Edie Okonjo")]
    assert done(db, "tip.") == [("tip.promoted", tip.ref, "Edie Okonjo")]
    assert (fresh(db, tip).state, fresh(db, tip).version) == ("pending", 1)


def test_what_was_suggested_is_heeded(db, editor, now):
    tip, other = a_tip(db), a_tip(db)
    with db.write() as session:
        session.add_all(
            Tag(tip_id=each.id, name=name) for each in (tip, other) for name in ("suggested", "court")
        )
    a_draft(db, editor, tip, now=now)
    with db.read() as session:
        left = session.execute(select(Tag.tip_id, Tag.name).order_by(Tag.tip_id, Tag.name)).all()
    assert left == [(tip.id, "court"), (other.id, "court"), (other.id, "suggested")]


def test_the_headline_is_that_of_the_linked_story(db, editor, now):
    page, linked = a_story(db, "From the Page"), a_story(db, "Linked by a Moderator")
    tip = a_tip(db, story_id=page.id)
    assert a_draft(db, editor, tip, now=now).headline == "From the Page"
    with db.write() as session:
        session.add(Link(tip_id=tip.id, story_id=linked.id, state="confirmed", at=NOON))
    draft = a_draft(db, editor, a_tip(db), tip, now=now)
    assert (draft.headline, draft.slug) == ("Linked by a Moderator", "linked-by-a-moderator")


def test_without_a_story_the_first_words_make_the_headline(db, editor, now):
    draft = a_draft(
        db, editor, a_tip(db, "one two three four five six seven eight nine ten eleven twelve 13"), now=now
    )
    assert draft.headline == "one two three four five six seven eight nine ten eleven twelve"
    long = a_draft(db, editor, a_tip(db, "x" * 5000), now=now)
    assert (len(long.headline), long.headline[-1]) == (100, "…")


def test_fifty_long_tips_still_fit_a_draft(db, editor, now):
    draft = a_draft(db, editor, *(a_tip(db, "word " * 4000) for _ in range(50)), now=now)
    assert len(draft.body) < 200_000
    assert draft.body.count("[tip ") == 50


def test_a_double_click_makes_one_draft(db, editor, admin, now):
    tip, other = a_tip(db), a_tip(db)
    first = a_draft(db, editor, tip, now=now)
    assert a_draft(db, editor, tip, now=now + timedelta(seconds=2)).ref == first.ref
    assert a_draft(db, editor, tip, other, now=now).ref != first.ref
    assert a_draft(db, admin, tip, now=now).ref != first.ref
    assert a_draft(db, editor, tip, now=now + timedelta(minutes=2)).ref != first.ref
    assert len(drafts(db)) == 4


@pytest.mark.parametrize("state", ["declined", "spam"])
def test_a_closed_tip_is_reopened_first(db, editor, now, state):
    with pytest.raises(InvalidTransition, match="reopen it first"):
        a_draft(db, editor, a_tip(db, state=state), now=now)
    assert not drafts(db)


def test_a_tip_that_is_not_there_is_not_found(db, editor, now):
    ghost = a_tip(db)
    ghost.ref = "00000000"
    with pytest.raises(NotFound):
        a_draft(db, editor, ghost, now=now)


def test_the_queue_posts_its_ticks_and_lands_in_the_editor(db, signed_in_as, editor):
    tips = [a_tip(db), a_tip(db)]
    response = signed_in_as(editor).post(
        "/newsroom/drafts", data={"tips": [show_ref(tips[0].ref).lower(), tips[1].ref, tips[0].ref]}
    )
    (draft,) = drafts(db)
    assert (response.status_code, response.location) == (303, href(draft))
    assert tips_of(db, draft) == [tip.id for tip in tips]


@pytest.mark.parametrize(
    ("tips", "status"),
    [([], 422), ([""], 422), (["nonsense"], 404), (["ZZZZZZZ" + str(n % 10) for n in range(3)], 404)],
)
def test_what_cannot_be_promoted_is_refused(signed_in_as, editor, tips, status):
    assert signed_in_as(editor).post("/newsroom/drafts", data={"tips": tips}).status_code == status


def test_fifty_one_tips_are_too_many(signed_in_as, editor):
    tips = [f"ZZZZZZ{number:02}" for number in range(51)]
    assert signed_in_as(editor).post("/newsroom/drafts", data={"tips": tips}).status_code == 422
