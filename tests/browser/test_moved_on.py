"""Who moves on faster than the tips come: a key is about the tip that was moved to, or about none."""

import re

import pytest
from browser.desk import a_queue, at_the_desk, fetched_ahead, press, shown, states
from playwright.sync_api import expect
from windows import PASSWORD, sign_in

from tipline.models import Role, State

A_TIP = re.compile(r"/newsroom/tips/\w+$")


@pytest.fixture
def marked(db, a_browser, staff):
    """A desk of three tips, and a function: the tip whose row is marked."""
    a_queue(db, 3)
    page = at_the_desk(a_browser(intercepted=True))
    fetched_ahead(page)
    return page, lambda: page.locator(".row:has([aria-current])").get_attribute("data-ref")


@pytest.mark.parametrize("keys", [["a"], ["d", "u"]], ids=["a key", "two keys"])
def test_a_decision_waits_for_the_tip_that_was_moved_to(db, marked, keys):
    page, current = marked
    held = []
    page.route(A_TIP, lambda route: held.append(route), times=1)
    first = shown(page)
    page.keyboard.press("j")
    second = current()
    for letter in keys:
        page.keyboard.press(letter)
    page.wait_for_timeout(500)
    assert set(states(db).values()) == {State.PENDING}
    assert (shown(page), second != first) == (first, True)
    held[0].continue_()
    expect(page.locator("#notices")).to_contain_text(f"{second[:4]}-{second[4:]}")
    decided = {ref for ref, state in states(db).items() if state != State.PENDING}
    assert decided == {second}


def test_the_tip_that_does_not_come_is_left_again(db, marked):
    page, current = marked
    first = shown(page)
    page.route(A_TIP, lambda route: route.abort(), times=1)
    page.keyboard.press("j")
    expect(page.locator("#notices")).to_contain_text("cannot be reached")
    assert (current(), shown(page), page.url[-13:]) == (first, first, f"?tip={first}")
    press(page, "a")
    expect(page.locator("#notices")).to_contain_text("accepted")
    assert states(db)[first] == State.ACCEPTED


def test_what_was_let_go_stays_so(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    press(page, "j")
    expect(page.locator("#claim")).to_contain_text("Let it go")
    page.keyboard.press("c")
    expect(page.locator("#claim")).to_contain_text("I’m on it")
    page.keyboard.press("t")
    page.keyboard.type("harbor")
    with page.expect_response(re.compile(r"/tags$")):
        page.keyboard.press("Enter")
    expect(page.locator("#pane .tags")).to_contain_text("harbor")
    page.wait_for_timeout(500)
    expect(page.locator("#claim")).to_contain_text("I’m on it")


def test_a_decision_after_signing_out_is_sent_after_signing_in_again(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    first = shown(page)
    page.context.clear_cookies()
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Sign in again")).to_be_visible()
    expect(page.locator("#pane")).to_have_count(0)
    page.get_by_label("E-mail").fill(f"{Role.MODERATOR}@lantern.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notices")).to_contain_text("accepted")
    assert states(db)[first] == State.ACCEPTED


def test_the_page_of_a_tip_becomes_the_next_ones(db, a_browser, staff):
    first = a_queue(db, 2)[0]
    page = a_browser()
    sign_in(page, Role.MODERATOR)
    page.goto(f"/newsroom/tips/{first.ref}")
    press(page, "a")
    ref = shown(page)
    spoken = f"Tip {ref[:4]}-{ref[4:]}"
    expect(page).to_have_title(re.compile(f"^{spoken} · "))
    expect(page.locator("h1")).to_have_text(spoken)
    expect(page).to_have_url(re.compile(f"/newsroom/tips/{ref}"))
