"""Files in a real browser: in parts with script, in the body without, and how the newsroom sees them."""

import io
import os
import re
from pathlib import Path

import pytest
from intake.readers import tips_in
from intake.sending import JPEG, PROGRAM, TEXT, files_in, original_of, shelf_of
from playwright.sync_api import Page, expect
from sqlalchemy import update
from windows import sign_in

from tipline.files import scrubbing
from tipline.models import Attachment, Role
from tipline.scrub import run
from tipline.scrub.found import Kind

PHONE = {"width": 390, "height": 844}
LARGE = b"\xff\xd8\xff\xe0" + b"lighthouse! " * 300_000  # 3.6 MB: several parts
ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)  # fmt: skip
SHOTS = os.environ.get("SCREENSHOTS")


def given(*files: tuple[str, bytes]) -> list[dict]:
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]


def open_form(page: Page) -> None:
    page.goto("/tip")
    page.get_by_label("What do you know?").fill("The whole evening, filmed.")
    page.get_by_text("Photos, video, documents").click()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def lines(page: Page):
    return page.locator("#files-list li")


def test_with_script_files_arrive_while_one_writes(a_browser, app, db):
    page = a_browser(viewport=PHONE)
    open_form(page)
    page.get_by_label("Add files").set_input_files(given(("evening.jpg", LARGE), ("diary.txt", TEXT)))
    expect(lines(page).nth(0)).to_contain_text("MB, arrived")
    expect(lines(page).nth(1)).to_contain_text("arrived")
    expect(page.locator("#files-said")).to_have_text("diary.txt has arrived")
    assert page.get_by_label("Add files").evaluate("input => input.files.length") == 0
    assert [file.state for file in files_in(db)] == ["arrived", "arrived"]
    shot(page, "files-form-390")
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert {file.tip_id for file in files_in(db)} == {tips_in(db)[0].id}
    assert [original_of(app, file) for file in files_in(db)] == [LARGE, TEXT]


def test_a_connection_that_breaks_is_taken_up_again(a_browser, app, db):
    page = a_browser(intercepted=True)
    open_form(page)
    tries = []

    def break_off(route):
        tries.append(route.request.post_data_buffer is not None)
        # the second word for the first part and one in the middle never arrive
        route.abort() if len(tries) in {2, 4} else route.continue_()

    page.route("**/tip/files", break_off)
    page.get_by_label("Add files").set_input_files(given(("evening.jpg", LARGE)))
    expect(lines(page)).to_contain_text("arrived", timeout=20_000)
    assert len(tries) > 5
    assert original_of(app, files_in(db)[0]) == LARGE


def test_an_answer_that_is_lost_adds_no_part_twice(a_browser, app, db):
    page = a_browser(intercepted=True)
    open_form(page)
    answers = []

    def lose(route):
        answer = route.fetch()
        answers.append(answer.status)
        route.abort() if len(answers) in {2, 3} else route.fulfill(response=answer)

    page.route("**/tip/files", lose)
    page.get_by_label("Add files").set_input_files(given(("evening.jpg", LARGE)))
    expect(lines(page)).to_contain_text("arrived", timeout=20_000)
    assert original_of(app, files_in(db)[0]) == LARGE


def test_a_file_on_its_way_is_stopped_by_keyboard_and_gone(a_browser, db):
    page = a_browser(intercepted=True)
    open_form(page)
    held = []
    page.route(
        "**/tip/files", lambda route: route.continue_() if len(held) < 2 and not held.append(1) else None
    )
    page.get_by_label("Add files").set_input_files(given(("evening.jpg", LARGE)))
    stop = page.get_by_role("button", name="Stop evening.jpg")
    expect(lines(page)).to_contain_text("%")  # it is begun, and a part is on its way
    stop.focus()
    with page.expect_response("**/tip/files/remove"):
        page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(0)
    expect(page.locator("#files-said")).to_have_text("evening.jpg removed")
    assert files_in(db) == []
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_the_tip_waits_for_its_files(a_browser, db):
    page = a_browser(intercepted=True)
    open_form(page)
    held = []
    page.route("**/tip/files", lambda route: held.append(route))
    page.get_by_label("Add files").set_input_files(given(("diary.txt", TEXT)))
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Send the tip").click()
    expect(page.locator("#files-wait")).to_be_visible()
    assert tips_in(db) == []
    page.unroute("**/tip/files")
    for route in held:
        route.continue_()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert tips_in(db)[0].files == 1


def test_what_is_not_taken_is_said_at_the_file_and_the_tip_goes_all_the_same(a_browser, db):
    page = a_browser(viewport=PHONE)
    open_form(page)
    page.get_by_label("Add files").set_input_files(given(("trip.jpg", PROGRAM), ("empty.txt", b"")))
    expect(lines(page).nth(0)).to_contain_text("not a kind of file that we can take")
    expect(lines(page).nth(1)).to_contain_text("is empty")
    shot(page, "files-refused-390")
    page.get_by_role("button", name="Remove trip.jpg").click()
    expect(lines(page)).to_have_count(1)
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert files_in(db) == []


def test_files_are_dropped_and_pasted(a_browser, db):
    page = a_browser()
    open_form(page)
    for event in ("drop", "paste"):
        page.evaluate(
            """kind => {
                const data = new DataTransfer();
                data.items.add(new File(["a page about " + kind], kind + ".txt", { lastModified: 1 }));
                const options = { bubbles: true, cancelable: true };
                const made = kind === "drop" ? new DragEvent("drop", { dataTransfer: data, ...options })
                    : new ClipboardEvent("paste", { clipboardData: data, ...options });
                document.getElementById("body").dispatchEvent(made);
            }""",
            event,
        )
    expect(lines(page)).to_have_count(2)
    expect(lines(page).nth(1)).to_contain_text("arrived")
    assert len(files_in(db)) == 2


