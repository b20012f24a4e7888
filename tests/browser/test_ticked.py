"""The bar of the ticked rows: nothing stands before it, and it stays low."""

import pytest
from browser.desk import a_queue, at_the_desk, press
from playwright.sync_api import expect
from windows import sign_in

from tipline.models import Role


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1100, 800)])
def test_what_was_done_does_not_stand_before_what_can_be_done(db, a_browser, staff, width, height):
    a_queue(db, 20)
    page = at_the_desk(a_browser(viewport={"width": width, "height": height}))
    press(page, "a")
    page.locator(".tick input").nth(2).check()
    notice, bar = page.locator("#notices .notice"), page.locator("#ticked")
    expect(notice).to_be_visible()
    said, does = notice.bounding_box(), bar.bounding_box()
    assert said["y"] + said["height"] <= does["y"]


def test_taking_it_back_brings_every_row_back(db, a_browser, staff):
    a_queue(db, 6)
    page = at_the_desk(a_browser())
    faults = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    rows = page.locator("#rows .row")
    expect(rows).to_have_count(6)
    for place in range(3):
        page.locator(".tick input").nth(place).check()
    page.locator("#ticked [value=accept]").click()
    expect(rows).to_have_count(3)
    page.keyboard.press("z")
    expect(rows).to_have_count(6)
    expect(page.locator("#notices")).to_contain_text("Taken back")
    assert faults == []


def test_a_reason_and_its_button_share_a_line_on_a_phone(db, a_browser, staff):
    a_queue(db, 3)
    page = a_browser(viewport={"width": 390, "height": 844})
    sign_in(page, Role.MODERATOR)
    page.goto("/newsroom/queue")
    page.locator(".tick input").first.check()
    reason, decline = page.locator("#ticked-reason"), page.locator("#ticked [value=decline]")
    assert abs(reason.bounding_box()["y"] - decline.bounding_box()["y"]) < 4
