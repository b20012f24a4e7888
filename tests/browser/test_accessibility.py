"""axe finds nothing on any page: light, dark, and right to left."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from builders import NOON, a_person, a_story, a_tip
from intake.sending import PROGRAM, TEXT
from playwright.sync_api import Page, Route, expect
from windows import sign_in

from tipline.drafts.actions import promote
from tipline.models import Link, Role

READERS = ["/", "/tip", "/receipt", "/stars", "/privacy", "/help", "/nowhere", "/newsroom/login"]
STAFF = [
    f"/newsroom/{page}"
    for page in (
        "queue",
        "queue?state=declined",
        "stories",
        "people",
        "drafts",
        "audit",
        "users",
        "desks",
        "users/held?email=moderator@lantern.example",
        "account",
        "log",
        "replies",
        "watched",
        "stats",
        "stats?by=story",
        "stats?by=hour",
    )
]
FILES = [
    {"name": "diary.txt", "mimeType": "text/plain", "buffer": TEXT},
    {"name": "trip.jpg", "mimeType": "image/jpeg", "buffer": PROGRAM},
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def furnished(db, staff, now):
    """Addresses of pages that need something to show."""
    story = a_story(
        db, "Paper Swans cancel the second night", published_flag="The printed zone was not in force."
    )
    person = a_person(db)
    tip = a_tip(db, "She left by the side door. https://example.org/video", about="Ilka", story_id=story.id)
    a_tip(db, "شوهدت إيلكا في المطار صباح اليوم مع حقيبة كبيرة", language="ar")
    with db.write() as session:
        session.add(Link(tip_id=tip.id, story_id=story.id, by_id=staff[Role.EDITOR].id, at=NOON))
        draft = promote(session, [tip.ref], by=staff[Role.EDITOR], now=NOON)
    return {
        "readers": [f"/stories/{story.slug}", f"/tip?story={story.slug}", f"/stars/{person.slug}"],
        "staff": [f"/newsroom/tips/{tip.ref}", f"/newsroom/drafts/{draft.ref}"],
    }


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{page.url}: {each['id']} {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.only("sqlite")  # how a page looks is no matter of the database
@pytest.mark.parametrize("look", ["light", "dark", "right to left"])
def test_axe_finds_nothing(a_browser, furnished, look):
    page = a_browser(color_scheme="dark" if look == "dark" else "light")
    found = []
    for path in READERS + furnished["readers"]:
        found += looked_at(page, path, look)
    sign_in(page, Role.ADMIN)
    for path in STAFF + furnished["staff"]:
        found += looked_at(page, path, look)
    assert found == []


def looked_at(page: Page, path: str, look: str) -> list[str]:
    page.goto(path)
    if look == "right to left":
        page.evaluate("document.documentElement.dir = 'rtl'")
    return violations(page)


@pytest.mark.only("sqlite")  # how a page looks is no matter of the database
@pytest.mark.parametrize("look", ["light", "dark", "right to left"])
def test_axe_finds_nothing_on_what_follows_a_form(a_browser, furnished, look):
    page = a_browser(intercepted=True, color_scheme="dark" if look == "dark" else "light")
    found: list[str] = []
    held: list[Route] = []

    def look_at() -> None:
        page.wait_for_load_state("domcontentloaded")  # a click waits for the answer, not for its root
        if look == "right to left":
            page.evaluate("document.documentElement.dir = 'rtl'")
        found.extend(violations(page))

    def add_files() -> None:
        page.get_by_text("Photos, video, documents").click()
        page.get_by_label("Add files").set_input_files(FILES)
        expect(page.locator("#files-list")).to_contain_text("arrived")
        expect(page.locator("#files-list")).to_contain_text("not a kind of file that we can take")
        look_at()

    page.goto("/tip")
    add_files()
    page.route("**/tip", lambda route: held.append(route))
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("button", name="Sending…")).to_be_visible()
    look_at()
    page.unroute("**/tip")
    held[0].continue_()
    expect(page.locator(".error-summary")).to_be_focused()
    look_at()
    page.get_by_label("What do you know?").fill("The lamp was lit at four.")
    page.get_by_role("button", name="Send the tip").click()
    words = page.locator("#receipt-words").inner_text()
    look_at()
    page.goto("/receipt")
    page.get_by_label("words").fill(words)
    page.locator("main form button").first.click()
    expect(page.get_by_text("Photos, video, documents")).to_be_visible()
    look_at()
    add_files()
    sign_in(page, Role.ADMIN)
    draft = furnished["staff"][1]
    page.goto(f"{draft}/revisions/1")
    look_at()
    page.goto(f"{draft}/preview")
    look_at()
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 2560])
def test_no_page_scrolls_sideways(a_browser, furnished, width):
    page = a_browser(viewport={"width": width, "height": 900})
    wide = []
    sign_in(page, Role.ADMIN)
    for path in READERS[:-1] + furnished["readers"] + STAFF + furnished["staff"]:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []
