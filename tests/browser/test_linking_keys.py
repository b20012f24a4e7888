"""The keys that link: 1 to 3 a likely story, l and Enter the story that was used last."""

from datetime import timedelta

from browser.desk import until_pending
from builders import a_story, a_tip, fresh
from playwright.sync_api import expect
from windows import sign_in

from tipline import clock
from tipline.models import Role, State
from tipline.search.index import index_story


def test_keys_link_and_go_on_to_the_next_tip(db, a_browser, staff):
    story = a_story(db, "Walrus returns to the harbor", published_at=clock.now())
    with db.write() as session:
        index_story(session, story.id, story.headline, "")
    now = clock.now()
    last, second, first = (
        a_tip(db, text, received_at=now - timedelta(hours=age))
        for text, age in (("Of no use", 3), ("Nothing we know of", 2), ("A walrus, it is back", 1))
    )
    page = a_browser()
    sign_in(page, Role.MODERATOR)
    pane = page.locator("#pane article")
    expect(pane).to_have_attribute("data-ref", first.ref)
    page.keyboard.press("1")
    expect(pane).to_have_attribute("data-ref", second.ref)
    expect(pane).to_contain_text("Last used")
    page.keyboard.press("1")  # nothing is likely here, and so nothing happens
    page.keyboard.press("l")
    expect(page.locator("#story-q")).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(pane).to_have_attribute("data-ref", last.ref)
    until_pending(page, db, 1)
    assert [fresh(db, tip).state for tip in (first, second, last)] == [
        State.ACCEPTED,
        State.ACCEPTED,
        State.PENDING,
    ]


def test_keys_are_keys_on_the_next_tip_though_it_was_not_fetched_ahead(db, a_browser, staff):
    story = a_story(db, "Walrus returns to the harbor", published_at=clock.now())
    with db.write() as session:
        index_story(session, story.id, story.headline, "")
    tips = [a_tip(db, f"Number {n}", received_at=clock.now() - timedelta(hours=n)) for n in range(3)]
    page = a_browser()
    page.route("**/newsroom/tips/*", lambda route: route.abort())
    sign_in(page, Role.MODERATOR)
    pane = page.locator("#pane article")
    expect(pane).to_have_attribute("data-ref", tips[0].ref)
    page.keyboard.press("l")
    page.keyboard.type("walrus")
    page.locator("#story-results button").wait_for()
    page.locator("#story-results button").evaluate("button => button.click()")
    expect(pane).to_have_attribute("data-ref", tips[1].ref)
    expect(page.locator("#story-q")).not_to_be_focused()
    page.keyboard.press("a")
    expect(pane).to_have_attribute("data-ref", tips[2].ref)
    assert [fresh(db, tip).state for tip in tips] == [State.ACCEPTED, State.ACCEPTED, State.PENDING]
