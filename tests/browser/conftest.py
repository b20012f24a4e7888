"""A real Chromium against the real application on loopback."""

import re
import shutil
import threading
from collections.abc import Iterator

import pytest
from builders import a_user
from extent import COMPLETE
from house_door import HouseDoor
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server
from windows import PASSWORD

from tipline.accounts import passwords
from tipline.db import Database
from tipline.models import Role, User

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOWHERE = re.compile("(?!)")  # an address that no request has


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is missing") if COMPLETE else pytest.skip("Chromium is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(app) -> Iterator[str]:
    """The application, answering on loopback."""
    door = HouseDoor(app)
    server = make_server("127.0.0.1", 0, door, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    door.shut()
    server.shutdown()
    thread.join(5)
    server.server_close()


def once_loaded(page: Page) -> None:
    """Let keys be pressed as people do, at a page that has loaded: a click returns before."""
    press = page.keyboard.press

    def pressed(key: str, **options) -> None:
        page.wait_for_load_state()
        press(key, **options)

    setattr(page.keyboard, "press", pressed)  # noqa: B010 - mypy lets no method be assigned


@pytest.fixture
def a_browser(chromium: Browser, address: str):
    """A function: a fresh browser window of somebody, whose every request is watched.

    A test that holds or refuses requests asks for an `intercepted` one: a page that is already open when
    `Page.route` is first called may send what follows at once by the loader that it was born with.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_window(*, may_fail: bool = False, intercepted: bool = False, **options) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = chromium.new_context(base_url=address, **options)
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        once_loaded(page)
        if intercepted:
            page.route(NOWHERE, lambda route: route.continue_())
        page.on("request", lambda sent: sent.url.startswith(address) or troubles.append(f"asked {sent.url}"))
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("console", lambda said: "Content Security" in said.text and troubles.append(said.text))
        page.on(
            "response",
            lambda got: got.status >= 500 and not may_fail and troubles.append(f"{got.status} {got.url}"),
        )
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def staff(db: Database) -> dict[str, User]:
    """One account of each role, all with PASSWORD."""
    hashed = passwords.hash_password(PASSWORD)
    users = {}
    names = {Role.MODERATOR: "Mo Castellane", Role.EDITOR: "Edie Okonjo", Role.ADMIN: "Ada Brandvold"}
    for role, name in names.items():
        users[role] = a_user(db, role, email=f"{role}@lantern.example", name=name, password_hash=hashed)
    return users
