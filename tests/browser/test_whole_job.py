"""The whole job once, as people do it: a tip is sent, found, linked, promoted, written, and heard of."""

import re

import pytest
from builders import a_person
from playwright.sync_api import Page, expect
from windows import sign_in

from tipline import clock, worker
from tipline.keys import Keyring
from tipline.models import Role
from tipline.stories import sources
from tipline.stories.actions import import_stories

PAGE_TEXT = """\
Got A Tip?

Star Seeker


Ilka Brandvold Buys A Lighthouse — And She's Moving In!

ilka brandvold : buys a lighthouse

The drummer of Paper Swans has bought the old lighthouse at Vardoe.

Related: Paper Swans Cancel The Second Night In Bergen

“Ilka always wanted a door that nobody can knock at,” a friend said.

[Image via Nils Aaberg/Instagram]

Related Posts

Mar 02, 2026 09:15am PST
"""
TIP = "I saw Ilka at the harbor in Vardoe this morning, carrying a lamp the size of a cow."


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_tip_from_reader_to_draft_and_back(app, db, settings, a_browser, staff, javascript):
    a_person(db, "Ilka Brandvold", aliases=("Ilka",))
    found = sources.parse(PAGE_TEXT.encode(), "page.txt", kind="text", site_timezone=settings.site_timezone)
    assert import_stories(db, found, now=clock.now(), site_timezone=settings.site_timezone).new == 1

    reader = a_browser(java_script_enabled=javascript, viewport={"width": 390, "height": 800})
    words = send_the_tip(reader)
    bench = worker.Bench(settings, db, Keyring.of(settings.encryption_keys))
    while worker.run_once(bench):
        pass

    moderator = a_browser(java_script_enabled=javascript)
    find_and_link(moderator)
    editor = a_browser(java_script_enabled=javascript)
    promote_and_write(editor)

    reader.goto("/receipt")
    reader.get_by_label("words").fill(" ".join(words).upper())
    reader.locator("main form button").first.click()
    expect(reader.locator("main")).to_contain_text("being looked at", ignore_case=True)
    expect(reader.locator("main")).not_to_contain_text("Edie")

    admin = a_browser(java_script_enabled=javascript)
    sign_in(admin, Role.ADMIN)
    admin.goto("/newsroom/audit")
    trail = admin.locator("main")
    for said in ("Mo Castellane", "Edie Okonjo"):
        expect(trail).to_contain_text(said)
    assert TIP not in admin.content()


def send_the_tip(page: Page) -> list[str]:
    page.goto("/")
    page.get_by_role("link", name=re.compile("Lighthouse")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Ilka Brandvold Buys A Lighthouse — And She's Moving In!"
    )
    page.locator("main").get_by_role("link", name="Got A Tip?").first.click()
    expect(page.locator("main")).to_contain_text("Lighthouse")
    page.get_by_label("What do you know?").fill(TIP)
    page.get_by_text("How do you know?").first.click()
    page.get_by_label("I saw or heard it myself").check()
    page.get_by_role("button", name="Send the tip").click()
    words = page.locator("#receipt-words").inner_text().split()
    assert len(words) == 6
    assert page.context.cookies() == []
    return words


def find_and_link(page: Page) -> None:
    sign_in(page, Role.MODERATOR)
    page.get_by_label("Search tips").fill("lamp cow")
    page.get_by_role("button", name="Search").first.click()
    expect(page.locator("#rows li")).to_have_count(1)
    page.locator("#rows a").first.click()
    expect(page.locator("#pane, main").first).to_contain_text(TIP)
    expect(page.locator("#story-q")).to_have_value(re.compile("Ilka"))
    page.get_by_role("button", name=re.compile("Lighthouse")).click()
    page.wait_for_load_state("networkidle")
    page.goto("/newsroom/queue")
    expect(page.locator("#rows li")).to_have_count(0)


def promote_and_write(page: Page) -> None:
    sign_in(page, Role.EDITOR)
    page.goto("/newsroom/queue?state=accepted")
    page.locator("#rows a").first.click()
    page.wait_for_load_state("networkidle")  # what was shown makes way for what was asked for
    page.get_by_role("button", name="Make a draft of it").click()
    page.wait_for_url("**/newsroom/drafts/*")
    page.get_by_label("Headline").fill("What Ilka Carried Up The Hill")
    page.get_by_label("Text").fill("The lamp was **the size of a cow**, a tipster told us.")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Headline")).to_have_value("What Ilka Carried Up The Hill")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    expect(opened.value.locator("strong")).to_have_text("the size of a cow")