def test_files_that_have_arrived_survive_an_error_on_the_page(a_browser, db):
    page = a_browser(viewport=PHONE)
    open_form(page)
    page.get_by_label("Add files").set_input_files(given(("diary.txt", TEXT)))
    expect(lines(page)).to_contain_text("arrived")
    page.get_by_label("What do you know?").fill("")
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(lines(page)).to_contain_text("diary.txt")
    page.get_by_label("Add files").set_input_files(given(("beach.jpg", JPEG)))
    expect(lines(page).nth(1)).to_contain_text("arrived")
    page.get_by_role("button", name="Remove diary.txt").click()
    expect(lines(page)).to_have_count(1)
    page.get_by_label("What do you know?").fill("Now with words")
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert [(file.media_type, file.tip_id) for file in files_in(db)] == [("image/jpeg", tips_in(db)[0].id)]


def test_without_script_files_come_in_the_body_and_are_kept(a_browser, app, db):
    page = a_browser(viewport=PHONE, java_script_enabled=False)
    open_form(page)
    page.get_by_label("What do you know?").fill("")
    page.get_by_label("Add files").set_input_files(given(("evening.jpg", LARGE), ("diary.txt", TEXT)))
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(lines(page)).to_have_count(2)
    shot(page, "files-plain-390")
    page.get_by_label("Leave it out diary.txt").check()
    page.get_by_label("What do you know?").fill("Now with words")
    page.get_by_role("group", name="Did you take them yourself?").get_by_label("Yes").check()
    page.get_by_role("button", name="Send the tip").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    [file] = files_in(db)
    assert (original_of(app, file), file.taken_by_tipster) == (LARGE, True)


def test_an_answer_takes_files_too(a_browser, db):
    page = a_browser(viewport=PHONE)
    open_form(page)
    page.get_by_role("button", name="Send the tip").click()
    expect(page.locator("#receipt-words span")).to_have_count(6)
    words = " ".join(page.locator("#receipt-words span").all_inner_texts())
    page.goto("/receipt")
    page.get_by_label("Your six words").fill(words)
    page.get_by_role("button", name="Open").click()
    page.get_by_text("Photos, video, documents").click()
    page.get_by_label("Add files").set_input_files(given(("diary.txt", TEXT)))
    expect(lines(page)).to_contain_text("arrived")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("We have your message")).to_be_visible()
    assert files_in(db)[0].message_id is not None


@pytest.fixture
def engine(monkeypatch):
    def scrub(_clear, _size, file_type, _limits=None):
        return run.Scrubbed(
            copy=io.BytesIO(ONE_PIXEL), size=len(ONE_PIXEL), file_type=file_type,
            removed=(Kind.PLACE, Kind.DEVICE), facts={"taken_at": "2026-03-01T21:15:00"},
        )  # fmt: skip

    monkeypatch.setattr(run, "scrub", scrub)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_newsroom_sees_the_picture_only_when_asked(a_browser, app, db, staff, engine, width):
    reader = a_browser()
    open_form(reader)
    reader.get_by_label("Add files").set_input_files(given(("beach.png", ONE_PIXEL)))
    reader.get_by_label("Time and place in them may help you verify").check()
    reader.get_by_label("What name goes with them, if any?").fill("Véra عكا")
    expect(lines(reader)).to_contain_text("arrived")
    reader.get_by_role("button", name="Send the tip").click()
    expect(reader.get_by_role("heading", name="Thank you")).to_be_visible()
    scrubbing.scrub_next(shelf_of(app))

    page = a_browser(viewport={"width": width, "height": 900})
    asked = []
    page.on("request", lambda request: "/files/" in request.url and asked.append(request.url))
    sign_in(page, Role.EDITOR)
    page.goto(f"/newsroom/tips/{tips_in(db)[0].ref}")
    expect(page.get_by_text("1 March 2026, 21:15:00")).to_be_visible()
    assert asked == []
    page.get_by_text("Show the picture").click()
    picture = page.get_by_role("img", name="Picture 1")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    shot(page, f"files-pane-{width}")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download the clean copy")).click()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-1\.png", download.value.suggested_filename)
    assert Path(download.value.path()).read_bytes() == ONE_PIXEL
    page.get_by_text("Open the original").click()
    page.get_by_label("Why do you open it?").fill("To check the shadows")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the original").click()
    assert Path(download.value.path()).read_bytes() == ONE_PIXEL


def test_a_sealed_file_says_why(a_browser, db, staff):
    reader = a_browser()
    open_form(reader)
    reader.get_by_label("Add files").set_input_files(given(("beach.jpg", JPEG)))
    expect(lines(reader)).to_contain_text("arrived")
    reader.get_by_role("button", name="Send the tip").click()
    expect(reader.get_by_role("heading", name="Thank you")).to_be_visible()
    with db.write() as session:
        session.execute(update(Attachment).values(state="sealed", why_sealed="locked"))
    page = a_browser()
    sign_in(page, Role.MODERATOR)
    page.goto(f"/newsroom/tips/{tips_in(db)[0].ref}")
    expect(page.get_by_text("Cannot be shown: it is sealed. It is locked with a password")).to_be_visible()
    shot(page, "files-sealed-1440")
