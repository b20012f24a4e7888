import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_user
from editing import TYPED, a_draft, again, done, href, revisions

from tipline.drafts.actions import DraftText, StaleDraft, save
from tipline.models import Role


@pytest.fixture
def draft(db, editor, now):
    return a_draft(db, editor, now=now)


def saving(browser, draft, version=1, **typed):
    return browser.post(href(draft), data={**TYPED, "version": version, **typed})


def test_every_save_is_a_version(db, signed_in_as, editor, draft):
    browser = signed_in_as(editor)
    response = saving(browser, draft)
    assert (response.status_code, response.location) == (303, href(draft))
    saving(browser, draft, version=2, headline="Again")
    assert [(kept.number, kept.headline) for kept in revisions(db, draft)][1:] == [
        (2, "Drummer Buys a Lighthouse"),
        (3, "Again"),
    ]
    now = again(db, draft)
    assert (now.version, now.desk, now.body) == (3, "Music", "She **did** it.")
    assert [kind for kind, _, _ in done(db)] == ["draft.created", "draft.saved", "draft.saved"]


def test_a_save_sent_twice_is_one_version(db, signed_in_as, editor, draft):
    browser = signed_in_as(editor)
    assert [saving(browser, draft).status_code for _ in range(2)] == [303, 303]
    assert again(db, draft).version == 2


def test_a_stale_save_says_who_changed_what_and_keeps_the_text(db, signed_in_as, editor, admin, draft):
    saving(signed_in_as(admin), draft, headline="Theirs", body="Their text.")
    response = saving(signed_in_as(editor), draft, headline="Mine <b>", body="My long text.")
    assert response.status_code == 409
    for part in (
        "Ada Brandvold changed the headline, the dek, the slug and the text just now",
        "Mine &lt;b&gt;",
        "My long text.",
        f'href="{href(draft, "/revisions/2")}"',
        'name="version" value="2"',
    ):
        assert part in response.text
    assert again(db, draft).headline == "Theirs"
    assert saving(signed_in_as(editor), draft, version=2, headline="Mine").status_code == 303
    assert again(db, draft).headline == "Mine"


def test_a_change_of_the_desk_alone_is_named(db, signed_in_as, editor, admin, draft):
    saving(signed_in_as(admin), draft)
    saving(signed_in_as(admin), draft, version=2, desk="Film")
    response = saving(signed_in_as(editor), draft, version=2, headline="Mine")
    assert "Ada Brandvold changed the desk or the embargo" in response.text


def test_of_two_saves_at_once_one_wins_and_nothing_is_lost(db, draft, now):
    people = [a_user(db, Role.EDITOR, name=f"Editor {number}") for number in range(4)]
    barrier, outcomes = threading.Barrier(4), []

    def write(user):
        text = DraftText(headline=user.name, dek="", slug="s", body=user.name, byline="")
        barrier.wait()
        try:
            with db.write() as session:
                save(session, draft.ref, text, version=1, by=user, now=now)
            outcomes.append(user.name)
        except StaleDraft:
            outcomes.append("stale")

    threads = [threading.Thread(target=write, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("stale") == 3
    assert again(db, draft).version == 2
    assert again(db, draft).headline in outcomes
    assert len(revisions(db, draft)) == 2


def test_text_of_a_killed_draft_is_refused_and_stays_on_the_page(db, signed_in_as, editor, draft):
    browser = signed_in_as(editor)
    browser.post(href(draft, "/state"), data={"step": "kill", "version": 1})
    response = saving(browser, draft, body="Too late, but not lost.")
    assert response.status_code == 409
    assert "This draft is killed; its text cannot be changed." in response.text
    assert "Too late, but not lost." in response.text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("headline", "x" * 301, "The headline is over 300 characters"),
        ("dek", "x" * 2001, "The dek is over"),
        ("byline", "x" * 201, "The byline is over"),
        ("desk", "x" * 101, "The name of the desk is over"),
        ("body", "x" * 200_001, "The text is over 200,000 characters"),
        ("embargo", "tomorrow", "That is no time."),
        ("embargo", "2026-02-31T10:00", "That is no time."),
        ("embargo", "0001-01-01T00:00", ""),
    ],
)
def test_what_is_too_long_or_no_time_is_told_and_kept(db, signed_in_as, editor, draft, field, value, says):
    response = saving(signed_in_as(editor), draft, **{field: value})
    if says:
        assert response.status_code == 422
        assert says in response.text
        assert value in response.text
        assert again(db, draft).version == 1
    else:
        assert response.status_code in {303, 422}


def test_the_largest_text_fits_also_in_other_scripts(db, signed_in_as, editor, draft):
    body = "語" * 200_000
    data = {**TYPED, "version": 1, "body": body}
    response = signed_in_as(editor).post(href(draft), data=data, content_type="multipart/form-data")
    assert response.status_code == 303
    assert again(db, draft).body == body


def test_hostile_text_is_kept_readable_for_databases(db, signed_in_as, editor, draft):
    saving(signed_in_as(editor), draft, headline=" Two\r\nlines\0 ", body="a\r\nb\0c\u202e😀")
    now = again(db, draft)
    assert now.headline == "Two lines\ufffd"
    assert now.body == "a\nb\ufffdc\u202e😀"


def test_a_missing_slug_is_made_of_the_headline(db, signed_in_as, editor, draft):
    saving(signed_in_as(editor), draft, slug="  ")
    assert again(db, draft).slug == "drummer-buys-a-lighthouse"


def test_an_embargo_is_written_and_shown_in_the_editors_zone(db, signed_in_as, editor, draft):
    browser = signed_in_as(editor)
    saving(browser, draft, embargo="2026-03-09T07:30")
    assert again(db, draft).embargo_until == datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
    text = browser.get(href(draft)).text
    assert 'value="2026-03-09T07:30"' in text
    assert "the embargo until 9 March 2026, 7:30 am PDT" in text


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "1.0"])
def test_a_form_without_its_version_is_refused(signed_in_as, editor, draft, version):
    assert saving(signed_in_as(editor), draft, version=version).status_code == 422


def test_a_version_from_the_future_is_stale(signed_in_as, editor, draft):
    response = saving(signed_in_as(editor), draft, version=99)
    assert response.status_code == 409
    assert "Somebody else changed this draft since you opened it." in response.text
