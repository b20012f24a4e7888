"""A decision is sent once the next tip stands on the screen, and at once when somebody leaves before."""

from browser.desk import a_queue, at_the_desk, fetched_ahead, press, shown, states, until_pending
from playwright.sync_api import expect

from tipline.models import State

# Notes, in order: when the next tip stands in the page, when a frame began after that, and each request.
NOTED = """(() => {
  window.noted = [];
  const before = document.querySelector("#pane .tip").dataset.ref;
  new MutationObserver((_, watching) => {
    if (document.querySelector("#pane .tip")?.dataset.ref === before) return;
    watching.disconnect();
    noted.push("stands");
    requestAnimationFrame(() => noted.push("frame"));
  }).observe(document.getElementById("pane"), { childList: true });
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) { noted.push("request"); send.call(this, body); };
  const { fetch } = window;
  window.fetch = (...asked) => { noted.push("request"); return fetch(...asked); };
})()"""
HIDDEN = "window.requestAnimationFrame = () => 0"


def test_nothing_is_sent_before_the_next_tip_is_painted(db, a_browser, staff):
    a_queue(db, 3)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    page.evaluate(NOTED)
    press(page, "a")
    until_pending(page, db, 2)
    assert page.evaluate("noted.slice(0, 3)") == ["stands", "frame", "request"]


def test_a_decision_is_sent_though_no_frame_comes(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    page.evaluate(HIDDEN)
    press(page, "a")
    until_pending(page, db, 1)


def test_who_leaves_before_the_frame_has_decided(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    first = shown(page)
    # the frame never comes, and the page is gone before anything else could send it
    page.evaluate(f"{HIDDEN}; window.setTimeout = () => 0")
    press(page, "a")
    assert set(states(db).values()) == {State.PENDING}
    page.goto("/newsroom/stats")
    expect(page.locator("h1")).to_contain_text("Statistics")
    until_pending(page, db, 1)
    assert states(db)[first] == State.ACCEPTED


def test_many_keys_in_a_row_each_find_their_tip(db, a_browser, staff):
    a_queue(db, 8)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    for _ in range(7):
        press(page, "a")
    until_pending(page, db, 1)


def test_what_is_taken_back_has_one_row_marked(db, a_browser, staff):
    a_queue(db, 4)
    page = at_the_desk(a_browser())
    fetched_ahead(page)
    refs = [shown(page)]
    for _ in range(2):
        press(page, "a")
        refs.append(shown(page))
        until_pending(page, db, 4 - len(refs) + 1)
    for left in reversed(refs[:-1]):
        page.keyboard.press("z")
        expect(page.locator(f'#pane .tip[data-ref="{left}"]')).to_be_visible()
        expect(page.locator("#rows [aria-current]")).to_have_count(1)
        expect(page.locator(f"#row-{left} [aria-current]")).to_have_count(1)
        expect(page.locator(f"#row-{left}.settled")).to_have_count(0)
