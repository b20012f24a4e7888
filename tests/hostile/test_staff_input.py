"""Whatever is posted to the newsroom, the answer is a clear one: never a 5xx, never a script that runs."""

import pytest
from builders import a_person, a_story, a_tip, a_user
from werkzeug.routing import Rule

from tipline.drafts.actions import promote

FIELDS = [
    "decision",
    "reason",
    "reason_text",
    "until",
    "version",
    "tip",
    "story",
    "batch",
    "body",
    "tips",
    "headline",
    "dek",
    "slug",
    "byline",
    "desk",
    "embargo",
    "step",
    "email",
    "name",
    "role",
    "password",
    "session",
    "next",
    "list",
    "focus",
]
HOSTILE = {
    "nothing": "",
    "NUL": "a\0b",
    "right to left": "\u202eabc",
    "emoji": "😀" * 300,
    "beyond 64 bits": str(2**70),
    "negative": "-1",
    "not a number": "NaN",
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE tips; --",
    "100 KB": "x" * 100_000,
    "lone surrogate": "\ud800".encode("utf-8", "surrogatepass"),
    "far date": "99999-99-99T99:99",
}


@pytest.fixture
def subjects(db, admin, now):
    tip, story, person = a_tip(db), a_story(db), a_person(db)
    a_user(db, email="other@lantern.example")
    with db.write() as session:
        draft = promote(session, [tip.ref], by=admin, now=now)
    return {"drafts": draft.ref, "tips": tip.ref, "stories": story.slug, "people": person.slug}


def path_of(rule: Rule, subjects: dict[str, str]) -> str:
    area = rule.rule.split("/")[2]
    filled = {name: 1 if name == "number" else subjects.get(area, "x") for name in rule.arguments}
    return rule.build(filled)[1]


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_form_of_the_newsroom_breaks(app, signed_in_as, admin, subjects, value):
    rules = [
        rule for rule in app.url_map.iter_rules() if "POST" in rule.methods and "logout" not in rule.rule
    ]
    broken = []
    for rule in rules:
        if not rule.rule.startswith("/newsroom"):
            continue
        # Signed in anew for each, since some forms end sessions.
        answer = signed_in_as(admin).post(path_of(rule, subjects), data=dict.fromkeys(FIELDS, value))
        if answer.status_code >= 500 or b"<script>alert" in answer.data or b"<img src=x" in answer.data:
            broken.append((rule.rule, answer.status_code))
    assert broken == []


@pytest.mark.parametrize("value", [*HOSTILE.values()][:-2], ids=[*HOSTILE][:-2])
def test_no_address_of_the_newsroom_breaks(app, signed_in_as, admin, subjects, value):
    browser, broken = signed_in_as(admin), []
    asked = dict.fromkeys(
        ("q", "state", "sort", "after", "tip", "kind", "story", "person", "actor", "subject"), value
    )
    if len(value) > 10_000:
        asked = {"q": value}
    for path in ("queue", "stories", "people", "drafts", "audit", "users"):
        answer = browser.get(f"/newsroom/{path}", query_string=asked)
        if answer.status_code >= 500 or b"<script>alert" in answer.data:
            broken.append((path, answer.status_code))
    assert broken == []
