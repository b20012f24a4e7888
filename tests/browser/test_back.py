"""Who looks at another page before sending, or reloads, finds the form as it was left."""

import pytest
from playwright.sync_api import Page, expect

ANSWERS = {
    "#body": "She left by the side door.",
    "#about": "Vera Lindqvist",
    "#place": "Pier 9",
    "#link": "https://lantern.example/pier",
}


def fill(page: Page) -> None:
    page.goto("/tip")
    for fold in page.locator("#tip details").all():
        fold.evaluate("fold => fold.open = true")
    for field, answer in ANSWERS.items():
        page.locator(field).fill(answer)
    file = {"name": "diary.txt", "mimeType": "text/plain", "buffer": b"I saw her at nine."}
    page.get_by_label("Add files").set_input_files([file])
    expect(page.locator("#files-list li")).to_contain_text("arrived")
    while not page.evaluate("Boolean(history.state?.tip?.files)"):
        page.wait_for_timeout(50)


def as_left(page: Page) -> None:
    expect(page.locator("#files-list li")).to_contain_text("diary.txt")
    for field, answer in ANSWERS.items():
        expect(page.locator(field)).to_have_value(answer)


@pytest.mark.parametrize("way", ["back", "reloaded"])
def test_nothing_is_lost(a_browser, way):
    page = a_browser()
    fill(page)
    if way == "back":
        page.goto("/privacy")
        page.go_back()
    else:
        page.reload()
    as_left(page)
    expect(page.locator("#draft-said")).to_be_empty()  # nothing was kept on the device
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("way", ["left", "sent"])
def test_afterwards_the_window_knows_nothing(a_browser, way):
    page = a_browser()
    fill(page)
    if way == "left":
        page.get_by_role("link", name="Leave this page").click()
        page.wait_for_url("**/")
    else:
        page.get_by_role("button", name="Send the tip").click()
        expect(page.locator("#receipt-words span")).to_have_count(6)
        assert page.evaluate("history.state?.tip ?? null") is None
    page.goto("/tip")
    expect(page.locator("#body")).to_have_value("")
    page.go_back()
    assert "side door" not in page.content()
