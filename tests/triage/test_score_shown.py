"""The pane says why a tip stands where it does."""

from assist.test_spam import PRIZE, a_newsroom_that_knows
from builders import a_story, a_tip, group_of

from tipline.models import How, State


def pane_of(browser, tip):
    return browser.get(f"/newsroom/tips/{tip.ref}").text


def test_each_reason_stands_with_its_points(db, moderator, signed_in_as):
    tip = a_tip(db, how=How.SAW, files=0, story_id=a_story(db).id)
    a_tip(db, group=group_of(db, tip))
    html = pane_of(signed_in_as(moderator), tip)
    assert 'Why it stands here <span class="muted">+2.5</span>' in html
    for reason, points in (
        ("2 say the same", "+1.0"),
        ("Saw it", "+1.0"),
        ("Sent from a story’s page", "+0.5"),
    ):
        assert f'<li><span dir="auto">{reason}</span> <span class="number">{points}</span></li>' in html


def test_nothing_to_say_is_said_too(db, moderator, signed_in_as):
    html = pane_of(signed_in_as(moderator), a_tip(db))
    assert "its age alone places it" in html
    assert "Spam is not judged yet" in html


def test_words_that_weighed_are_shown_and_escaped(db, moderator, signed_in_as):
    a_newsroom_that_knows(db, moderator)
    html = pane_of(signed_in_as(moderator), a_tip(db, f"{PRIZE} <script>alert(1)</script>"))
    assert "Reads like spam here" in html
    assert "“prize”" in html
    assert "−" in html.split("Reads like spam here")[1].split("</li>")[0]
    assert "Spam is not judged yet" not in html
    assert "<script>alert(1)" not in html


def test_a_decided_tip_stands_nowhere(db, moderator, signed_in_as):
    assert "Why it stands here" not in pane_of(signed_in_as(moderator), a_tip(db, state=State.ACCEPTED))
