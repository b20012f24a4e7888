"""A hundred tips decided by keys alone, by mouse, and without scripts, with everything that comes between."""

import re

import pytest
from browser.desk import at_the_desk
from browser.hundred import HEADLINE, SCRIPT, TAG, Step, a_hundred, check, noted
from builders import fresh
from playwright.sync_api import Page, expect

from tipline import clock
from tipline.models import Decision, Role, Tip, show_ref
from tipline.triage.decide import decide

LETTERS = {
    "unverifiable": "u",
    "not_news": "n",
    "known": "k",
    "off_topic": "o",
    "advertising": "a",
    "abusive": "b",
}
NEWEST = "?sort=newest"
PATIENCE = 20_000  # milliseconds, on a machine that has much else to do


class Hands:
    """What keys and mouse have in common: what is seen."""

    def __init__(self, page: Page, *, scripts: bool) -> None:
        self.page, self.scripts = page, scripts

    def sees(self, tip: Tip) -> None:
        """Wait for a tip in the pane, taken up by the scripts where there are some."""
        pane = "#pane:not(.htmx-settling, .htmx-swapping)"
        expect(self.page.locator(f'{pane} .tip[data-ref="{tip.ref}"]')).to_be_visible(timeout=PATIENCE)

    def hears(self, words: str) -> None:
        expect(self.page.locator("#notices")).to_contain_text(words, timeout=PATIENCE)


class Keys(Hands):
    """Nothing but the keyboard."""

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, act: str, given: str) -> None:
        plain = {"accept": "a", "spam": "!", "usual": "D", "likely": "1"}
        if act in plain:
            self.press(plain[act])
        elif act == "decline":
            self.press("d", LETTERS[given])
        elif act == "other":
            self.press("d")
            while not self.page.evaluate("document.activeElement.matches('#reason-text')"):
                self.press("Tab")
            self.page.keyboard.type(given)
            self.press("Enter")
        elif act == "later":
            self.press("h", "1")
        else:
            self.press("l", "Delete", "Enter")

    def claim(self) -> None:
        mine = self.page.locator("#claim")
        expect(mine).to_contain_text("you have it open")  # opening it did that
        self.press("c")
        expect(mine).to_contain_text("I’m on it")
        self.press("c")
        expect(mine).to_contain_text("you have it open")

    def tag(self, word: str) -> None:
        self.press("t")
        self.page.keyboard.type(word)
        self.press("Enter")
        expect(self.page.locator(".tags")).to_contain_text(word)
        self.press("Escape")  # the field keeps the focus, for another tag

    def note(self, words: str) -> None:
        self.press("n")
        self.page.keyboard.type(words)
        self.press("Tab", "Enter")

    def take_back(self) -> None:
        self.press("z")

    def settle_conflict(self, trouble: str) -> None:
        expect(self.page.locator(".conflict")).to_be_focused()
        self.press("Tab", *(["Tab"] if trouble == "override" else []), "Enter")


