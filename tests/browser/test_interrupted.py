"""Keys that somebody was pressing as another tip came in are not acts on that tip."""

import pytest
from browser.desk import a_queue, at_the_desk, held_back, pending, press, shown, until_pending
from playwright.sync_api import Page, Route, expect


@pytest.fixture
def undoing(db, a_browser, staff) -> tuple[Page, Route]:
    """A desk whose undo was asked for, and what is on its way to take it back."""
    a_queue(db, 5)
    page = at_the_desk(a_browser(intercepted=True))
    press(page, "a")
    until_pending(page, db, 4)
    held = []
    page.route("**/undo", lambda route: held.append(route))
    expect(page.locator('#notices [data-key="z"]')).to_be_visible()
    page.keyboard.press("z")
    return page, held_back(page, held)


@pytest.mark.parametrize("opening", ["h", "d", "n", "t"])
def test_what_was_being_chosen_or_written_is_no_act_on_the_tip_that_comes_back(db, undoing, opening):
    page, sent = undoing
    left = shown(page)
    page.keyboard.press(opening)
    sent.continue_()
    expect(page.locator(f'#pane .tip[data-ref="{left}"]')).to_have_count(0)
    back = shown(page)
    for letter in "a1n!":
        page.keyboard.press(letter)
    page.wait_for_timeout(500)
    assert shown(page) == back
    assert pending(db) == 5

    page.wait_for_timeout(900)
    press(page, "a")
    until_pending(page, db, 4)


def test_who_only_waits_for_it_goes_on_at_once(db, undoing):
    page, sent = undoing
    left = shown(page)
    sent.continue_()
    expect(page.locator(f'#pane .tip[data-ref="{left}"]')).to_have_count(0)
    press(page, "a")
    until_pending(page, db, 4)
