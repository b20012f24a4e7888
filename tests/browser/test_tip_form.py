"""The reader's form in a real browser: by keyboard, without script, offline, on a small screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from builders import a_story
from playwright.sync_api import Page, expect
from sqlalchemy.exc import OperationalError
from windows import until

from tipline.intake import actions
from tipline.models import Tip

PHONE = {"viewport": {"width": 390, "height": 844}}
SCRIPTS = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def body(page: Page):
    return page.locator("#body")


def send(page: Page) -> None:
    page.locator("#token").click()


def tips_in(db) -> list[Tip]:
    with db.read() as session:
        return list(session.query(Tip).order_by(Tip.id))


def open_all(page: Page) -> None:
    closed = page.locator("details.fold:not([open]):visible > summary")
    while closed.count():
        closed.first.click()


@SCRIPTS
def test_each_kind_shows_just_the_questions_that_fit(a_browser, javascript):
    page = a_browser(java_script_enabled=javascript, **PHONE)
    page.goto("/tip")
    asked = {
        "A tip": ("What do you know?", ["Who is it about?", "Where did it happen?", "When?"]),
        "A correction": (
            "What is wrong, and what is right?",
            ["Which story is it?", "Where can we check it?"],
        ),
        "A press release": ("What is the news?", ["Who is it from?", "Is there an embargo?"]),
        "A question": ("What do you want to know?", ["Who or what is it about?"]),
    }
    for kind, (main, more) in asked.items():
        page.get_by_label(kind).check()
        open_all(page)
        for label in (main, *more):
            expect(page.get_by_role("textbox", name=label, exact=True)).to_be_visible()
        others = {label for each, labels in asked.values() for label in (each, *labels)} - {main, *more}
        for label in others:
            expect(page.get_by_role("textbox", name=label, exact=True)).to_have_count(0)
        expect(page.locator("#how")).to_be_visible(visible=kind in {"A tip", "A correction"})
        expect(
            page.get_by_role("button", name=f"Send the {kind.split(' ', 1)[1]}", exact=True)
        ).to_be_visible()


@SCRIPTS
def test_an_answered_question_stays_whatever_is_chosen(a_browser, db, javascript):
    page = a_browser(java_script_enabled=javascript, **PHONE)
    page.goto("/tip")
    open_all(page)
    page.locator("#place").fill("Leith")
    page.get_by_label("Someone told me").check()
    page.get_by_label("A question").check()
    expect(page.locator("#place")).to_be_visible()
    expect(page.get_by_label("Someone told me")).to_be_visible()
    expect(page.locator("#happened")).to_be_hidden()
    page.locator("#place").fill("")
    expect(page.locator("#place")).to_be_hidden()
    page.get_by_label("I’d rather not say").check()
    expect(page.locator("#how")).to_be_hidden()


@SCRIPTS
def test_mistakes_take_the_focus_and_lead_to_their_field(a_browser, db, javascript):
    page = a_browser(java_script_enabled=javascript, **PHONE)
    page.goto("/tip")
    open_all(page)
    page.get_by_label("E-mail address").fill("vera")
    page.get_by_label("Your name").fill("Vera")
    send(page)
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_value("vera")
    expect(page.get_by_label("Your name")).to_have_value("Vera")
    page.get_by_role("link", name="Check the e-mail address").click()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_accessible_description(
        "Error: Check the e-mail address: it looks like name@example.org."
    )
    assert Axe().run(page, options=RULES).response["violations"] == [] if javascript else True
    page.get_by_label("E-mail address").fill("")
    body(page).fill("She left by the side door.")
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert [tip.body for tip in tips_in(db)] == ["She left by the side door."]


@SCRIPTS
def test_not_about_this_loses_nothing(a_browser, db, javascript):
    story = a_story(db, "Drummer buys lighthouse")
    page = a_browser(java_script_enabled=javascript, **PHONE)
    page.goto(f"/tip?story={story.slug}")
    expect(page.get_by_text("“Drummer buys lighthouse”")).to_be_visible()
    body(page).fill("Something else entirely.")
    page.get_by_label("A correction").check()
    page.get_by_role("button", name="Not about this").click()
    expect(page.get_by_text("“Drummer buys lighthouse”")).to_have_count(0)
    expect(body(page)).to_have_value("Something else entirely.")
    expect(page.get_by_label("A correction")).to_be_checked()
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert tips_in(db)[0].story_id is None


@SCRIPTS
def test_enter_in_a_line_sends_and_keeps_the_story(a_browser, db, javascript):
    story = a_story(db, "Drummer buys lighthouse")
    page = a_browser(java_script_enabled=javascript)
    page.goto(f"/tip?story={story.slug}")
    body(page).fill("It is true.")
    open_all(page)
    page.locator("#place").fill("Leith")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert tips_in(db)[0].story_id == story.id


def test_the_whole_form_works_by_keyboard_alone(a_browser, db):
    page = a_browser()
    page.goto("/tip")

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    tab_to("#leave")
    tab_to("[name=kind]:checked")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("A correction")).to_be_checked()
    tab_to("#body")
    page.keyboard.type("It was Tuesday.")
    tab_to("details:has(#how) > summary")
    page.keyboard.press("Enter")
    tab_to("[name=how]:checked")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("I found it online")).to_be_checked()
    tab_to("#about")
    page.keyboard.type("The lighthouse one")
    tab_to("#token")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt-words span")).to_have_count(6)
    tip = tips_in(db)[0]
    assert (tip.kind, tip.body, tip.how, tip.about) == (
        "correction",
        "It was Tuesday.",
        "online",
        "The lighthouse one",
    )


def test_a_lost_connection_loses_nothing_and_makes_no_second_tip(a_browser, db):
    page = a_browser(**PHONE)
    page.goto("/tip")
    body(page).fill("She left by the side door.")
    page.context.set_offline(True)
    send(page)
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_contain_text("Nothing you wrote is lost.")
    expect(body(page)).to_have_value("She left by the side door.")
    expect(page.get_by_role("button", name="Send the tip")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.context.set_offline(False)
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert len(tips_in(db)) == 1


def test_an_answer_that_never_comes_back_makes_no_second_tip(a_browser, db):
    page = a_browser(intercepted=True, **PHONE)
    page.goto("/tip")
    body(page).fill("She left by the side door.")

    def lose_the_answer(route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/tip", lose_the_answer, times=1)
    send(page)
    expect(page.locator(".error-summary")).to_be_focused()
    assert len(tips_in(db)) == 1
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert len(tips_in(db)) == 1


def test_the_receipt_survives_a_reload(a_browser, db):
    page = a_browser(**PHONE)
    page.goto("/tip")
    body(page).fill("She left by the side door.")
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    words = page.locator("#receipt-words").inner_text()
    page.reload()
    expect(page.locator("#receipt-words")).to_have_text(words)
    assert len(tips_in(db)) == 1


def test_an_answer_of_something_between_us_leaves_the_text(a_browser, db):
    page = a_browser(intercepted=True, may_fail=True, **PHONE)
    page.goto("/tip")
    body(page).fill("She left by the side door.")
    page.route("**/tip", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"), times=1)
    send(page)
    expect(page.locator(".error-summary")).to_contain_text("did not answer as it should")
    expect(body(page)).to_have_value("She left by the side door.")


@SCRIPTS
def test_when_storing_fails_the_text_is_there_and_can_be_sent(a_browser, db, monkeypatch, javascript):
    def full(*_args: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    page = a_browser(java_script_enabled=javascript, may_fail=True, **PHONE)
    page.goto("/tip")
    body(page).fill("She left by the side door.")
    with monkeypatch.context() as patched:
        patched.setattr(actions, "submit", full)
        send(page)
        expect(page.locator(".error-summary")).to_contain_text("could not store it just now")
    expect(body(page)).to_have_value("She left by the side door.")
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert len(tips_in(db)) == 1


def draft_of(page: Page) -> str | None:
    return page.evaluate("localStorage.getItem('tipline-draft')")


def keep_a_draft(page: Page) -> None:
    page.goto("/tip")
    page.get_by_label("Keep my draft on this device").check()
    body(page).fill("She left by the side door.")
    open_all(page)
    page.locator("#place").fill("Leith")
    page.locator("#email").fill("vera@example.org")
    until(page, "localStorage.getItem('tipline-draft')?.includes('Leith')")


def test_nothing_is_kept_on_the_device_unasked(a_browser):
    page = a_browser()
    page.goto("/tip")
    body(page).fill("She left by the side door.")
    page.wait_for_timeout(700)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_draft_comes_back_without_the_contact_and_goes_when_it_is_sent(a_browser, db):
    page = a_browser()
    keep_a_draft(page)
    assert "vera@example.org" not in draft_of(page)
    page.goto("/tip")
    expect(body(page)).to_have_value("She left by the side door.")
    expect(page.locator("#place")).to_have_value("Leith")
    expect(page.get_by_text("We put back the draft")).to_be_visible()
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert draft_of(page) is None
    page.goto("/tip")
    expect(body(page)).to_have_value("")


@pytest.mark.parametrize("way", ["button", "box", "leaving"])
def test_a_draft_is_forgotten_at_once(a_browser, way):
    page = a_browser()
    keep_a_draft(page)
    if way == "button":
        page.get_by_role("button", name="Forget it now").click()
        expect(page.locator("#draft-said")).to_contain_text("Forgotten")
        expect(page.get_by_label("Keep my draft")).not_to_be_checked()
    elif way == "box":
        page.get_by_label("Keep my draft").uncheck()
    else:
        page.locator("#leave").click()
        page.wait_for_url("**/")
    assert draft_of(page) is None
    page.goto("/tip")
    page.wait_for_timeout(500)
    assert draft_of(page) is None
    expect(body(page)).to_have_value("")


def test_an_old_draft_is_forgotten(a_browser):
    page = a_browser()
    keep_a_draft(page)
    page.goto("/stars")
    page.evaluate("""() => {
        const draft = JSON.parse(localStorage.getItem("tipline-draft"));
        localStorage.setItem("tipline-draft", JSON.stringify({ ...draft, at: draft.at - 8 * 864e5 }));
    }""")
    page.goto("/tip", wait_until="load")
    until(page, "localStorage.getItem('tipline-draft') === null")
    expect(body(page)).to_have_value("")


def test_a_draft_that_had_arrived_after_all_makes_no_second_tip(a_browser, db):
    page = a_browser(intercepted=True)
    keep_a_draft(page)
    page.locator("#email").fill("")
    page.route("**/tip", lambda route: (route.fetch(), route.abort("connectionreset")), times=1)
    send(page)
    expect(page.locator(".error-summary")).to_be_focused()
    page.goto("/tip")
    expect(body(page)).to_have_value("She left by the side door.")
    send(page)
    expect(page.locator("#receipt-words span")).to_have_count(6)
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize("way", ["button", "escape"])
def test_leaving_replaces_the_page(a_browser, way):
    page = a_browser()
    page.goto("/stars")
    page.goto("/tip")
    body(page).fill("She left by the side door.")
    if way == "button":
        page.get_by_role("link", name="Leave this page").click()
    else:
        page.keyboard.press("Escape")
        expect(page.get_by_role("status").filter(has_text="Press Esc once more")).to_have_count(1)
        page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/stars$"))


def test_one_escape_leaves_nothing(a_browser):
    page = a_browser()
    page.goto("/tip")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1200)
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile(r"/tip$"))


def test_the_way_out_works_without_script_and_promises_no_more(a_browser):
    page = a_browser(java_script_enabled=False)
    page.goto("/tip")
    expect(page.get_by_text("Your browser’s history may still show this address.")).to_be_visible()
    expect(page.get_by_text("press Esc")).to_be_hidden()
    expect(page.get_by_label("Keep my draft")).to_be_hidden()
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url(re.compile(r"/$"))


@pytest.mark.parametrize("zoomed", [False, True], ids=["320 px", "400 % of 1280 px"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_scrolls_sideways(a_browser, db, zoomed, direction):
    story = a_story(db, "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente " * 2)
    options = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4} if zoomed else {}
    page = a_browser(**(options or {"viewport": {"width": 320, "height": 640}}))
    page.goto(f"/tip?story={story.slug}")
    page.evaluate("direction => document.documentElement.dir = direction", direction)
    for kind in page.locator("[name=kind]").all():
        kind.check()
        open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_every_control_has_a_name_and_is_large_enough(a_browser, db):
    page = a_browser(**PHONE)
    page.goto(f"/tip?story={a_story(db).slug}")
    open_all(page)
    assert Axe().run(page, options=RULES).response["violations"] == []
    small = page.evaluate("""() =>
        [...document.querySelectorAll("main :is(a, button, input, textarea, summary)")]
        .filter((each) => each.checkVisibility() && each.closest(".choice, p:not(.about-story)") === null)
        .filter((each) => !each.matches(".visually-hidden"))
        .filter((each) => each.getBoundingClientRect().height < 24)
        .map((each) => each.outerHTML)""")
    assert [html for html in small if "stories/" not in html] == []


def test_the_page_is_light_and_asks_no_other_host(a_browser, address):
    page = a_browser(**PHONE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    page.goto("/tip", wait_until="networkidle")
    assert len(weights) > 5
    assert sum(weights) < 60_000
