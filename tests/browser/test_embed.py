"""The form on another site, with third-party cookies blocked: the button, the dialog, the receipt in it."""

import shutil
from datetime import timedelta

import pytest
from browser.conftest import FLAGS
from browser.host_site import CANONICAL, a_site
from builders import a_story
from intake.readers import tips_in
from playwright.sync_api import expect

from tipline.intake import suspicion

WITHOUT_THIRD_PARTY_COOKIES = "--test-third-party-cookie-phaseout"
BUTTON = "Got A Tip?"
WITHOUT_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
"""
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
def app(an_app, gazette):
    return an_app(embed_origins=(gazette.origin,))


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
    """Click the button, wait for the form's scripts; return the dialog and what stands in its frame."""
    page.get_by_role("button", name=BUTTON).click()
    dialog = page.get_by_role("dialog", name=TITLE)
    expect(dialog).to_be_visible()
    box = page.locator(f"iframe[title='{TITLE}']")
    expect(box.content_frame.get_by_role("heading", name="Got a tip?")).to_be_visible()
    box.element_handle().content_frame().wait_for_load_state("domcontentloaded")
    return dialog, box.content_frame


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


def test_third_party_cookies_are_blocked_here_indeed(read, gazette):
    """The Gazette's page holds a frame of a third site, which sets a cookie: it must not come back."""
    with a_site("127.0.0.3") as third:
        gazette.frame = f"{third.origin}/"
        page = read()
        names = [(cookie["domain"], cookie["name"]) for cookie in page.context.cookies()]
        page.goto(f"{third.origin}/")
        after = [(cookie["domain"], cookie["name"]) for cookie in page.context.cookies()]
    assert ("127.0.0.3", "seen") not in names
    assert ("127.0.0.3", "seen") in after


def test_no_cookie_and_nothing_stored_is_needed(read):
    page = read()
    page.add_init_script(WITHOUT_STORAGE)
    page.reload()
    _, frame = opened(page)
    sent(frame)
    assert {cookie["domain"] for cookie in page.context.cookies()} == {"127.0.0.2"}


def test_the_dialog_takes_focus_and_gives_it_back(read):
    page = read()
    dialog, frame = opened(page)
    assert focused(page) == f"IFRAME {TITLE}"
    assert is_locked(page)
    frame.get_by_label("What do you know?").fill("She came on")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert focused(page) == f"BUTTON {BUTTON}"
    page.wait_for_function("getComputedStyle(document.documentElement).overflow !== 'hidden'")
    opened(page)
    assert frame.get_by_label("What do you know?").input_value() == "She came on"
    page.get_by_role("button", name="Close", exact=True).first.click()
    expect(dialog).to_be_hidden()
    assert focused(page) == f"BUTTON {BUTTON}"


def test_after_a_tip_the_dialog_begins_anew(read, db):
    page = read()
    dialog, frame = opened(page)
    sent(frame)
    frame.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    _, frame = opened(page)
    assert frame.get_by_label("What do you know?").input_value() == ""
    sent(frame, "And left by train.")
    assert [tip.body for tip in tips_in(db)] == ["She came on the mail boat.", "And left by train."]


def test_the_frame_is_as_tall_as_what_stands_in_it(read):
    page = read(viewport={"width": 1440, "height": 2000})
    _, frame = opened(page)
    box = page.locator("iframe")
    settled(box, frame)
    sent(frame)
    settled(box, frame)
    assert box.bounding_box()["height"] < 900


def height_at_rest(page):
    """Return the frame's height once it has stood still for half a second: it grows while fonts come."""
    heights = [-1.0]
    while len(heights) < 40:
        page.wait_for_timeout(500)
        heights.append(page.locator("iframe").bounding_box()["height"])
        if heights[-1] == heights[-2]:
            return heights[-1]
    raise AssertionError(f"the frame does not come to rest: {heights}")


def settled(box, frame):
    """Wait until the frame is as tall as its page, which grows while its fonts come."""
    for _ in range(50):
        height = frame.locator("body").evaluate("body => body.offsetHeight")
        if box.evaluate("box => getComputedStyle(box).blockSize") == f"{height}px":
            return
        box.page.wait_for_timeout(100)
    raise AssertionError(f"the frame is not {height} px tall")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844)])
def test_on_a_phone_it_fills_the_screen(read, width, height):
    page = read(viewport={"width": width, "height": height})
    dialog, frame = opened(page)
    expect(dialog).to_have_css("width", f"{width}px")
    expect(dialog).to_have_css("height", f"{height}px")
    wide = frame.locator("html").evaluate("html => html.scrollWidth > html.clientWidth")
    assert not wide
    sent(frame)


def test_an_error_stays_in_the_dialog_and_loses_nothing(read):
    page = read()
    _, frame = opened(page)
    frame.get_by_label("What do you know?").fill("She came on the mail boat.")
    frame.get_by_text("Who, where, when").click()
    frame.get_by_label("Is it online somewhere?").fill("not a link")
    frame.get_by_role("button", name="Send the tip").click()
    expect(frame.locator(".error-summary")).to_be_visible()
    assert frame.get_by_label("What do you know?").input_value() == "She came on the mail boat."
    frame.get_by_label("Is it online somewhere?").fill("")
    frame.get_by_role("button", name="Send the tip").click()
    expect(frame.locator("#receipt-words")).to_be_visible()


