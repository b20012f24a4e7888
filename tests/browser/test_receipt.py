"""A receipt in a browser: kept, opened with a slip, answered, and taken back; with and without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


def a_receipt(page: Page) -> str:
    page.goto("/tip")
    page.get_by_label("What do you know?").fill("A lamp was lit at Vardoe.")
    page.get_by_role("button", name="Send the tip").click()
    return " ".join(page.locator("#receipt-words").inner_text().split())


def open_with(page: Page, words: str) -> None:
    page.goto("/receipt")
    page.get_by_label("Your six words").fill(words)
    page.get_by_role("button", name="Open", exact=True).click()


@SCRIPTS
def test_the_words_are_kept_as_a_file_and_a_code(a_browser, scripts):
    page = a_browser(java_script_enabled=scripts, viewport={"width": 390, "height": 800})
    words = a_receipt(page)
    expect(page.get_by_role("button", name="Copy")).to_have_count(1 if scripts else 0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename == "receipt.txt"
    assert Path(download.value.path()).read_text() == f"{words}\n"
    expect(page.get_by_role("img", name=re.compile("six words"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(media="print")
    expect(page.locator(".qr")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_hidden()


@SCRIPTS
def test_a_slip_is_put_right_and_the_tip_is_answered_and_erased(a_browser, scripts):
    page = a_browser(java_script_enabled=scripts)
    words = a_receipt(page)
    open_with(page, words.replace(" ", "-").upper())
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your tip")
    page.get_by_label("Add something").fill("It is still lit.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".said")).to_have_text("Thank you. We have your message.")
    page.get_by_role("heading", name="Take it back").click()
    page.get_by_role("button", name="Erase my tip").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erase your tip?")
    page.get_by_role("button", name="Back to your tip").click()
    expect(page.locator("main")).to_contain_text("It is still lit.")
    page.get_by_role("heading", name="Take it back").click()
    page.get_by_role("button", name="Erase my tip").click()
    page.get_by_role("button", name="Yes, erase it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tip is erased")
    open_with(page, words)
    expect(page.get_by_role("alert")).to_contain_text("We don’t know these words.")
    assert page.title().startswith("Error: ")
    assert page.context.cookies() == []


@pytest.mark.parametrize("where", ["the words", "the code"])
def test_the_receipts_pages_are_left_by_escape_too(a_browser, where):
    page = a_browser()
    if where == "the words":
        a_receipt(page)
    else:
        page.goto("/receipt")
        page.get_by_label("Your six words").fill("abacus abdomen")
    expect(page.locator("#leave-key[hidden]")).to_have_count(0)  # its script listens
    page.keyboard.press("Escape")
    expect(page.get_by_role("status").filter(has_text="Press Esc once more")).to_have_count(1)
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/$"))


def test_in_forced_colors_the_way_to_languages_is_seen_on_a_phone(a_browser):
    page = a_browser(forced_colors="active", viewport={"width": 390, "height": 800})
    page.goto("/receipt")
    colors = page.evaluate("""() => [".globe", "body"].map(
        (name) => getComputedStyle(document.querySelector(name)).backgroundColor)""")
    assert colors[0] != colors[1]
