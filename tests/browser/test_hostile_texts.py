"""Hostile texts wherever a reader can write are shown wherever somebody reads them, and nothing runs."""

import json
from collections.abc import Callable
from itertools import cycle
from xml.etree import ElementTree

import pytest
from builders import a_person, a_story
from hostile.sender import A_BODY, A_LINE, Sent, answered, arrived, contents, on_one_line, sent, wire
from hostile.standing import Watched
from hostile.texts import ALL, OWN, bundles
from playwright.sync_api import expect
from sqlalchemy import update
from text.page_check import dangers
from text.vectors import XSS
from windows import sign_in

from tipline import clock, worker
from tipline.drafts.actions import promote
from tipline.intake.token import issue
from tipline.keys import Keyring
from tipline.models import Draft, Revision, Role, show_ref
from tipline.text.clean import clean, clean_line

FIELDS = ("body", "about", "place", "happened", "link", "credit", "name", "email", "phone")
TYPE = """texts => {
  for (const [name, text] of Object.entries(texts)) document.getElementById(name).value = text;
}"""
NAMES = (
    "<img src=x onerror=alert(1)>.txt",
    '"><script>alert(1)<.script>.txt',
    "a\u202etxt.exe.txt",
    "{{7*7}} {% x %} %(name)s.txt",
    "zero\u200bwidth z\u0300\u0301\u0302 😀.txt",
    "' OR 1=1 --; $(x) `x` &lt;b&gt;.txt",
)


# What a page does with a text is no matter of the database; that both keep it as it was sent, others test.
pytestmark = [
    pytest.mark.usefixtures("quick_hashes"),
    pytest.mark.timeout(180),
    pytest.mark.only("sqlite"),
]


@pytest.fixture
def watched(a_browser):
    """A function: a window of somebody, watched; at the end nothing may have run in any."""
    opened: list[Watched] = []

    def open_window(role: Role | None = None, **options) -> Watched:
        page = a_browser(**options)
        if role:
            sign_in(page, role)
        opened.append(Watched(page))
        return opened[-1]

    yield open_window
    assert [trouble for window in opened for trouble in window.troubles] == []


@pytest.fixture
def filled(client, db) -> Callable[[int], list[Sent]]:
    """A function: so many tips, each with a long body and all lines filled in."""
    lines, bodies = cycle(bundles(ALL, A_LINE, " ")), cycle(bundles(ALL, A_BODY, "\n\n"))

    def send(number: int) -> list[Sent]:
        files = [NAMES[:1], *[()] * (number - 1)]  # scrubbing takes long
        return [sent(client, db, answered(next(bodies), lines), *names) for names in files]

    return send


def test_rows_of_the_queue_show_what_was_sent(client, keyring, watched, staff):
    texts = [text for text in [*OWN, *XSS] if clean(text).strip()]
    for text in texts:
        answers = {"body": wire(text), "about": wire(text[:A_LINE]), "token": issue(keyring, now=clock.now())}
        assert client.post("/tip", data=answers).status_code == 201, text
    window = watched(Role.MODERATOR)
    further, seen = "/newsroom/queue?sort=oldest&state=pending", []
    while further:
        window.goto(further)
        seen += [head.text for head in window.stand(".row-head bdi")]
        window.stand(".row-excerpt bdi")
        further = window.page.evaluate("document.querySelector('a[rel=next]')?.getAttribute('href')")
    assert len(seen) == len(texts)
    begins = [head.removesuffix(" …") for head in seen]
    wholes = [" ".join(clean(arrived(text)).split()) for text in texts]
    assert [
        pair for pair in zip(begins, wholes, strict=True) if not pair[0] or not pair[1].startswith(pair[0])
    ] == []


