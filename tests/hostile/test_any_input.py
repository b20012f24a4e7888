"""Whatever is sent to any address, the answer is a clear one: never a 5xx, never a script that runs."""

import re
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import pytest
from builders import a_person, a_story, a_tip, a_user
from extent import extent
from files.conftest import engine, scrubbed, sent  # noqa: F401
from intake.readers import open_form

import tipline
from tipline.app import FORM_BYTES
from tipline.drafts.actions import promote
from tipline.models import Desk, Reply, View, new_ref
from tipline.triage.listing import Listing
from tipline.web.sent import FORM

QUERY = [
    "about", "above", "actor", "after", "assignee", "by", "days", "done", "email", "focus", "host", "kept",
    "kind", "lang", "list", "next", "person", "q", "quarantined", "said", "sender", "since", "sort",
    "state", "stories", "story", "subject", "tag", "tip", "typed", "url", "v", "view",
]  # fmt: skip
FIELDS = [
    "about", "act", "again", "alert_by", "alert_of", "all", "assignee", "batch", "body", "byline", "channel",
    "code", "contact_ok", "contacts", "credit", "current", "danger", "decision", "dek", "desk", "drop",
    "email", "embargo", "files_facts", "files_mine", "files_use", "filters", "focus", "format", "happened",
    "has", "headline", "how", "keys_off", "kind", "language", "leave_out", "letters", "link", "list", "meant",
    "member", "members", "message", "name", "named", "next", "offset", "once", "other", "part", "password",
    "phone", "ping", "place", "proof", "reason", "reason_text", "received", "ref", "reply", "reset", "role",
    "session", "shared", "size", "slug", "speak", "stage", "step", "story", "tag", "tip", "tips", "to",
    "token", "until", "upload", "url", "usual", "version", "website", "why", "words",
]  # fmt: skip
HOSTILE = {
    "NUL": "a\0b",
    "right to left": "\u202eabc",
    "emoji": "😀" * 30,
    "beyond 64 bits": str(2**70),
    "no number": "-1e999",
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE tips; --",
    "noncharacter": "\uffff\ufdd0",
    "query in a query": "q=a%00b&story=%00&after=%ED%A0%80&x=%FF",
    "far date": "99999-99-99T99:99",
    "lone surrogate": "\ud800".encode("utf-8", "surrogatepass"),
    "no UTF-8": b"caf\xe9 \xff",
    "100 KB": "x" * 100_000,
}
TELLING = ("NUL", "beyond 64 bits", "lone surrogate")  # what broke most; the others are for complete runs
LONG_VALUE = 10_000
IN_A_PATH = {
    "NUL": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "no UTF-8": "caf%E9%FF",
    "noncharacter": "%EF%BF%BF",
    "line end": "a%0D%0Ab",
    "emoji": "%F0%9F%98%80",
    "upwards": "..%2F..%2Fetc%2Fpasswd",
    "script": "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "beyond 64 bits": str(2**70),
    "long": "x" * 5000,
}
SENT, LED_TO = (
    extent(values, {name: value for name, value in values.items() if name in TELLING})
    for values in (HOSTILE, IN_A_PATH)
)
ENDS_THE_SESSION = {"accounts.logout"}


@pytest.fixture
def subjects(db, admin, now, scrubbed):  # noqa: F811
    """What there is to act on: path argument or form field -> a value that is right."""
    tip, story, person = a_tip(db), a_story(db), a_person(db)
    with db.write() as session:
        draft = promote(session, [tip.ref], by=admin, now=now)
    saved = View(slug="hot", owner_id=admin.id, name="Hot", query="q=lamp", shared=True)
    reply = Reply(
        ref=new_ref(), owner_id=admin.id, name="Thanks", language="en", body="Thank you.", shared=True
    )
    desk = Desk(slug="royals", name="Royals")
    with db.write() as session:
        session.add_all([saved, reply, desk])
    return {"drafts": draft.ref, "tips": tip.ref, "stories": story.slug, "people": person.slug,
            "stars": person.slug, "help": "readers", "static": "app.css", "reset": "x",
            "files": scrubbed().ref, "views": saved.slug, "replies": reply.ref, "desks": desk.slug,
            "stats": "inflow"}  # fmt: skip


@pytest.fixture
def browser(signed_in_as, admin, db):
    a_user(db, email="other@lantern.example")
    return signed_in_as(admin)


def routes(app, method):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in rule.methods and rule.endpoint not in ENDS_THE_SESSION
    ]


def path_of(rule, subjects):
    """Return an address of a route under which there is something."""
    area = next((part for part in rule.rule.split("/") if part in subjects), "")
    return rule.build({name: 1 if name == "number" else subjects[area] for name in rule.arguments})[1]


def broken_paths(rule, hostile):
    """Return the route's address with something hostile in place of each argument that is text."""
    parts = re.split(r"<([^>]*)>", rule.rule)
    text = [at for at in range(1, len(parts), 2) if not parts[at].startswith("int")]
    plain = [part if at % 2 == 0 else "1" for at, part in enumerate(parts)]
    return ["".join([*plain[:at], hostile, *plain[at + 1 :]]) for at in text]


