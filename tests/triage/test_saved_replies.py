"""Saved replies: whose they are, what they may say, and how they read for a tip."""

import pytest
from builders import a_story, a_tip, a_user
from intake.readers import send, tips_in, words_on
from sqlalchemy import select, update
from triage.desk import HTMX, form

from tipline.models import Event, Link, Message, Reply, Tip
from tipline.triage import saved_replies
from tipline.triage.saved_replies import OFFERED_REPLIES, Written, choices, save_reply


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def colleague(db):
    return a_user(db, name="Cora Vantongeren")


@pytest.fixture
def tip(db, client):
    words_on(send(client))
    return tips_in(db)[0]


def saved(db, by, name="Thanks", body="Thank you.", *, language="en", shared=False):
    with db.write() as session:
        return save_reply(session, Written(name, language, body, shared), by=by)


def replies(db):
    with db.read() as session:
        return session.scalars(select(Reply).order_by(Reply.id)).all()


def events(db):
    with db.read() as session:
        kinds = session.scalars(select(Event.kind).order_by(Event.id))
        return [kind for kind in kinds if kind.startswith("reply.")]


def filled_in(desk, tip, reply, body="", **options):
    page = desk.get(f"/newsroom/tips/{tip.ref}").text
    sent = {**form(page, f"/newsroom/tips/{tip.ref}/messages"), "body": body, "reply": reply, "act": "fill"}
    return desk.post(f"/newsroom/tips/{tip.ref}/messages", data=sent, **options)


def test_a_reply_is_saved_changed_and_deleted_on_its_page(db, desk):
    fields = {"name": " Thanks ", "language": "de", "body": "Danke für {kind}.", "shared": "y"}
    assert desk.post("/newsroom/replies", data=fields).status_code == 303
    [reply] = replies(db)
    assert (reply.name, reply.language, reply.body, reply.shared) == (
        "Thanks",
        "de",
        "Danke für {kind}.",
        True,
    )
    assert "Danke für {kind}." in desk.get(f"/newsroom/replies/{reply.ref}").text
    changed = {"name": "Thanks", "language": "en", "body": "Thank you."}
    assert desk.post(f"/newsroom/replies/{reply.ref}", data=changed).status_code == 303
    [reply] = replies(db)
    assert (reply.language, reply.body, reply.shared) == ("en", "Thank you.", False)
    assert desk.post(f"/newsroom/replies/{reply.ref}/delete").status_code == 303
    assert replies(db) == []
    assert events(db) == ["reply.saved", "reply.changed", "reply.deleted"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"body": "Hello {nmae}"}, "“{nmae}” is no variable; there are {story}, {newsroom}, {kind}."),
        ({"name": " "}, "Give the reply a name."),
        ({"body": "\u200b"}, "Write the text of the reply."),
        ({"name": "x" * 61}, "60 characters"),
        ({"body": "  "}, "Write the text"),
        ({"body": "x" * 4001}, "this one has 4,001"),
        ({"language": "xx"}, "Choose the language"),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept_in_the_form(db, desk, wrong, sentence):
    fields = {"name": "Thanks", "language": "en", "body": "Kept as typed", **wrong}
    page = desk.post("/newsroom/replies", data=fields)
    assert page.status_code == 422
    assert sentence in page.text
    assert fields["body"].strip() in page.text
    assert replies(db) == []


def test_ones_own_is_nobody_elses(db, desk, colleague, tip):
    ref = saved(db, colleague, body="My own words")
    for answer in (desk.get(f"/newsroom/replies/{ref}"), desk.post(f"/newsroom/replies/{ref}/delete"),
                   desk.post(f"/newsroom/replies/{ref}", data={"name": "x", "language": "en", "body": "x"}),
                   filled_in(desk, tip, ref)):  # fmt: skip
        assert answer.status_code == 404
        assert "My own words" not in answer.text
    assert "My own words" not in desk.get("/newsroom/replies").text
    assert len(replies(db)) == 1


