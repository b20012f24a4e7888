"""The way to add files can be seen: in each language, for each kind of tip, with and without script."""

import pytest
from playwright.sync_api import expect

from tipline.languages import LANGUAGES
from tipline.models import Kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_can_be_added_in_each_language_and_to_each_kind(a_browser, language):
    page = a_browser(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    for kind in Kind:
        page.goto(f"/tip?lang={language}&kind={kind}")
        page.locator("#tip details.fold > summary").first.click()
        expect(page.locator("#files")).to_be_visible()
        expect(page.locator("#files-hint")).to_be_visible()


@pytest.mark.parametrize("width", [320, 200])
@pytest.mark.parametrize("language", ["ar", "de"])
def test_no_page_of_readers_is_wider_than_a_magnified_phone(a_browser, width, language):
    page = a_browser(viewport={"width": width, "height": 640}, forced_colors="active")
    for path in ("/tip", "/receipt", "/privacy", "/help"):
        page.goto(f"{path}?lang={language}")
        for fold in page.locator("details.fold > summary").all():
            fold.click()
        # a pixel is how Chromium rounds what is set from right to left
        assert page.evaluate("document.documentElement.scrollWidth") <= width + 1, path