def test_the_page_of_a_story_of_ours_is_that_story(read, db):
    story = a_story(db, "Ida Marlowe spotted in Leith", url=CANONICAL.rstrip("/"))
    page = read()
    _, frame = opened(page)
    expect(frame.get_by_text("“Ida Marlowe spotted in Leith”")).to_be_visible()
    sent(frame)
    [tip] = tips_in(db)
    assert (tip.story_id, tip.page_url) == (story.id, None)


STRICT = (
    "default-src 'none'; style-src 'self'; script-src {desk}; frame-src {desk}; "
    "require-trusted-types-for 'script'"
)


def test_it_works_under_a_strict_policy_of_the_page(read, gazette, address, db):
    gazette.policy = STRICT.format(desk=address)
    page = read()
    dialog, frame = opened(page)
    expect(dialog).to_have_css("border-radius", "10px")
    sent(frame)
    assert len(tips_in(db)) == 1
    assert page.said == []


def test_a_loud_theme_reaches_neither_button_nor_dialog(read):
    page = read()
    dialog, _ = opened(page)
    assert page.get_by_role("button", name=BUTTON, include_hidden=True).evaluate(
        "button => getComputedStyle(button).borderStyle"
    ) == "none"  # fmt: skip
    assert page.locator("iframe").bounding_box()["width"] > 500
    expect(dialog).to_have_css("text-transform", "none")


def test_a_page_that_may_not_embed_gets_a_link(read, address, gazette):
    with a_site("127.0.0.3") as other:
        other.desk = address
        page = read(other)
        link = page.get_by_role("link", name=BUTTON)
        assert link.get_attribute("href").startswith(f"{address}/tip?url=https%3A%2F%2Fgazette.example%2F")
        with page.expect_popup() as popup:
            link.click()
        expect(popup.value.get_by_role("heading", name="Got a tip?")).to_be_visible()


def test_a_page_that_may_not_embed_is_refused_the_frame(read, address):
    with a_site("127.0.0.3") as other:
        other.desk, other.frame = address, f"{address}/embed/tip"
        page = read(other)
        assert page.frames[1].evaluate("document.body.innerText").find("Got a tip?") == -1
        assert any("frame-ancestors" in said for said in page.said)


def test_no_other_page_is_ever_framed(read, gazette, address):
    gazette.frame = f"{address}/tip"
    page = read()
    assert any("frame" in said.lower() for said in page.said)
    assert "Got a tip?" not in page.frames[1].evaluate("document.body.innerText")


def test_a_script_in_the_head_floats_the_button(read, gazette, db):
    gazette.in_head = True
    page = read()
    expect(page.get_by_role("button", name=BUTTON)).to_have_css("position", "fixed")
    _, frame = opened(page)
    sent(frame)
    assert tips_in(db)[0].page_url == CANONICAL


def test_the_page_may_choose_words_and_color(read, gazette):
    gazette.attributes = '="Tell the Gazette" data-color="rgb(0, 64, 128)"'
    page = read()
    button = page.get_by_role("button", name="Tell the Gazette")
    accent = button.evaluate(
        "button => getComputedStyle(button.getRootNode().host).getPropertyValue('--accent')"
    )
    assert accent.strip() == "rgb(0, 64, 128)"


def test_messages_of_others_move_nothing(read):
    page = read()
    dialog, _ = opened(page)
    before = height_at_rest(page)
    page.evaluate("postMessage({ tipline: 'height', height: 9 }, '*')")
    page.evaluate("postMessage({ tipline: 'close' }, '*')")
    page.evaluate("postMessage(null, '*')")
    page.wait_for_timeout(200)
    assert page.locator("iframe").bounding_box()["height"] == before
    expect(dialog).to_be_visible()
    assert page.said == []


def test_under_suspicion_the_sum_is_worked_out_in_the_dialog(read, db, monkeypatch):
    monkeypatch.setattr(suspicion, "QUICKEST", timedelta(hours=1))
    page = read()
    _, frame = opened(page)
    frame.get_by_label("What do you know?").fill("[url=https://cheap.example]cheap[/url]")
    frame.get_by_role("button", name="Send the tip").click()
    expect(frame.locator("#receipt-words")).to_be_visible()
    assert [tip.quarantined for tip in tips_in(db)] == [False]


def test_a_browser_without_constructed_sheets_shows_the_button_too(strict_chromium, address, gazette):
    gazette.desk = address
    context = strict_chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(
        "window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor'); } };"
    )
    page = context.new_page()
    page.goto(f"{gazette.origin}/2026/03/ida-marlowe-leith/")
    opened(page)
    assert page.get_by_role("button", name=BUTTON).evaluate("b => !!b.getRootNode().querySelector('style')")
    context.close()
