"""Readers' pages in eight languages in a real browser: direction, width, axe, the switch without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.test_accessibility import RULES
from builders import a_person, a_story
from playwright.sync_api import Page, expect

from tipline.languages import LANGUAGES
from tipline.text.language import catalogue, direction

SAID = None
PAGES = [
    "/", "/tip", "/receipt", "/stars", "/stars?q=zzz", "/privacy", "/help", "/nowhere", "/stories/lighthouse",
    "/stars/ilka-brandvold",
]  # fmt: skip


@pytest.fixture
def furnished(db) -> None:
    a_story(db, slug="lighthouse", published_flag="odd", published_raw="Mar 08, 2026 07:29am PDT")
    a_story(db, "Ilka Brandvold Buys A Lighthouse — And She’s Moving In")
    a_person(db)


def is_wide(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_its_language_and_fits_a_narrow_phone(a_browser, furnished, language):
    page, wrong = a_browser(viewport={"width": 320, "height": 800}, locale=language), []
    for path in PAGES:
        page.goto(path)
        html = page.locator("html")
        if (html.get_attribute("lang"), html.get_attribute("dir")) != (language, direction(language)):
            wrong.append(f"{path} is {html.get_attribute('lang')}")
        page.locator(".seeker summary").click()
        if is_wide(page):
            wrong.append(f"{path} is wide")
    assert wrong == []


@pytest.mark.only("sqlite")  # how a page looks is no matter of the database
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "de"])
def test_axe_finds_nothing(a_browser, furnished, language, look):
    page, found = a_browser(color_scheme=look, locale=language), []
    for path in PAGES:
        page.goto(path)
        found += [f"{path} {each['id']}" for each in Axe().run(page, options=RULES).response["violations"]]
    page.goto("/tip")
    page.locator("#token").click()
    expect(page.locator(".error-summary")).to_be_visible()
    found += [f"errors {each['id']}" for each in Axe().run(page, options=RULES).response["violations"]]
    page.locator("#body").fill("The lamp was lit at four.")
    page.locator("#token").click()
    expect(page.locator("#receipt-words")).to_have_attribute("dir", "ltr")
    found += [f"receipt {each['id']}" for each in Axe().run(page, options=RULES).response["violations"]]
    words = page.locator("#receipt-words").inner_text()
    page.goto("/receipt")
    page.locator("#code").fill(words)
    page.locator("#open button").click()
    found += [f"status {each['id']}" for each in Axe().run(page, options=RULES).response["violations"]]
    assert found == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_reader_switches_the_language_and_loses_nothing(a_browser, javascript):
    page = a_browser(java_script_enabled=javascript, viewport={"width": 390, "height": 800})
    page.goto("/tip")
    page.locator("#body").fill("The lamp was lit at four.")
    page.locator("#languages").get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#body")).to_have_value("The lamp was lit at four.")
    page.locator("#token").click()
    words = page.locator("#receipt-words").inner_text()
    expect(page.locator("h1")).to_have_text(catalogue("es").gettext("Thank you. We have your tip."))
    page.get_by_role("link", name=catalogue("es").gettext("See where it stands")).click()
    page.locator("#code").fill(words)
    page.locator("#open button").click()
    page.locator("#message").fill("And the door was open.")
    page.locator("#languages").get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#message")).to_have_value("And the door was open.")
    page.locator("#reply button").first.click()
    expect(page.locator(".said")).to_have_text(catalogue("ar").gettext("Thank you. We have your message."))
    page.locator(".masthead-name").click()
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_enter_in_a_field_sends_the_form_and_does_not_switch(a_browser):
    page = a_browser()
    page.goto("/receipt?lang=fr")
    page.locator("#code").fill("abacus")
    page.locator("#code").press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_the_copied_words_are_told_in_the_readers_language(a_browser):
    page = a_browser(locale="de")
    page.goto("/tip")
    page.locator("#body").fill("Die Lampe brannte.")
    page.locator("#token").click()
    # What only the script can do is shown by it; before that, the button sends a form.
    expect(page.get_by_role("button", name="Drucken")).to_be_visible()
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("#receipt-said")).to_have_text("Gespeichert")