def test_the_newsroom_reads_what_was_sent(db, filled, settings, watched, staff):
    tips = filled(len(bundles(ALL, A_LINE, " ")) // 8 + 1)  # each takes eight lines
    bench = worker.Bench(settings, db, Keyring.of(settings.encryption_keys))
    while worker.run_once(bench):
        pass
    window = watched(Role.EDITOR)
    for tip in tips:
        window.goto(f"/newsroom/tips/{tip.ref}")
        window.shows(".tip-body", tip.shown("body"))
        window.shows(".facts dd", *(tip.shown(name) for name in ("about", "place", "happened", "link")))
        window.page.locator(".sealed summary").click()
        window.page.get_by_label("Why do you need it?").fill("To ask what it means")
        window.page.get_by_role("button", name="Open the contact").click()
        expect(window.page.locator(".opened")).to_be_visible()
        window.look()
        window.shows(".opened dd", *(tip.shown(name) for name in ("name", "email", "phone")))
    window.goto(f"/newsroom/tips/{tips[0].ref}")
    window.shows(".tip-file bdi", tips[0].shown("credit"))
    window.goto("/newsroom/audit")
    assert "evil.example" not in window.page.content()


def test_a_search_and_a_conflict_show_what_was_sent(filled, signed_in_as, moderator, watched, staff):
    [tip], window = filled(1), watched(Role.MODERATOR)
    for text in map(on_one_line, [*OWN[::15], "evil.example"]):
        window.page.goto("/newsroom/queue?state=all")
        window.page.get_by_label("Search tips").fill(text)
        window.page.get_by_label("Search tips").press("Enter")
        window.page.wait_for_load_state()
        window.look()
        window.shows("#queue-q", text)
        window.stand(".row-head bdi")
    window.goto(f"/newsroom/tips/{tip.ref}")
    spam = {"decision": "spam", "version": "1"}
    assert signed_in_as(moderator).post(f"/newsroom/tips/{tip.ref}/decision", data=spam).status_code == 303
    window.page.get_by_role("button", name="Accept").first.click()
    expect(window.page.locator(".conflict")).to_be_visible()
    window.look()
    window.shows(".tip-body", tip.shown("body"))


def test_the_receipt_shows_what_was_sent(filled, client, watched):
    [tip], window = filled(1), watched()
    messages = bundles(ALL, A_BODY, "\n\n")
    for message in messages:
        answer = client.post("/receipt/reply", data={"code": tip.words, "message": wire(message)})
        assert answer.status_code == 201
    window.goto("/receipt")
    window.page.get_by_label("words").fill(tip.words)
    window.page.locator("main form button").first.click()
    expect(window.page.locator("#reply")).to_be_visible()
    window.look()
    said = [clean(arrived(text)) for text in messages]
    window.shows(".said-text", *said, tip.shown("body"))
    window.page.get_by_label("Add something").evaluate(
        "(field, text) => { field.value = text }", "x" * 20_001 + messages[0]
    )
    window.page.get_by_role("button", name="Send", exact=True).click()
    expect(window.page.locator(".error-summary")).to_be_visible()
    window.look()
    assert window.stand("#message")[0].text == "x" * 20_001 + clean(messages[0])


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_the_form_keeps_what_was_written(watched, javascript):
    window, lines = watched(java_script_enabled=javascript), cycle(bundles(ALL, A_LINE, " ")[::5])
    for path, body in zip(("/tip", "/embed/tip"), bundles(ALL, A_BODY, "\n\n"), strict=False):
        typed = {name: next(lines) for name in FIELDS} | {"body": body}
        window.goto(path)
        window.page.evaluate(TYPE, typed)
        files = [
            {"name": name, "mimeType": "text/plain", "buffer": text}
            for name, text in zip(NAMES, contents(), strict=False)
        ]
        window.page.locator("#files").set_input_files(files)
        if javascript:
            here = window.page.locator("#files-list li", has_text="arrived")
            expect(here).to_have_count(len(NAMES), timeout=30_000)
        window.page.get_by_role("button", name="Send the tip").click()
        expect(window.page.locator(".error-summary").first).to_be_visible()
        window.look()
        kept = {name: window.stand(f"#{name}")[0].text for name in FIELDS}
        assert kept.pop("body") == clean(typed.pop("body"))
        assert kept == {name: on_one_line(text) for name, text in typed.items()}
        assert {name.text for name in window.stand(".file-name")} == set(NAMES)


def test_a_draft_shows_what_was_sent(db, filled, watched, staff):
    tips, window = filled(2), watched(Role.EDITOR)
    with db.write() as session:
        draft = promote(session, [tip.ref for tip in tips], by=staff[Role.EDITOR], now=clock.now())
        line = clean_line(" ".join(OWN[12:20]))[:190]
        body = clean("\n\n".join([*OWN, *XSS]))
        session.get_one(Draft, draft.id).body = body
        session.execute(update(Draft).values(headline=line, dek=line, byline=line))
        session.execute(update(Revision).values(headline=line, dek=line, byline=line, body=body))
    here = f"/newsroom/drafts/{show_ref(draft.ref)}"
    window.goto(here)
    window.shows(".source blockquote", *(tip.shown("body") for tip in tips))
    assert window.stand("#body")[0].text == body
    for path in (f"{here}/preview", f"{here}/revisions/1"):
        window.goto(path)
        window.shows(".proof h1, .proof .dek, .proof > .muted", line, line, line)
        prose = window.page.locator(".proof .prose").inner_html()
        assert dangers(prose) == []
        assert "&lt;script" in prose
    window.goto("/newsroom/drafts")
    window.shows(".card h3 a", line)
    window.goto(f"/newsroom/tips/{tips[0].ref}")
    window.shows(".linked a", line)


def test_a_story_shows_what_was_written(db, client, watched):
    line = clean_line(" ".join(OWN[12:24]))
    body = clean("\n\n".join([*OWN, *XSS]))
    story = a_story(db, line, dek=line, body=body, byline=line, tags=[line])
    person = a_person(db, line[:190], slug="somebody")
    window = watched()
    for path in (
        "/",
        f"/stories/{story.slug}",
        "/stars",
        f"/stars/{person.slug}",
        f"/tip?story={story.slug}",
    ):
        window.goto(path)
        assert line[:190] in window.page.locator("body").inner_text()
    window.goto(f"/stories/{story.slug}")
    window.shows("h1", line)
    said = json.loads(window.page.locator("script[type='application/ld+json']").text_content())
    assert said["headline"] == line
    item = ElementTree.fromstring(client.get("/feed.xml").data).find(".//item")
    assert item.findtext("title") == line
    assert dangers(item.find("{*}encoded").text) == []
