"""Alerts in the browser: asked for by a click, told while nobody looks, one notice for a flood."""

from browser.desk import a_queue, arrives, at_the_desk
from playwright.sync_api import Page, expect
from sqlalchemy import update

from tipline.models import Role, User

# The border: what the browser would show on the screen is noted, and who looks is said by the test.
NOTED = """
window.told = [];
window.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() { this.permission = "granted"; return "granted"; }
  constructor(title, options) { super(); window.told.push([title, options.body, options.tag]); }
  close() { window.told.push(["closed"]); }
};
Object.defineProperty(document, "hidden", { get: () => window.away === true });
"""
LEAVE = "window.away = true; document.dispatchEvent(new Event('visibilitychange'))"
RETURN = "window.away = false; document.dispatchEvent(new Event('visibilitychange'))"


def a_desk_that_wants_alerts(db, page: Page, staff) -> Page:
    a_queue(db, 2)
    with db.write() as session:
        wanted = {"way": "browser", "scope": "all", "view": ""}
        session.execute(update(User).where(User.id == staff[Role.MODERATOR].id).values(alerts=wanted))
    page.add_init_script(NOTED)
    page.clock.install()
    return at_the_desk(page)


def told(page: Page) -> list[list[str]]:
    return page.evaluate("window.told")


def pass_until_told(page: Page, times: int) -> None:
    """Let time pass until so much was shown; an answer on its way as they left begins the wait anew."""
    for _ in range(20):
        page.clock.run_for(21_000)
        page.wait_for_timeout(200)
        if len(told(page)) >= times:
            return
    raise AssertionError(f"never told: {told(page)}")


def test_nothing_is_told_before_a_click_allows_it(db, a_browser, staff):
    page = a_desk_that_wants_alerts(db, a_browser(), staff)
    offer = page.get_by_role("button", name="Let this browser tell me")
    expect(offer).to_be_visible()
    page.evaluate(LEAVE)
    arrives(db, "The bridge is closed.")
    page.clock.run_for(60_000)
    assert told(page) == []
    page.evaluate(RETURN)
    offer.click()
    expect(page.locator("[data-alerts-here] [role=status]")).to_have_text(
        "This browser tells you of new tips."
    )
    expect(offer).to_be_hidden()


def test_while_nobody_looks_one_notice_grows_and_looking_ends_it(db, a_browser, staff):
    page = a_desk_that_wants_alerts(db, a_browser(), staff)
    page.get_by_role("button", name="Let this browser tell me").click()
    page.evaluate(LEAVE)
    arrives(db, "The bridge is closed.")
    pass_until_told(page, 1)
    arrives(db, "The ferry sank at noon.")
    pass_until_told(page, 2)
    [one, two] = told(page)
    assert (one[0], two[0]) == ("1 new tip", "2 new tips")
    assert one[1:] == two[1:]  # the same tag, so the later one takes the earlier one's place
    with page.expect_response("**/queue/alert?*"):
        page.evaluate(RETURN)
    assert told(page)[2] == ["closed"]
    page.evaluate(LEAVE)
    arrives(db, "The mayor swam.")
    pass_until_told(page, 4)
    assert told(page)[3][0] == "1 new tip"


def test_the_accounts_page_asks_by_a_click_too(db, a_browser, staff):
    page = a_desk_that_wants_alerts(db, a_browser(), staff)
    page.goto("/newsroom/account")
    page.get_by_role("button", name="Let this browser tell me").click()
    expect(page.locator("[data-alerts-here] [role=status]")).to_have_text(
        "This browser tells you of new tips."
    )
