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