class Mouse(Hands):
    """Clicks, and letters only where words are written; the same with scripts and without."""

    def button(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{name}")).click()

    def menu(self, name: str) -> None:
        self.page.locator(".decisions summary", has_text=name).click()

    def decide(self, act: str, given: str) -> None:
        if act in {"accept", "spam"}:
            self.button(act.title())
        elif act in {"decline", "usual"}:
            self.menu("Decline")
            self.page.locator(f'.decisions button[name="reason"][value="{given or "not_news"}"]').click()
        elif act == "other":
            self.menu("Decline")
            self.page.get_by_label("Another reason").fill(given)
            self.page.locator("#reason-text + button").click()
        elif act == "later":
            self.menu("Later")
            self.page.get_by_role("button", name="In two hours").click()
        elif act == "likely":
            self.page.get_by_role("button", name=HEADLINE).click()
        else:
            self.page.locator("[data-last-used]").click()

    def claim(self) -> None:
        box = self.page.locator("#claim")
        if self.scripts:
            expect(box).to_contain_text("you have it open")
            self.button("Let it go")
        self.button("I’m on it")
        expect(box).to_contain_text("you have it open")

    def tag(self, word: str) -> None:
        self.page.get_by_label("A tag").fill(word)
        self.button("Tag it")

    def note(self, words: str) -> None:
        self.page.get_by_text("Notes for colleagues").click()
        self.page.get_by_label("A note").fill(words)
        self.button("Keep the note")

    def take_back(self) -> None:
        self.page.locator("#notices").get_by_role("button", name="Undo").click()

    def settle_conflict(self, trouble: str) -> None:
        conflict = self.page.locator(".conflict")
        choice = conflict.get_by_role("link") if trouble == "keep" else conflict.get_by_role("button")
        choice.click()


@pytest.mark.only("sqlite")  # races, model and pairs ask PostgreSQL the same
@pytest.mark.timeout(900)  # a minute, unless the machine has much else to do
@pytest.mark.parametrize(
    ("hands", "scripts"),
    [
        pytest.param(Keys, True, id="by keys"),
        pytest.param(Mouse, True, id="by mouse"),
        pytest.param(Mouse, False, id="without scripts"),
    ],
)
def test_a_hundred_tips_are_decided(db, a_browser, staff, hands, scripts):
    tips = a_hundred(db)
    page = at_the_desk(a_browser(java_script_enabled=scripts), NEWEST)
    works = hands(page, scripts=scripts)
    for number, step in enumerate(SCRIPT):
        tip = tips[number]
        works.sees(tip)
        on_the_way(works, number, step, tip)
        if step.mistake:
            works.decide(step.mistake, "")
            works.hears(show_ref(tip.ref))
            works.take_back()
            works.hears("Taken back")
            works.sees(tip)
        if step.trouble in {"keep", "override"}:
            meet_a_colleague(db, works, step, tip, by=staff[Role.EDITOR])
        else:
            works.decide(step.act, step.given)
        if step.trouble != "keep":
            works.hears(show_ref(tip.ref))
    expect(page.locator("#pane .tip")).to_have_count(0)
    check(db, tips)


def on_the_way(works: Keys | Mouse, number: int, step: Step, tip: Tip) -> None:
    """Do and suffer what comes before a decision."""
    pane = works.page.locator("#pane")
    if step.also == "claim":
        works.claim()
    elif step.also == "tag":
        works.tag(TAG)
        expect(pane.locator(".tags")).to_contain_text(TAG)
    elif step.also == "note":
        works.note(noted(number))
        expect(pane).to_contain_text(noted(number))
    if step.trouble == "reload":
        works.page.reload()
    elif step.trouble == "offline":
        lose_the_connection(works, step, tip)
    works.sees(tip)


def lose_the_connection(works: Keys | Mouse, step: Step, tip: Tip) -> None:
    """Decide without a connection: it is said, nothing is changed, and the same tip stands there again."""
    page, connection = works.page, works.page.locator("#connection")
    page.context.set_offline(True)
    if works.scripts:
        expect(connection).to_contain_text("No connection")
    works.decide(step.act, step.given)
    if works.scripts:
        works.hears("Nothing was changed")
        works.sees(tip)
    page.context.set_offline(False)
    if works.scripts:
        expect(connection).to_be_empty(timeout=30_000)
    else:
        page.goto(f"/newsroom/queue{NEWEST}")


def meet_a_colleague(db, works: Keys | Mouse, step: Step, tip: Tip, *, by) -> None:
    """Decide what a colleague decided a moment ago, and leave that or decide all the same."""
    with db.write() as session:
        version = fresh(db, tip).version
        decide(session, tip.ref, Decision.SPAM, version=version, by=by, now=clock.now())
    works.decide(step.act, step.given)
    expect(works.page.locator(".conflict")).to_contain_text("Edie Okonjo marked this as spam")
    works.settle_conflict(step.trouble)
