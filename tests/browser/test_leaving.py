"""Leaving in a hurry: what was added and not sent is erased, and nothing holds the leaving up."""

import re
import time

import pytest
from intake.readers import tips_in
from intake.sending import JPEG, TEXT, files_in, objects_in
from playwright.sync_api import Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}}


def add_file(page: Page, name: str = "beach.jpg", content: bytes = JPEG) -> None:
    page.get_by_text("Photos, video, documents").click()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("Add files").set_input_files([file])
    expect(page.locator("#files-list li").last).to_contain_text("arrived")


def leave(page: Page, way: str = "button") -> None:
    if way == "button":
        page.locator("#leave").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/$"))


def soon(ask, what) -> None:
    """Wait until the server has done what nobody waits for."""
    until = time.monotonic() + 5
    while ask() != what and time.monotonic() < until:
        time.sleep(0.02)
    assert ask() == what


@pytest.mark.parametrize("way", ["button", "escape"])
def test_files_that_were_not_sent_are_erased_by_leaving(a_browser, app, db, way):
    page = a_browser(**PHONE)
    page.goto("/tip")
    page.locator("#body").fill("She left by the side door.")
    add_file(page)
    assert len(files_in(db)) == 1
    leave(page, way)
    soon(lambda: (files_in(db), objects_in(app)), ([], set()))


def test_files_of_an_older_page_and_of_an_answer_are_erased_too(a_browser, db):
    page = a_browser(**PHONE)
    page.goto("/tip")
    add_file(page)
    page.locator("#token").click()  # nothing is written: the form comes back under a new token
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.locator("input[name=stage]").count() == 1
    leave(page)
    soon(lambda: files_in(db), [])
    page.goto("/tip")
    page.locator("#body").fill("She left by the side door.")
    add_file(page, "kept.jpg")
    page.locator("#token").click()
    words = page.locator("#receipt-words").inner_text()
    page.goto("/receipt")
    page.locator("#code").fill(words)
    page.locator("#open button").last.click()
    add_file(page, "diary.txt", TEXT)
    assert len(files_in(db)) == 2
    leave(page)
    soon(lambda: [file.tip_id for file in files_in(db)], [tips_in(db)[0].id])


def test_leaving_waits_for_no_network(a_browser):
    page = a_browser(intercepted=True, **PHONE)
    page.goto("/tip")
    add_file(page)
    held = []
    page.route("**/tip/files/remove", lambda route: held.append(route))  # it is never answered
    page.route(re.compile(r"/$"), lambda route: page.wait_for_timeout(1500) or route.continue_())
    hidden = page.evaluate("""() => {
        document.getElementById("leave").click();
        return document.body.hidden;
    }""")
    assert hidden, "within the click's own task, so the page is empty before anything else can be painted"
    page.wait_for_url(re.compile(r"/$"))
    assert len(held) == 1


def test_a_file_on_its_way_does_not_arrive_after_its_reader_left(a_browser, app, db):
    page = a_browser(intercepted=True, **PHONE)
    page.goto("/tip")
    page.get_by_text("Photos, video, documents").click()
    parts = []
    page.route(
        "**/tip/files", lambda route: route.continue_() if len(parts) < 2 and not parts.append(1) else None
    )
    large = JPEG * 4000  # 4 MB: several parts, of which the second hangs
    file = {"name": "evening.jpg", "mimeType": "image/jpeg", "buffer": large}
    page.get_by_label("Add files").set_input_files([file])
    expect(page.locator("#files-list li")).to_contain_text("%")
    leave(page)
    soon(lambda: (files_in(db), objects_in(app)), ([], set()))


def test_a_tip_on_its_way_keeps_its_files(a_browser, db):
    page = a_browser(intercepted=True, **PHONE)
    page.goto("/tip")
    page.locator("#body").fill("She left by the side door.")
    add_file(page)
    page.route("**/tip", lambda route: None, times=1)  # it hangs
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("""() => {
        document.getElementById("token").click();
        document.getElementById("leave").click();
    }""")
    page.wait_for_url(re.compile(r"/$"))
    assert not any(url.endswith("/remove") for url in asked)
    assert len(files_in(db)) == 1


def test_without_script_leaving_is_a_link_and_erases_nothing(a_browser, db):
    page = a_browser(java_script_enabled=False, **PHONE)
    page.goto("/tip")
    page.get_by_text("Photos, video, documents").click()
    page.get_by_label("Add files").set_input_files(
        [{"name": "beach.jpg", "mimeType": "image/jpeg", "buffer": JPEG}]
    )
    page.locator("#token").click()
    expect(page.locator(".error-summary")).to_be_visible()
    leave(page)
    assert len(files_in(db)) == 1


LONG = ("The whole diary. " * 12 + "\n") * 1_500  # 300 KB, in lines as people write them


@pytest.fixture
def small_bound(app) -> None:
    """Bound forms so that a browser need not lay out a megabyte."""
    app.config.update(MAX_CONTENT_LENGTH=256 * 1024, MAX_FORM_MEMORY_SIZE=256 * 1024)


@pytest.mark.usefixtures("small_bound")
def test_a_text_beyond_all_bounds_comes_back_as_far_as_a_page_carries(a_browser, db):
    page = a_browser(java_script_enabled=False, **PHONE)
    page.goto("/tip?lang=en")
    page.locator("#body").evaluate("(field, text) => { field.value = text; }", LONG)
    page.get_by_text("Who, where, when").click()
    page.get_by_label("Where did it happen?").fill("Leith")
    page.locator("#token").click()
    expect(page.locator("#body-error")).to_contain_text("add the whole text as a file")
    kept = page.locator("#body").input_value()
    assert LONG.startswith(kept)
    assert len(kept) > 190_000
    expect(page.get_by_label("Where did it happen?")).to_have_value("Leith")
    assert tips_in(db) == []


@pytest.mark.usefixtures("small_bound")
def test_with_script_the_whole_text_stays_on_the_page(a_browser, db):
    page = a_browser(**PHONE)
    page.goto("/tip?lang=en")
    page.locator("#body").evaluate("(field, text) => { field.value = text; }", LONG)
    page.locator("#token").click()
    expect(page.locator(".error-summary")).to_contain_text("It is larger than we can take")
    assert page.locator("#body").input_value() == LONG
    # and where the body is not encoded as script encodes it
    page.evaluate("""() => {
        URLSearchParams = function asForm(pairs) {
            const data = new FormData();
            for (const [name, value] of pairs) data.append(name, value);
            return data;
        };
    }""")
    page.locator("#token").click()
    expect(page.locator("#token")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".error-summary")).to_contain_text("It is larger than we can take")
    assert page.locator("#body").input_value() == LONG
    assert tips_in(db) == []
