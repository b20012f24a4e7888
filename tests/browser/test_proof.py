"""Under suspicion, in a browser: it goes on by itself with script, by a button without."""

from datetime import timedelta

import pytest
from intake.readers import tips_in
from playwright.sync_api import expect

from tipline.intake import proof, suspicion
from tipline.intake.limits import Try
from tipline.intake.views import tip as tip_pages

BROKEN_WORKER = """
window.Worker = class extends EventTarget {
  constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("error"))); }
  postMessage() {}
};
"""
CODE = "Look: [url=https://cheap.example]cheap[/url]"


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Everybody counts as hurried, however slow the machine of the tests is."""
    monkeypatch.setattr(suspicion, "QUICKEST", timedelta(hours=1))


def write(page, *, scripted=True):
    """Write as people do, for so long that the window has noted it."""
    page.goto("/tip")
    page.get_by_label("What do you know?").fill(CODE)
    while scripted and not page.evaluate("Boolean(history.state?.tip)"):
        page.wait_for_timeout(20)


def send(page):
    page.get_by_role("button", name="Send the tip").click()


def test_with_script_the_tip_goes_on_by_itself(a_browser, db):
    page = a_browser()
    write(page)
    send(page)
    expect(page.locator("#receipt-words")).to_be_visible()
    [tip] = tips_in(db)
    assert (tip.body, tip.quarantined) == (CODE, False)


def test_the_hardest_sum_takes_a_browser_few_seconds(a_browser, db, monkeypatch):
    monkeypatch.setattr(proof.secrets, "randbelow", lambda steps: steps - 1)
    page = a_browser()
    write(page)
    send(page)
    expect(page.locator("#receipt-words")).to_be_visible(timeout=20_000)
    assert not tips_in(db)[0].quarantined


@pytest.fixture
def endless(monkeypatch):
    """A sum that takes longer than anybody waits."""
    monkeypatch.setattr(proof.secrets, "randbelow", lambda _steps: 2**32 - 1)


def test_while_it_works_the_page_says_so_and_keeps_the_text(a_browser, endless):
    page = a_browser()
    write(page)
    send(page)
    expect(page.get_by_role("heading", name="One moment")).to_be_visible()
    expect(page.get_by_text("There is nothing for you to do")).to_be_visible()
    expect(page.locator("#proof")).to_be_focused()
    assert page.get_by_label("What do you know?").input_value() == CODE
    send(page)  # too early: nothing happens
    expect(page.get_by_role("heading", name="One moment")).to_be_visible()


def test_who_will_not_wait_sends_without_the_check(a_browser, db, endless):
    page = a_browser()
    write(page)
    send(page)
    page.get_by_role("button", name="Send without the check").click()
    expect(page.locator("#receipt-words")).to_be_visible()
    assert tips_in(db)[0].quarantined


@pytest.mark.parametrize("button", ["Send without the check", "Send the tip"])
def test_without_script_either_button_sends_it(a_browser, db, button):
    page = a_browser(java_script_enabled=False)
    write(page, scripted=False)
    send(page)
    expect(page.get_by_text("That is fine: send it without.").filter(visible=True)).to_be_visible()
    assert page.get_by_label("What do you know?").input_value() == CODE
    page.get_by_role("button", name=button).click()
    expect(page.locator("#receipt-words")).to_be_visible()
    [tip] = tips_in(db)
    assert (tip.body, tip.quarantined) == (CODE, True)


def test_where_the_sum_cannot_be_worked_out_the_button_is_there(a_browser, db):
    page = a_browser()
    page.add_init_script(BROKEN_WORKER)
    write(page)
    send(page)
    expect(page.get_by_text("That is fine: send it without.").filter(visible=True)).to_be_visible()
    page.get_by_role("button", name="Send without the check").click()
    expect(page.locator("#receipt-words")).to_be_visible()
    assert tips_in(db)[0].quarantined


def test_a_browser_whose_answers_are_refused_is_not_kept_at_it(a_browser, db, monkeypatch):
    monkeypatch.setattr(proof, "holds", lambda *_args: False)
    page = a_browser()
    write(page)
    send(page)
    expect(page.get_by_text("yours could not")).to_be_visible()
    page.get_by_role("button", name="Send without the check").click()
    expect(page.locator("#receipt-words")).to_be_visible()
    assert tips_in(db)[0].quarantined


def test_who_sends_without_the_check_and_is_told_to_wait_can_send_again(a_browser, db, endless, monkeypatch):
    page = a_browser()
    write(page)
    send(page)
    expect(page.get_by_role("heading", name="One moment")).to_be_visible()
    with monkeypatch.context() as patched:
        patched.setattr(tip_pages, "tried", lambda _what: Try(admitted=False, lately=99))
        page.get_by_role("button", name="Send without the check").click()
        expect(page.get_by_role("alert")).to_contain_text("taking a break")
    send(page)
    expect(page.get_by_role("heading", name="One moment")).to_be_visible()
    page.get_by_role("button", name="Send without the check").click()
    expect(page.locator("#receipt-words")).to_be_visible()


def test_a_worker_that_fails_is_told_as_such(a_browser, db):
    page = a_browser()
    page.add_init_script(BROKEN_WORKER)
    write(page)
    send(page)
    expect(page.get_by_text("yours could not")).to_be_visible()
    expect(page.locator("#proof")).to_have_accessible_name("Your tip has not been sent yet")
