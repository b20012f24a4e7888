import re
from datetime import timedelta

import pytest
from builders import a_story, a_user
from intake.readers import errors_on, open_form, send, tips_in, value_on, words_on
from sqlalchemy import update

from tipline import clock
from tipline.intake import queries
from tipline.models import Draft, DraftTip, Message, Reason, Role, State, Tip, new_ref


@pytest.fixture
def words(client):
    return words_on(send(client, body="See https://example.org\n\n<b>now</b>"))


def open_receipt(client, code):
    return client.post("/receipt", data={"code": code})


def change(db, **columns):
    with db.write() as session:
        session.execute(update(Tip).values(**columns))


def a_message(db, body, *, send_at):
    author = a_user(db, Role.MODERATOR, name="Mo Castellane")
    with db.write() as session:
        session.add(
            Message(
                ref=new_ref(),
                tip_id=tips_in(db)[0].id,
                direction="to_tipster",
                body=body,
                by_id=author.id,
                at=clock.now(),
                send_at=send_at,
            )
        )


def test_the_page_asks_for_the_words_without_a_cookie(client):
    page = client.get("/receipt")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert value_on(page, "code") == ""


def test_a_long_conversation_is_shown_from_its_end_and_says_so(client, db, words, monkeypatch):
    monkeypatch.setattr(queries, "MESSAGES_SHOWN", 3)
    for number in range(4):
        client.post("/receipt/reply", data={"code": words, "message": f"message {number}"})
    page = open_receipt(client, words).text
    assert re.findall(r"message \d", page) == ["message 1", "message 2", "message 3"]
    assert "These are the newest 3 messages." in page


def test_the_words_open_the_status(client, words):
    page = open_receipt(client, words)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert "<h1>We have your tip</h1>" in page.text
    assert '<a href="https://example.org"' in page.text
    assert "&lt;b&gt;now&lt;/b&gt;" in page.text


def test_entry_is_forgiving(client, words):
    for typed in (
        words.upper(),
        words.replace(" ", "-"),
        words.replace(" ", ", "),
        words.replace(" ", ""),
        f" {words}. ",
    ):
        assert open_receipt(client, typed).status_code == 200


def test_unknown_words_are_answered_kindly_and_kept(client, words):
    page = open_receipt(client, "abacus zoom abacus zoom abacus zoom")
    assert page.status_code == 404
    assert list(errors_on(page)) == ["code"]
    assert value_on(page, "code") == "abacus zoom abacus zoom abacus zoom"
    assert page.headers["Cache-Control"] == "no-store"


def test_a_misspelled_word_is_named(client):
    page = open_receipt(client, "abacus zoom abacus <zoon> abacus zoom")
    assert page.status_code == 404
    assert "“<zoon>” is not one of our words" in errors_on(page)["code"]
    assert "<zoon>" not in page.text


@pytest.mark.parametrize("typed", ["", "  ", "1234 …", "\0\0"])
def test_no_words_at_all_are_asked_for(client, typed):
    page = open_receipt(client, typed)
    assert page.status_code == 422
    assert errors_on(page) == {"code": "Type the six words of your receipt."}


@pytest.mark.parametrize(
    "typed", ["x" * 100_000, "\u202eabc", "👍 abc", "9" * 40 + "a", "a\0b", "</form><script>"]
)
def test_anything_typed_is_answered(client, typed):
    page = open_receipt(client, typed)
    assert page.status_code == 404
    assert "</form><script>" not in page.text


def test_a_post_without_a_code_is_answered(client):
    assert client.post("/receipt", data={}).status_code == 422
    assert client.post("/receipt").status_code == 422


@pytest.mark.parametrize(
    ("columns", "title", "here"),
    [
        ({"state": State.PENDING}, "We have your tip", "Received"),
        ({"state": State.ACCEPTED}, "We are looking at it", "Being looked at"),
        ({"state": State.SNOOZED}, "We are looking at it", "Being looked at"),
        ({"state": State.DECLINED, "reason": Reason.ABUSIVE}, "We have closed it", "Closed"),
        ({"state": State.SPAM}, "We have closed it", "Closed"),
        ({"state": State.ACCEPTED, "used_at": clock.now()}, "We used it", "Used"),
    ],
)
def test_the_status_says_where_the_tip_stands_and_no_more(client, db, words, columns, title, here):
    change(db, **columns)
    page = open_receipt(client, words)
    assert f"<h1>{title}</h1>" in page.text
    assert f'<li class="here" aria-current="step">{here} ' in page.text
    assert page.text.count('aria-current="step"') == 1
    for secret in ("spam", "abusive", "declined", "snoozed"):
        assert secret not in page.text.lower()


@pytest.mark.parametrize(
    ("state", "title"), [("draft", "We are looking at it"), ("killed", "We have your tip")]
)
def test_only_a_living_draft_counts_as_being_looked_at(client, db, words, state, title):
    editor = a_user(db, Role.EDITOR)
    moment = clock.now()
    with db.write() as session:
        draft = Draft(ref=new_ref(), headline="", dek="", slug="", body="", byline="", state=state,
                      created_by_id=editor.id, created_at=moment, updated_at=moment)  # fmt: skip
        session.add(draft)
        session.flush()
        row = DraftTip(
            draft_id=draft.id, tip_id=tips_in(db)[0].id, position=0, added_by_id=editor.id, added_at=moment
        )
        session.add(row)
    assert f"<h1>{title}</h1>" in open_receipt(client, words).text


def test_messages_are_shown_once_they_are_sent_and_never_with_a_name(client, db, words):
    a_message(db, "Which harbor was it?", send_at=clock.now() - timedelta(minutes=1))
    a_message(db, "Not yet to be seen", send_at=clock.now() + timedelta(minutes=5))
    a_message(db, "Never to be seen", send_at=None)
    page = open_receipt(client, words)
    assert "Which harbor was it?" in page.text
    assert "The Lantern" in page.text
    assert "to be seen" not in page.text
    assert "Castellane" not in page.text


def test_times_are_the_newsrooms_with_their_zone(client, db, words, now):
    change(db, received_at=now)
    page = open_receipt(client, words)
    assert "2 March 2026, 4:00 am PST" in page.text
    assert 'datetime="2026-03-02T12:00:00Z"' in page.text


def test_the_story_of_the_tip_is_named(client, db):
    story = a_story(db, "Drummer buys lighthouse")
    words = words_on(send(client, token=open_form(client, f"?story={story.slug}")))
    assert "“Drummer buys lighthouse”" in open_receipt(client, words).text


def test_a_receipt_survives_a_new_key(client, app, words):
    ring = app.extensions["tipline"].keyring
    old = dict(ring.keys)
    ring.keys.clear()
    ring.keys.update({"t2": b"2" * 32, **old})
    assert ring.current == "t2"
    assert open_receipt(client, words).status_code == 200


def test_the_newsrooms_acknowledgement_stands_first_among_the_messages(an_app, db, words):
    app = an_app(tip_acknowledgement="We read <every> tip by noon.")
    page = open_receipt(app.test_client(), words).text
    assert "We read &lt;every&gt; tip by noon." in page
    assert "by noon" not in open_receipt(an_app().test_client(), words).text
