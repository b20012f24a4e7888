"""The form on another site, with third-party cookies blocked: the button, the dialog, the receipt in it."""

import shutil
from dataclasses import replace

import pytest
from browser.conftest import FLAGS
from browser.host_site import CANONICAL, a_site
from intake.readers import tips_in
from playwright.sync_api import expect

WITHOUT_THIRD_PARTY_COOKIES = "--test-third-party-cookie-phaseout"
BUTTON = "Got A Tip?"
TITLE = "Send a tip to The Lantern"


@pytest.fixture(scope="module")
def strict_chromium(chromium):
    """Chromium with third-party cookies blocked; `chromium` has checked that there is one."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    browser = chromium.browser_type.launch(executable_path=path, args=[*FLAGS, WITHOUT_THIRD_PARTY_COOKIES])
    yield browser
    browser.close()


@pytest.fixture
def gazette():
    with a_site("127.0.0.2") as site:
        yield site


@pytest.fixture
def settings(settings, gazette):
    return replace(settings, embed_origins=(gazette.origin,))


@pytest.fixture
def read(strict_chromium, address, gazette):
    """A function: the Gazette's page in a fresh window, and what its console said."""
    contexts = []
    gazette.desk = address

    def open_page(site=gazette, **options):
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = strict_chromium.new_context(**options)
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(f"{site.origin}/2026/03/ida-marlowe-leith/?utm_source=mail")
        return page

    yield open_page
    for context in contexts:
        context.close()


def opened(page):
    """Click the button; return the dialog and what stands in its frame."""
    page.get_by_role("button", name=BUTTON).click()
    dialog = page.get_by_role("dialog", name=TITLE)
    expect(dialog).to_be_visible()
    frame = page.frame_locator("iframe[title='Send a tip to The Lantern']")
    expect(frame.get_by_role("heading", name="Got a tip?")).to_be_visible()
    return dialog, frame


def sent(frame, text="She came on the mail boat."):
    frame.get_by_label("What do you know?").fill(text)
    frame.get_by_role("button", name="Send the tip").click()
    expect(frame.locator("#receipt-words")).to_be_visible()


def focused(page):
    """Say what has the focus, also where it stands in a shadow tree."""
    return page.evaluate(
        """() => {
          let element = document.activeElement;
          while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
          return `${element.tagName} ${element.textContent || element.title}`;
        }"""
    )


def is_locked(page):
    return page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"


def test_a_tip_is_sent_from_another_site_and_the_receipt_shown_there(read, db):
    page = read()
    _, frame = opened(page)
    sent(frame)
    assert len(frame.locator("#receipt-words span").all()) == 6
    [tip] = tips_in(db)
    assert (tip.body, tip.channel, tip.page_url) == ("She came on the mail boat.", "embed", CANONICAL)
    assert page.said == []