def sound_fields(subjects, token):
    """Answers that lead each form past its first check, to where its text is stored or looked up."""
    return {
        "version": "1", "decision": "decline", "reason": "other", "step": "submit", "role": "moderator",
        "tip": f"{subjects['tips']}:1", "tips": subjects["tips"], "email": "other@lantern.example",
        "to": "desk:royals", "alert_by": "browser", "alert_of": "all",
        "kind": "tip", "how": "saw", "token": token, "link": "", "phone": "", "embargo": "", "batch": "",
    }  # fmt: skip


def faults(answers):
    """Return (address, status) of the answers that no server should give."""
    return [
        (answer.request.path, answer.status_code)
        for answer in answers
        if answer.status_code >= 500 or b"<script>alert" in answer.data or b"<img src=x" in answer.data
    ]


def test_every_field_that_a_view_asks_for_is_tried_here():
    package = Path(tipline.__file__).parent
    source = "".join(path.read_text() for path in package.rglob("*.py") if "scrub" not in path.parts)
    asked = set(re.findall(r'(?:args|given)\.get\("(\w+)"', source))
    posted = set(re.findall(r'form\.get(?:list)?\("(\w+)"', source))
    assert (asked - set(QUERY), posted - set(FIELDS)) == (set(), set())


def bodies(value):
    """Return bodies that say `value` in every field, as many fields in one as may come in one."""
    fits = len(FIELDS) if len(value) < LONG_VALUE else FORM_BYTES // (len(value) + 100)
    return [urlencode(dict.fromkeys(FIELDS[at : at + fits], value)) for at in range(0, len(FIELDS), fits)]


@pytest.mark.thorough
@pytest.mark.parametrize("value", SENT.values(), ids=SENT)
def test_no_form_breaks(app, browser, subjects, value):
    posts, said = routes(app, "POST"), bodies(value)
    answers = [
        browser.post(path_of(rule, subjects), data=body, content_type=FORM)
        for rule, body in zip(posts, cycle(said), strict=False)
    ]
    for body in said[: extent(len(said), 1)]:
        for rule in posts:
            sound = urlencode(sound_fields(subjects, open_form(browser)))  # of two values the first counts
            path = path_of(rule, subjects)
            answers.append(browser.post(path, data=f"{sound}&{body}", content_type=FORM))
    assert not any(answer.status_code == 413 for answer in answers)
    # What was stored is shown.
    answers += [browser.get(path_of(rule, subjects)) for rule in routes(app, "GET")]
    assert faults(answers) == []


@pytest.mark.thorough
@pytest.mark.parametrize("value", SENT.values(), ids=SENT)
def test_no_query_breaks(app, browser, subjects, value):
    asked = dict.fromkeys(QUERY, value if len(value) < LONG_VALUE else value[:1000])
    addresses = [path_of(rule, subjects) for rule in routes(app, "GET")]
    answers = [browser.get(path, query_string=asked) for path in addresses]
    # The door keeps the address that was wanted, and shows itself only to strangers.
    answers += [
        app.test_client().get(path, query_string=asked) for path in ("/newsroom/login", "/newsroom/queue")
    ]
    assert faults(answers) == []


@pytest.mark.thorough
@pytest.mark.parametrize("value", LED_TO.values(), ids=LED_TO)
def test_no_path_breaks(app, browser, subjects, value):
    fields = sound_fields(subjects, "")
    answers = [browser.get(path) for rule in routes(app, "GET") for path in broken_paths(rule, value)]
    answers += [
        browser.post(path, data=fields) for rule in routes(app, "POST") for path in broken_paths(rule, value)
    ]
    assert len(answers) > 20
    assert faults(answers) == []


@pytest.mark.thorough
def test_bytes_in_an_address_that_are_no_utf8_break_nothing(app, browser, subjects):
    raw = {"QUERY_STRING": "q=caf\xe9&after=\xff\x00&next=\xed\xa0\x80"}
    answers = [
        who.get(path_of(rule, subjects), environ_overrides=raw)
        for rule in routes(app, "GET")
        for who in (browser, app.test_client())
    ]
    assert faults(answers) == []


def test_no_list_named_by_a_header_breaks(browser, subjects):
    for query in ("q=a%00b&story=%00", "after=%ED%A0%80", "&".join(["a=b"] * 150)):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/newsroom/queue?{query}"}
        assert browser.get(f"/newsroom/tips/{subjects['tips']}", headers=headers).status_code == 200
    assert Listing.of_query_string("q=a%00b").q == "a\ufffdb"


@pytest.mark.parametrize("path", ["/tip", "/newsroom/account"])
def test_a_form_of_countless_fields_is_refused(browser, path):
    body = "&".join(f"f{number}=" for number in range(300))
    assert browser.plain_post(path, data=body, content_type=FORM).status_code == 413
