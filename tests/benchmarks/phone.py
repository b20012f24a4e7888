"""What `/tip` costs a phone: `python tests/benchmarks/phone.py [--rounds 5]`.

Prints what Lighthouse measures, with the limits of Lighthouse's phone (its "slow 4G": 150 ms there and back,
1.6 Mbit/s down, 750 kbit/s up; a processor four times as slow), in Chromium against the real server on
loopback: what comes over the network, when something is seen (FCP), when the largest part is (LCP), how long
scripts kept the page from answering (TBT), how far things moved (CLS); and when the field can be written in
where no script runs at all. The bounds are those of a "good" page (web.dev, "Web Vitals").

A headline's font that came late and took the place of a wider one moved the whole form (CLS 0.13); since it
is used only where it is there at once, nothing moves.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from load import Served
from playwright.sync_api import Browser, Page, sync_playwright

from tipline import schema
from tipline.config import Settings, ensure_home
from tipline.db import Database

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
MOST_BYTES = 60_000
GOOD = {"first seen, s": 1.8, "largest seen, s": 2.5, "blocked, ms": 200.0, "moved": 0.1}
WATCH = """
window.seen = {largest: 0, blocked: 0, moved: 0};
const watch = (type, see) => new PerformanceObserver(list => list.getEntries().forEach(see))
    .observe({type, buffered: true});
watch("largest-contentful-paint", entry => { seen.largest = entry.startTime; });
watch("longtask", entry => { seen.blocked += Math.max(0, entry.duration - 50); });
watch("layout-shift", entry => { if (!entry.hadRecentInput) seen.moved += entry.value; });
"""
FIRST = 'performance.getEntriesByName("first-contentful-paint")[0].startTime'


def limited(page: Page) -> Any:
    """Make a page's network and processor those of a phone; return what speaks to the browser about it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return devtools


def opened(browser: Browser, address: str) -> dict[str, float]:
    """Open the form for the first time, as a phone does; return the figures."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.add_init_script(WATCH)
    came: list[float] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    devtools = limited(page)
    devtools.on("Network.loadingFinished", lambda done: came.append(done["encodedDataLength"]))
    page.goto(f"{address}/tip", wait_until="networkidle")
    figures = {
        "bytes": sum(came),
        "requests": float(len(asked)),
        "to other hosts": float(sum(not url.startswith(address) for url in asked)),
        "first seen, s": page.evaluate(FIRST) / 1000,
        "largest seen, s": page.evaluate("seen.largest") / 1000,
        "blocked, ms": page.evaluate("seen.blocked"),
        "moved": page.evaluate("seen.moved"),
    }
    context.close()
    return figures


def without_scripts(browser: Browser, address: str) -> float:
    """Return after how many seconds the field can be written in where scripts are off."""
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    limited(page)
    began = time.monotonic()
    page.goto(f"{address}/tip", wait_until="commit")
    page.locator("textarea[name=body]").fill("I saw it.")
    seconds = time.monotonic() - began
    context.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sys.exit("Chromium is not on this machine.")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(ensure_home(Settings.from_env({"TIPLINE_HOME": folder})).database_url)
        database.create()
        schema.upgrade(database)
        served = Served("tipline", Path(folder))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox", "--disable-gpu"]
                )
                address = f"http://127.0.0.1:{served.port}"
                opened(browser, address)
                rows = [opened(browser, address) for _ in range(rounds)]
                plain = statistics.median(without_scripts(browser, address) for _ in range(rounds))
                browser.close()
        finally:
            served.end()
    figures = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    for name, value in figures.items():
        print(f"{name:20}{value:10,.3f}" + (f"   good below {GOOD[name]:g}" if name in GOOD else ""))
    print(f"{'without scripts, s':20}{plain:10,.3f}   until the field can be written in")
    heavy = figures["bytes"] > MOST_BYTES or figures["to other hosts"] > 0
    if heavy or any(figures[name] > most for name, most in GOOD.items()):
        sys.exit(f"Too heavy: /tip may take {MOST_BYTES:,} bytes, no other host, and the figures above.")


if __name__ == "__main__":
    main()
