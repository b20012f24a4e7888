"""What stands on the desk stays in its place and can be reached, in any window and whatever it is called."""

import re

import pytest
from browser.desk import a_queue, at_the_desk, shown

SCROLLS = "document.documentElement.scrollHeight > innerHeight"


@pytest.mark.parametrize("query", ["", "?focus=1"])
def test_the_desk_scrolls_in_its_columns_alone(db, a_browser, staff, query):
    a_queue(db, 30)
    page = at_the_desk(a_browser(viewport={"width": 1440, "height": 420}), query)
    assert page.locator("#pane").evaluate("pane => pane.scrollHeight > pane.clientHeight")
    assert not page.evaluate(SCROLLS)


def test_each_reason_to_decline_is_reached_at_four_times_the_size(db, a_browser, staff):
    a_queue(db, 2)
    desk = at_the_desk(a_browser())
    page = desk.context.new_page()
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(f"/newsroom/tips/{shown(desk)}")
    page.locator("summary").filter(has_text="Decline").click()
    reasons = page.locator(".menu[open] .menu-sheet button").all()
    assert len(reasons) > 5
    for reason in reasons:
        reason.scroll_into_view_if_needed()
        box = reason.bounding_box()
        assert 0 <= box["y"] <= 256 - box["height"]


def test_a_name_without_a_space_keeps_to_its_column(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    page.locator("summary").filter(has_text="This list").click()
    page.locator("#view-name").fill("W" * 59)
    page.locator("#view-name").press("Enter")
    link = page.get_by_role("link", name=re.compile("WWWW"))
    column, box = page.locator(".views").bounding_box(), link.bounding_box()
    assert box["x"] + box["width"] <= column["x"] + column["width"]
    assert link.evaluate("link => link.scrollWidth <= link.clientWidth")
    page.set_viewport_size({"width": 320, "height": 700})
    link.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
