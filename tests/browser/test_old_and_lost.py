"""Between a browser and us: older browsers, words that do not get through, answers in the air."""

import pytest
from intake.readers import tips_in
from intake.sending import JPEG, TEXT, files_in
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tipline.intake import actions
from tipline.models import Message

PHONE = {"viewport": {"width": 390, "height": 844}}
LACKING = {
    "no time limits": "delete AbortSignal.timeout",
    "no submitter": "delete SubmitEvent.prototype.submitter",
    "no requestSubmit": "delete HTMLFormElement.prototype.requestSubmit",
}


def write(page: Page, words: str = "She left by the side door.") -> None:
    page.goto("/tip")
    page.locator("#body").fill(words)


def add_file(page: Page, name: str, content: bytes) -> None:
    page.get_by_text("Photos, video, documents").click()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("Add files").set_input_files([file])
    expect(page.locator("#files-list li")).to_contain_text("arrived")


def send(page: Page) -> None:
    page.locator("#token").click()


@pytest.mark.parametrize("lacking", LACKING.values(), ids=LACKING)
def test_an_older_browser_sends_and_switches(a_browser, db, lacking):
    page = a_browser(**PHONE)
    page.add_init_script(lacking)
    write(page)
    page.locator("#languages").get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert tips_in(db) == []
    expect(page.locator("#body")).to_have_value("She left by the side door.")
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize("lacking", LACKING.values(), ids=LACKING)
def test_an_older_browser_waits_for_its_files(a_browser, db, lacking):
    page = a_browser(intercepted=True, **PHONE)
    page.add_init_script(lacking)
    write(page)
    held = []
    page.route("**/tip/files", lambda route: held.append(route))
    page.get_by_text("Photos, video, documents").click()
    file = {"name": "diary.txt", "mimeType": "text/plain", "buffer": TEXT}
    page.get_by_label("Add files").set_input_files([file])
    page.wait_for_timeout(200)
    send(page)
    expect(page.locator("#files-wait")).to_contain_text("the tip goes when they are here")
    page.unroute("**/tip/files")
    for route in held:
        route.continue_()
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert tips_in(db)[0].files == 1


def test_a_removal_that_does_not_get_through_is_said_again_by_the_form(a_browser, db):
    page = a_browser(intercepted=True, **PHONE)
    write(page)
    add_file(page, "my-face.jpg", JPEG)
    page.route("**/tip/files/remove", lambda route: route.abort())
    page.get_by_role("button", name="Remove my-face.jpg").click()
    expect(page.locator("#files-list li")).to_have_count(0)
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert (tips_in(db)[0].files, files_in(db)) == (0, [])


def test_a_draft_that_comes_back_shows_the_files_that_wait_for_it(a_browser, db):
    page = a_browser(**PHONE)
    page.goto("/tip")
    page.get_by_label("Keep my draft on this device").check()
    add_file(page, "diary.txt", TEXT)
    page.locator("#body").fill("She left by the side door.")
    expect(page.locator("#draft-said")).to_have_text("Kept on this device")
    page.goto("/stars")
    page.goto("/tip")
    expect(page.locator("#files-list li")).to_contain_text("diary.txt")
    expect(page.locator("#body")).to_have_value("She left by the side door.")


def test_a_word_that_is_being_composed_keeps_its_escape_key(a_browser):
    page = a_browser()
    write(page)
    page.evaluate("""() => {
        for (let time = 0; time < 3; time += 1) {
            const key = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, isComposing: true });
            document.body.dispatchEvent(key);
        }
    }""")
    page.wait_for_timeout(200)
    expect(page.locator("#body")).to_have_value("She left by the side door.")


def test_what_is_on_its_way_cannot_be_changed(a_browser, db):
    page = a_browser(intercepted=True)
    write(page)
    held = []
    page.route("**/tip", lambda route: held.append(route))
    send(page)
    expect(page.locator("#token")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#body")).not_to_be_editable()
    expect(page.get_by_label("A correction")).to_be_disabled()
    held.pop().abort()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#body")).to_be_editable()


@pytest.fixture
def opened(a_browser):
    """The page that a receipt opens."""
    page = a_browser(intercepted=True, may_fail=True, **PHONE)
    write(page)
    send(page)
    words = page.locator("#receipt-words").inner_text()
    page.goto("/receipt")
    page.locator("#code").fill(words)
    page.locator("#open button").last.click()
    page.locator("#message").fill("It was Leith harbor.")
    expect(page.locator("#leave-key[hidden]")).to_have_count(0)  # its script listens
    return page


def answers(db) -> list[str]:
    with db.read() as session:
        return [message.body for message in session.scalars(select(Message).order_by(Message.id))]


def test_an_answer_survives_a_lost_connection_and_a_lost_word(opened, db):
    def lose(route):
        route.fetch()
        route.abort("connectionreset")

    opened.route("**/receipt/reply", lose, times=1)
    opened.locator("#reply button.primary").click()
    expect(opened.locator(".error-summary")).to_be_focused()
    expect(opened.locator("#message")).to_have_value("It was Leith harbor.")
    opened.get_by_role("button", name="Send again").click()
    expect(opened.locator(".said")).to_be_focused()
    expect(opened.locator(".said")).to_have_text("Thank you. We have your message.")
    assert answers(db) == ["It was Leith harbor."]


def test_an_answer_survives_our_own_failure(opened, db, monkeypatch):
    def fail(*_arguments, **_more):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(actions, "reply", fail)
        opened.locator("#reply button.primary").click()
        expect(opened.locator(".error-summary")).to_contain_text("What you wrote is still here")
    opened.locator("#open button").last.click()
    expect(opened.locator("#message")).to_have_value("It was Leith harbor.")
    opened.locator("#reply button.primary").click()
    expect(opened.locator(".said")).to_be_visible()
    assert answers(db) == ["It was Leith harbor."]


def test_the_receipts_page_is_left_in_a_hurry(opened):
    opened.keyboard.press("Escape")
    opened.keyboard.press("Escape")
    opened.wait_for_url("**/")
    assert "Leith" not in opened.content()
