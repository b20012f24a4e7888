"""What people do in a browser window, for browser tests."""

from playwright.sync_api import Page

from tipline.models import Role

PASSWORD = "lanterns over the harbor"


def sign_in(page: Page, role: Role) -> None:
    page.goto("/newsroom/login")
    page.get_by_label("E-mail").fill(f"{role}@lantern.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/newsroom/queue*")


def until(page: Page, holds: str) -> None:
    """Wait for an expression; `wait_for_function` evaluates text in the page, which its policy forbids."""
    for _ in range(80):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {holds}")
