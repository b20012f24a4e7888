"""An open screen: what arrives waits behind a button, and a lost connection is taken up again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browser.desk import (
    a_queue,
    arrives,
    at_the_desk,
    fetched_ahead,
    held_back,
    press,
    shown,
    states,
    until_pending,
)
from playwright.sync_api import Page, expect

from tipline.models import State

WITHIN = 9_000  # milliseconds: a poll is due every five seconds


def rows_of(page):
    return page.locator("#rows .row").evaluate_all("rows => rows.map(row => row.dataset.ref)")


def test_arrivals_wait_behind_a_button(db, a_browser, staff):
    a_queue(db, 3)
    page = at_the_desk(a_browser())
    before = rows_of(page)
    first, second = arrives(db, "The bridge is closed."), arrives(db, "The ferry sank at noon.")
    button = page.locator("#arrivals")
    expect(button).to_contain_text("2 new", timeout=WITHIN)
    expect(page.locator("#queue-count")).to_have_text("5 new")
    assert rows_of(page) == before
    page.keyboard.press(".")
    expect(button).to_be_hidden()
    assert rows_of(page) == [second.ref, first.ref, *before]
    third = arrives(db, "The mayor swam.")
    expect(button).to_contain_text("1 new", timeout=WITHIN)
    button.click()
    expect(button).to_be_hidden()
    assert rows_of(page) == [third.ref, second.ref, first.ref, *before]


def test_a_lost_connection_is_said_and_taken_up_again(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    before = rows_of(page)
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("No connection")
    late = arrives(db, "The bridge is closed.")
    page.context.set_offline(False)
    expect(page.locator("#arrivals")).to_contain_text("1 new", timeout=WITHIN)
    expect(page.locator("#connection")).to_be_empty()
    page.keyboard.press(".")
    expect(page.locator("#arrivals")).to_be_hidden()
    assert rows_of(page) == [late.ref, *before]


def test_one_tip_at_a_time_on_a_phone(db, a_browser, staff):
    a_queue(db, 4)
    page = at_the_desk(a_browser(viewport={"width": 390, "height": 800}, has_touch=True), "?focus=1")
    expect(page.locator("#rows")).to_be_hidden()
    expect(page.locator(".views")).to_be_hidden()
    accept = page.get_by_role("button", name="Accept")
    box = accept.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    assert box["y"] > 600
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first = shown(page)
    accept.click()
    expect(page.locator(f'#pane .tip[data-ref="{first}"]')).to_have_count(0)
    until_pending(page, db, 3)
    press(page, "!")
    expect(page.locator("#notices")).to_contain_text("spam")
    assert sorted(states(db).values()) == sorted([State.ACCEPTED, State.SPAM, State.PENDING, State.PENDING])
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#rows")).to_be_visible()


def test_the_next_tip_is_painted_before_the_answer_comes(db, a_browser, staff):
    a_queue(db, 3)
    page = at_the_desk(a_browser(intercepted=True), "?focus=1")
    fetched_ahead(page)
    held = []
    page.route(re.compile(r"/decision$"), lambda route: held.append(route))
    first = shown(page)
    page.keyboard.press("a")
    expect(page.locator(f'#pane .tip[data-ref="{first}"]')).to_have_count(0)
    assert states(db)[first] == State.PENDING
    second = shown(page)
    held_back(page, held).continue_()
    expect(page.locator("#notices")).to_contain_text("accepted")
    assert (states(db)[first], shown(page)) == (State.ACCEPTED, second)


@contextmanager
def styled(page: Page) -> Iterator[list[int]]:
    """Note how many elements the browser styles, each time that it does so."""
    counts: list[int] = []
    ended: list[object] = []
    session = page.context.new_cdp_session(page)
    session.on("Tracing.dataCollected", lambda said: counts.extend(_styled(said["value"])))
    session.on("Tracing.tracingComplete", lambda said: ended.append(said))
    session.send("Tracing.start", {"traceConfig": {"includedCategories": ["devtools.timeline"]}})
    yield counts
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)


def _styled(events: list[dict[str, Any]]) -> list[int]:
    return [event["args"].get("elementCount", 0) for event in events if event["name"] == "UpdateLayoutTree"]


def test_a_decision_has_no_more_styled_anew_than_it_changes(db, a_browser, staff):
    a_queue(db, 60)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    listed = page.locator("#rows *").count()
    with styled(page) as counts:
        press(page, "a")
        expect(page.locator("#notices")).to_contain_text("accepted")
    assert 0 < max(counts) < listed


@pytest.mark.parametrize(
    "refuse",
    [lambda route: route.abort(), lambda route: route.fulfill(status=502)],
    ids=["not sent", "refused"],
)
def test_a_decision_that_did_not_arrive_brings_its_tip_back(db, a_browser, staff, refuse):
    a_queue(db, 3)
    page = at_the_desk(a_browser(intercepted=True, may_fail=True))
    fetched_ahead(page)
    first = shown(page)
    page.route(re.compile(r"/decision$"), refuse)
    page.keyboard.press("a")
    expect(page.locator("#notices")).to_contain_text("Nothing was changed")
    expect(page.locator("#pane .tip")).to_have_attribute("data-ref", first)
    assert states(db)[first] == State.PENDING


def test_without_a_connection_the_same_tip_stands_there_again(db, a_browser, staff):
    a_queue(db, 4)
    page = at_the_desk(a_browser())
    press(page, "a")
    expect(page.locator("#notices")).to_contain_text("accepted")
    fetched_ahead(page)
    second = shown(page)
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("No connection")
    page.keyboard.press("!")
    expect(page.locator("#notices")).to_contain_text("Nothing was changed")
    expect(page.locator("#pane .tip")).to_have_attribute("data-ref", second)
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_be_empty(timeout=WITHIN)
    press(page, "!")
    until_pending(page, db, 2)
    assert states(db)[second] == State.SPAM


@pytest.mark.parametrize("javascript", [False], ids=["without scripts"])
def test_focus_goes_on_without_scripts(db, a_browser, staff, javascript):
    a_queue(db, 3)
    page = at_the_desk(a_browser(java_script_enabled=javascript), "?focus=1")
    first = shown(page)
    page.get_by_role("button", name="Accept").click()
    assert "focus=1" in page.url
    assert shown(page) != first
    page.locator("form.undo button").click()
    assert shown(page) == first
    assert states(db)[first] == State.PENDING