def test_a_shared_one_is_everybodys_to_use_and_not_to_change(db, desk, colleague, tip, signed_in_as, admin):
    ref = saved(db, colleague, shared=True)
    assert "Thank you." in filled_in(desk, tip, ref).text
    assert desk.post(f"/newsroom/replies/{ref}/delete").status_code == 403
    assert f'action="/newsroom/replies/{ref}"' not in desk.get(f"/newsroom/replies/{ref}").text
    assert signed_in_as(admin).post(f"/newsroom/replies/{ref}/delete").status_code == 303


def test_there_is_an_end_to_replies(db, desk, moderator, monkeypatch):
    monkeypatch.setattr(saved_replies, "MAX_OWN", 1)
    saved(db, moderator)
    fields = {"name": "One more", "language": "en", "body": "Hello"}
    assert desk.post("/newsroom/replies", data=fields).status_code == 422


def test_the_tipsters_language_comes_first(db, moderator):
    saved(db, moderator, "A", language="en")
    saved(db, moderator, "B", language="de")
    assert offered(db, moderator, a_tip(db, language="de")) == ["B · Deutsch", "A · English"]
    assert offered(db, moderator, a_tip(db)) == ["A · English", "B · Deutsch"]


def offered(db, user, tip):
    with db.read() as session:
        rows = session.execute(OFFERED_REPLIES, {"ref": tip.ref, "viewer": user.id})
        return [one.label for one in choices(rows)]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_is_put_behind_what_was_typed_and_nothing_is_sent(db, desk, moderator, tip, headers):
    ref = saved(db, moderator, body="{newsroom} thanks you for your {kind}.")
    page = filled_in(desk, tip, ref, body="Dear caller", headers=headers)
    assert page.status_code == 200
    assert "Dear caller\n\nThe Lantern thanks you for your tip.</textarea>" in page.text
    with db.read() as session:
        assert session.scalars(select(Message)).all() == []


def test_the_story_is_the_one_it_came_from_or_was_linked_to(db, desk, moderator, tip):
    ref = saved(db, moderator, body="Hello. It is about “{story}”.")
    assert "Hello.</textarea>" in filled_in(desk, tip, ref).text
    linked, page = a_story(db, "A ring"), a_story(db, "A <cello>")
    with db.write() as session:
        session.add(Link(tip_id=tip.id, story_id=linked.id, by_id=moderator.id, at=tip.received_at))
    assert "It is about “A ring”.</textarea>" in filled_in(desk, tip, ref).text
    with db.write() as session:
        session.execute(update(Tip).values(story_id=page.id))
    assert "It is about “A &lt;cello&gt;”.</textarea>" in filled_in(desk, tip, ref).text


def test_one_of_which_nothing_is_left_says_why(db, desk, moderator, tip):
    answer = filled_in(desk, tip, saved(db, moderator, body="About {story}."), body="Kept")
    assert answer.status_code == 422
    assert "this tip has none" in answer.text
    assert "Kept</textarea>" in answer.text


def test_a_message_that_is_refused_is_kept_in_its_field(desk, tip):
    page = desk.get(f"/newsroom/tips/{tip.ref}").text
    sent = {**form(page, f"/newsroom/tips/{tip.ref}/messages"), "body": "x" * 5001}
    answer = desk.post(f"/newsroom/tips/{tip.ref}/messages", data=sent)
    assert answer.status_code == 422
    assert f"{'x' * 5001}</textarea>" in answer.text


def test_more_replies_cost_no_more_queries(db, desk, moderator, tip):
    from triage.test_queries import queries_of

    saved(db, moderator)
    few = queries_of(db, desk, f"/newsroom/tips/{tip.ref}")
    for number in range(5):
        saved(db, moderator, f"Reply {number}")
    assert queries_of(db, desk, f"/newsroom/tips/{tip.ref}") == few


def test_a_tip_without_a_receipt_offers_none(db, desk, moderator):
    saved(db, moderator)
    assert 'name="reply"' not in desk.get(f"/newsroom/tips/{a_tip(db).ref}").text
