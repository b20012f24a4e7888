"""From a key to the next tip painted: `python tests/benchmarks/paint.py [--tips 1000000]`.

    --tips 1000000     how many tips the newsroom has
    --keep FOLDER      where queue.py keeps its databases; --only sqlite or postgres, one of the two
    --decisions 60     of each moderator

Two moderators decide by keys in two Chromium windows, one from the best tips on, one from the newest, a
second of reading before each key, while 20 tips a second, each of its own words, come in by the real form and
the worker indexes, groups and scores them. Prints how long it took from the key event to the frame that shows
the next tip, in each window, and how long the server took to answer. All of it runs on the same cores.

A key waits for nothing but its frame where the next tip was fetched while this one was read (`ahead.js`).
What it costs then is the styling, laying out and painting of what changed. Learnt from Chromium's traces:

- A child of `body` that is replaced, or of the list beside any rule that ends in `+ *`, has the browser style
  all elements of the page anew after each decision; tests/browser/test_live.py counts them.
- Parsing the next tip takes milliseconds, so it is done when it is fetched.
- What a decision has the server do took the processors from the frame of the next tip, most of all in the
  other window: it is sent after the frame (`after-paint.js`), and the next tip fetched after its answer.
- `history.replaceState` lays the page out at once: what is changed after it is laid out a second time.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from clients import StaffClient
from filled import databases
from load import Served, background_worker, percentile, steadily, urlencoded
from playwright.sync_api import Browser, Page, sync_playwright
from search import words_of_a_tip
from submit import raw, tip_bodies

from tipline import worker
from tipline.app import create_app
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import User

ARRIVALS = 20  # a second
READING_MS = 1000
MOST_MS = 100.0
# The tips were invented as of two years: else the worker would begin by purging them.
KEPT = {
    f"TIPLINE_RETENTION_{state}": "contact never, sealed never, text never"
    for state in ("PENDING", "ACCEPTED", "USED", "DECLINED", "SPAM")
}
QUEUES = ("/newsroom/queue", "/newsroom/queue?sort=newest")
WATCH = """
window.paints = [];
const shown = () => document.querySelector("#pane .tip")?.dataset.ref;
addEventListener("keydown", (event) => {
  const before = shown();
  const look = () => {
    if (shown() === before || !shown()) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => paints.push(performance.now() - event.timeStamp); // after this frame's paint
    requestAnimationFrame(() => port2.postMessage(0));
  };
  requestAnimationFrame(look);
}, { capture: true });
"""


@dataclass
class Desk:
    """A moderator's window, and how long the answers to its decisions took in milliseconds."""

    page: Page
    answers: list[float]

    @classmethod
    def of(cls, browser: Browser, address: str, cookie: str, path: str) -> "Desk":
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "tipline", "value": cookie, "url": address}])
        desk = cls(context.new_page(), [])
        desk.page.add_init_script(WATCH)
        desk.page.on("requestfinished", desk._note)
        desk.page.goto(path)
        desk.page.locator("#pane .tip").wait_for()
        return desk

    def _note(self, request: Any) -> None:
        if request.url.endswith("/decision"):
            self.answers.append(request.timing["responseEnd"])

    def decide(self, number: int) -> None:
        self.page.keyboard.press("aD!"[number % 3])

    def painted(self) -> list[float]:
        return self.page.evaluate("paints")


def measure(db: Database, decisions: int, path: str) -> bool:
    """Print the figures of one database; return whether the budget is met."""
    chance = random.Random()
    with tempfile.TemporaryDirectory() as home:
        url = db.url.render_as_string(hide_password=False)
        environ = {"TIPLINE_DATABASE_URL": url, "TIPLINE_RATE_LIMITS": "off", **KEPT}
        settings = ensure_home(Settings.from_env({"TIPLINE_HOME": home, **environ}))
        with db.read() as session:
            people = [session.get_one(User, number) for number in (1, 2)]
        _catch_up(settings, db)
        app = create_app(settings)
        cookies = [StaffClient.of(app, db, person).get_cookie("tipline").value for person in people]
        served = Served("tipline", Path(home), **environ)
        try:
            with background_worker(served), sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox", "--disable-gpu"]
                )
                address = f"http://127.0.0.1:{served.port}"
                desks = [Desk.of(browser, address, *each) for each in zip(cookies, QUEUES, strict=True)]
                seconds = decisions * READING_MS / 1000
                keyring, count = Keyring.of(settings.encryption_keys), int(ARRIVALS * seconds)
                bodies = tip_bodies(keyring, count, urlencoded, lambda: " ".join(words_of_a_tip(chance)))
                came: list[float] = []
                readers = threading.Thread(target=_arrive, args=(served.port, bodies, came))
                readers.start()
                for number in range(decisions):
                    began = time.monotonic()
                    for desk in desks:
                        desk.decide(number)
                    desks[0].page.wait_for_timeout(max(0, READING_MS - 1000 * (time.monotonic() - began)))
                readers.join()
                seen = [desk.painted() for desk in desks]
                answers = [wait for desk in desks for wait in desk.answers]
                browser.close()
        finally:
            served.end()
    for name, waits in zip(("from the best on", "from the newest on"), seen, strict=True):
        print(_line(f"key to paint, {name}", waits))
    print(_line("decision answered", answers))
    print(_line("tip accepted", came))
    return all(percentile(waits, 0.95) < MOST_MS for waits in seen)


def _catch_up(settings: Settings, db: Database) -> None:
    """Do what a worker would have done until now."""
    bench = worker.Bench(settings, db, Keyring.of(settings.encryption_keys))
    duties = {name: worker.DUTIES[name] for name in ("index", "group", "learn", "score", "seal")}
    while worker.run_once(bench, duties):
        pass


def _arrive(port: int, bodies: list[str], came: list[float]) -> None:
    waits, refused = steadily(port, [raw(body) for body in bodies], rate=ARRIVALS)
    assert not refused, f"{refused} tips were refused"
    came += waits


def _line(name: str, waits: list[float]) -> str:
    shares = " ".join(f"p{share} {percentile(waits, share / 100):7.1f}" for share in (50, 95, 99))
    return f"{name:36}{len(waits):6}   {shares} ms"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tips", type=int, default=1_000_000)
    parser.add_argument("--keep", default="")
    parser.add_argument("--only", choices=("sqlite", "postgres"), default="")
    parser.add_argument("--decisions", type=int, default=60)
    asked = parser.parse_args()
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sys.exit("Chromium is not on this machine.")
    met = True
    with databases((asked.tips,), asked.keep, asked.only) as found:
        for kind, dbs in found.items():
            print(f"\n{kind}, {asked.tips:,} tips, {ARRIVALS} more a second")
            met &= measure(dbs[asked.tips], asked.decisions, path)
    if not met:
        sys.exit(f"A key takes longer than {MOST_MS:.0f} ms.")


if __name__ == "__main__":
    main()
