"""A moderator's desk in a browser: tips that arrived, a window that shows them, and what was decided."""

from datetime import timedelta

from builders import NOON, a_tip
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from windows import sign_in

from tipline import audit, clock
from tipline.db import Database
from tipline.models import Role, State, Tip


def arrives(db: Database, body: str, **columns) -> Tip:
    """Store a tip and its event, as if a reader had just sent it."""
    columns.setdefault("received_at", clock.now())
    tip = a_tip(db, body, **columns)
    with db.write() as session:
        audit.record(session, "tip.received", subject=tip.ref, by=audit.READER, at=clock.now())
    return tip


def a_queue(db: Database, count: int) -> list[Tip]:
    """Store tips that say different things, the newest last."""
    return [
        arrives(db, f"Tip number {n} of the morning.", received_at=NOON + timedelta(minutes=n))
        for n in range(count)
    ]


def at_the_desk(page: Page, query: str = "") -> Page:
    sign_in(page, Role.MODERATOR)
    page.goto(f"/newsroom/queue{query}")
    expect(page.locator("#pane .tip")).to_be_visible()
    return page


def shown(page: Page) -> str:
    ref = page.locator("#pane .tip").get_attribute("data-ref")
    assert ref is not None
    return ref


def press(page: Page, *letters: str) -> None:
    """Press keys that end with another tip in the pane."""
    before = shown(page)
    for letter in letters:
        page.keyboard.press(letter)
    expect(page.locator(f'#pane .tip[data-ref="{before}"]')).to_have_count(0)


def states(db: Database) -> dict[str, str]:
    with db.read() as session:
        return {ref: state for ref, state in session.execute(select(Tip.ref, Tip.state))}  # noqa: C416


def pending(db: Database) -> int:
    return list(states(db).values()).count(State.PENDING)


def until_pending(page: Page, db: Database, count: int) -> None:
    """Wait until so many tips are left: what was decided on the page may still be on its way."""
    for _ in range(100):
        if pending(db) == count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{pending(db)} tips are pending, not {count}")


def held_back(page: Page, held: list[Route]) -> Route:
    """Wait for a request that a route holds back; what is painted may be there before it is sent."""
    for _ in range(400):
        if held:
            return held[0]
        page.wait_for_timeout(20)
    raise AssertionError("nothing is asked for")


def fetched_ahead(page: Page) -> None:
    """Wait until the page has had time to fetch the next tip."""
    page.wait_for_timeout(1500)
