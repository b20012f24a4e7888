"""The desk by keys alone: deciding, taking back, keys of one's own, the palette."""

import re

from browser.desk import a_queue, at_the_desk, pending, press, shown, states, until_pending
from playwright.sync_api import expect

from tipline.models import State


def test_twenty_tips_are_decided_and_five_taken_back(db, a_browser, staff):
    a_queue(db, 24)
    page = at_the_desk(a_browser())
    decided = []
    for act in [("a",), ("d", "n"), ("!",), ("D",), ("h", "1")] * 4:
        decided.append(shown(page))
        press(page, *act)
    until_pending(page, db, 4)
    found = states(db)
    wanted = [State.ACCEPTED, State.DECLINED, State.SPAM, State.DECLINED, State.SNOOZED] * 4
    assert [found[ref] for ref in decided] == wanted
    assert len(set(decided)) == 20

    for ref in reversed(decided[-5:]):
        page.keyboard.press("z")
        expect(page.locator("#pane .tip")).to_have_attribute("data-ref", ref)
        expect(page.locator("#notices")).to_contain_text("Taken back")
    assert pending(db) == 9


def test_what_was_done_before_a_reload_is_taken_back(db, a_browser, staff):
    a_queue(db, 3)
    page = at_the_desk(a_browser())
    first = shown(page)
    press(page, "a")
    until_pending(page, db, 2)
    page.goto("/newsroom/queue")
    page.keyboard.press("z")
    expect(page.locator("#pane .tip")).to_have_attribute("data-ref", first)
    expect(page.locator("#notices")).to_contain_text("Taken back")
    assert pending(db) == 3
    page.keyboard.press("z")
    expect(page.locator("#notices")).to_contain_text("nothing since you signed in")
    expect(page.locator("#pane .tip")).to_have_attribute("data-ref", first)


def test_keys_in_a_field_are_letters(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    page.keyboard.press("n")
    page.keyboard.type("a d ! z")
    expect(page.get_by_label("A note")).to_have_value("a d ! z")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Search tips")).to_be_focused()
    assert pending(db) == 2


def test_a_person_chooses_their_own_keys(db, a_browser, staff):
    a_queue(db, 3)
    page = at_the_desk(a_browser())
    page.goto("/newsroom/account")
    page.get_by_label("accept", exact=True).fill("d")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.locator("#keys-form")).to_contain_text("cannot both have the key d")
    page.get_by_label("accept", exact=True).fill("y")
    page.get_by_label("The usual reason to decline").select_option("advertising")
    page.get_by_role("button", name="Keep these keys").click()
    page.goto("/newsroom/queue")
    accept = page.get_by_role("button", name="Accept")
    expect(accept.locator("kbd")).to_have_text("y")
    expect(accept).to_have_attribute("aria-keyshortcuts", "y")
    first = shown(page)
    page.keyboard.press("a")
    press(page, "y")
    expect(page.get_by_role("button", name="Accept").locator("kbd")).to_have_text("y")
    until_pending(page, db, 2)
    assert states(db)[first] == State.ACCEPTED
    press(page, "D")
    expect(page.locator("#notices")).to_contain_text("advertising")


def test_keys_are_switched_off(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    page.goto("/newsroom/account")
    page.get_by_label("Switch all keys off").check()
    page.get_by_role("button", name="Keep these keys").click()
    page.goto("/newsroom/queue")
    page.keyboard.press("a")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    for act in ("Accept", "Tag it"):
        expect(page.get_by_role("button", name=act).locator("kbd")).to_be_hidden()
    assert pending(db) == 2


def test_the_palette_finds_acts_and_pages(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    first = shown(page)
    page.keyboard.press("Control+k")
    find = page.get_by_role("combobox", name="An act or a page")
    expect(find).to_be_focused()
    find.fill("spam")
    expect(page.locator("#palette-0")).to_have_text(re.compile("^Spam"))
    expect(find).to_have_attribute("aria-activedescendant", "palette-0")
    page.keyboard.press("Enter")
    expect(page.locator(f'#pane .tip[data-ref="{first}"]')).to_have_count(0)
    until_pending(page, db, 1)
    assert states(db)[first] == State.SPAM
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    expect(page.locator("#palette-none")).to_contain_text("Nothing here")
    find.fill("people")
    page.keyboard.press("Enter")
    page.wait_for_url("**/newsroom/people")


def test_g_and_a_letter_go_somewhere(db, a_browser, staff):
    a_queue(db, 1)
    page = at_the_desk(a_browser())
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/newsroom/stories")


def test_a_note_that_is_half_written_waits_at_its_tip(db, a_browser, staff):
    a_queue(db, 2)
    page = at_the_desk(a_browser())
    first = shown(page)
    page.keyboard.press("n")
    page.keyboard.type("She called from")
    page.keyboard.press("Escape")
    press(page, "j")
    expect(page.get_by_label("A note")).to_have_value("")
    press(page, "k")
    expect(page.locator("#pane .tip")).to_have_attribute("data-ref", first)
    expect(page.get_by_label("A note")).to_have_value("She called from")
    page.get_by_label("A note").fill("She called from the pier")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#pane")).to_contain_text("She called from the pier")
    expect(page.get_by_label("A note")).to_have_value("")
    press(page, "j")
    press(page, "k")
    expect(page.get_by_label("A note")).to_have_value("")
