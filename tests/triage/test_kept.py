"""What an application kept of its pages is what a fresh one prints: after every act, for each, at any time.

One walk: between its acts everybody reads the pages, in an application that keeps what it printed, and in
one that has printed nothing yet; the acts are done in either, since two web processes share a database only.
"""

import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta

import pytest
from builders import NOON, a_person, a_story, a_tip, a_user, an_attachment, fresh
from clients import StaffClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import Environment
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from keeping.full import a_full_tip
from sqlalchemy import select, update
from triage.desk import form

from tipline import audit, clock
from tipline.assist import reading
from tipline.assist.groups import group_tips
from tipline.keeping.contact import sealed_contact
from tipline.keeping.erase import erase_tip
from tipline.memory import Memory
from tipline.models import (
    Contact,
    Direction,
    Message,
    Role,
    Session,
    Story,
    Tip,
    User,
    catalogue_changed,
    new_ref,
)
from tipline.search.index import index_story, index_tips
from tipline.triage import body_shown, view_counts, watching
from tipline.triage.queue_kept import Frame
from tipline.web.kept import EXTENSION, Pieces

READERS = ("mo", "edie", "sam")
WHY = "Only for the court desk"
SAID = "Ilka Brandvold and her drummer left the Halyard hotel through the kitchen with two suitcases"
# What is another in each request: the words of its forms, and its name on a page of errors.
# What a process remembers, besides the pieces of its application.
REMEMBERED = (
    (reading, "_told"),
    (reading, "_beside"),
    (watching, "_said"),
    (view_counts, "_known"),
    (view_counts, "_counted"),
    (body_shown, "_shown"),
)
ONCE = re.compile(r'name="(?:csrf_token|message)" value="[^"]+"|<code>[0-9a-f]{16}</code>')


@contextmanager
def remembering_nothing(app):
    """Let an application, and this process, begin with nothing kept; what others remember is left to them."""
    app.extensions[EXTENSION] = Pieces(app.jinja_env)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in REMEMBERED:
            patch.setattr(module, name, Memory(1024 * 1024))
        yield


class Walk:
    """A newsroom that four people read, in two applications at once."""

    def __init__(self, db, app, other, people: dict[str, User], tips) -> None:
        self.db, self.people, self.tips = db, people, tips
        self.apps, self.now, self.acts = (app, other), NOON + timedelta(days=1), 0
        self.story, self.checks, self.missing = a_story(db, "Halyard hotel changes hands"), 0, 0

    def sign_in(self) -> None:
        self.browsers = {
            (app, name): StaffClient.of(app, self.db, user)
            for app in self.apps
            for name, user in self.people.items()
        }

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)
        with self.db.write() as session:
            session.execute(update(Session).values(seen_at=self.now))

    def post(self, who: str, path: str, /, **data) -> None:
        """Act, in each of the two applications in turn."""
        self.acts += 1
        answer = self.browsers[self.apps[self.acts % 2], who].post(f"/newsroom/{path}", data=data)
        assert answer.status_code in {200, 303}, (path, data, answer.status_code)

    def on(self, who: str, act: str, tip: int = 0, /, **data) -> None:
        """Act on a tip, at the version that it has now."""
        seen = fresh(self.db, self.tips[tip])
        self.post(who, f"tips/{seen.ref}/{act}", **{"version": str(seen.version), **data})

    def change(self, model, **values) -> None:
        with self.db.write() as session:
            session.execute(update(model).values(**values))

    def check(self, after: str) -> None:
        """Compare what everybody reads with what an application prints that never printed anything."""
        kept, other = self.apps
        self.checks += 1
        for name in READERS:
            for path in self.paths():
                read = self.browsers[kept, name].get(path)
                with remembering_nothing(other):
                    anew = self.browsers[other, name].get(path)
                assert read.status_code == anew.status_code, (after, name, path)
                assert ONCE.sub("", read.text) == ONCE.sub("", anew.text), (after, name, path)
                self.missing += read.status_code == 404

    def paths(self) -> list[str]:
        refs = [tip.ref for tip in self.tips]
        others = ["/newsroom/queue", f"/newsroom/queue?tip={refs[1]}", f"/newsroom/tips/{refs[0]}"]
        return [f"/newsroom/queue?tip={refs[0]}&state=all", others[self.checks % len(others)]]


@pytest.fixture
def walk(db, an_app, keyring, moderator, editor, admin, monkeypatch):
    tips = [a_full_tip(db, keyring), a_tip(db, f"{SAID}, says a waiter"), a_tip(db, "A lamp.")]
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == tips[0].id).values(body=SAID))
    people = {"mo": moderator, "edie": editor, "ada": admin, "sam": a_user(db, Role.MODERATOR)}
    walk = Walk(db, an_app(), an_app(), people, tips)
    monkeypatch.setattr(clock, "now", lambda: walk.now)
    walk.sign_in()
    return walk


def erase(walk: Walk) -> None:
    with walk.db.write() as session:
        erase_tip(session, walk.tips[0], by=walk.people["ada"], now=walk.now)


def arrive(walk: Walk, text: str = "The bridge is closed.") -> None:
    tip = a_tip(walk.db, text, received_at=walk.now)
    with walk.db.write() as session:
        audit.record(session, "tip.received", subject=tip.ref, by=audit.READER, at=walk.now)


def import_story(walk: Walk) -> None:
    story = a_story(walk.db, "Brandvold leaves the Halyard hotel")
    with walk.db.write() as session:
        index_story(session, story.id, story.headline, story.body)
        catalogue_changed(session)


def change_headline(walk: Walk) -> None:
    with walk.db.write() as session:
        session.execute(update(Story).values(headline="The hotel is open again"))
        catalogue_changed(session)


def answer(walk: Walk) -> None:
    with walk.db.write() as session:
        said = {"direction": Direction.FROM_TIPSTER, "body": "The one by the harbor.", "at": walk.now}
        session.add(Message(ref=new_ref(), tip_id=walk.tips[0].id, **said))


def write(walk: Walk) -> None:
    walk.on("mo", "messages", body="Which hotel was it?", message=new_ref())


def take_back(walk: Walk) -> None:
    with walk.db.read() as session:
        ref = session.scalars(select(Message.ref).order_by(Message.id.desc())).first()
    walk.on("mo", f"messages/{ref}/take-back")


def attach(walk: Walk) -> None:
    with walk.db.write() as session:
        session.add(an_attachment(walk.tips[0]))


def work(walk: Walk) -> None:
    """Do what the worker does."""
    while group_tips(walk.db):
        pass
    with walk.db.write() as session:
        while index_tips(session):
            pass


def watch(walk: Walk, words: str) -> None:
    page = walk.browsers[walk.apps[0], "ada"].get("/newsroom/watched").text
    walk.post("ada", "watched", **{**form(page, "/newsroom/watched"), "words": words})


def join(walk: Walk) -> None:
    two = fresh(walk.db, walk.tips[1])
    walk.on("mo", "group", act="join", other=two.ref, tip=f"{two.ref}:{two.version}")


def split(walk: Walk) -> None:
    two = fresh(walk.db, walk.tips[1])
    walk.on("mo", "group", act="split", other=two.ref, tip=f"{two.ref}:{two.version}")


ACTS: dict[str, Callable[[Walk], object]] = {
    "nothing": lambda walk: None,
    "a second passed": lambda walk: walk.later(seconds=1),
    "an hour passed": lambda walk: walk.later(hours=1),
    "joined": join,
    "split": split,
    "the worker looked": work,
    "a tip came": arrive,
    "a story came": import_story,
    "a person became known": lambda walk: a_person(walk.db, "Ilka Brandvold"),
    "a headline changed": change_headline,
    "words are watched": lambda walk: watch(walk, "suitcases"),
    "others are watched": lambda walk: watch(walk, "kitchen"),
    "a view was saved": lambda walk: walk.post("mo", "views", name="Lamps", list="q=lamp", shared="y"),
    "one of it came": lambda walk: arrive(walk, "A lamp in the harbor leads nowhere tonight"),
    "the worker looked again": work,
    "one that says the same came": lambda walk: arrive(walk, f"{SAID} and a lamp"),
    "the worker joined it": work,
    "a view was renamed": lambda walk: walk.post("mo", "views/lamps", name="Lanterns", shared="y"),
    "a view was deleted": lambda walk: walk.post("mo", "views/lamps/delete"),
    "claimed": lambda walk: walk.on("mo", "claim"),
    "given up": lambda walk: walk.on("mo", "claim", act="release"),
    "claimed again": lambda walk: walk.on("sam", "claim"),
    "the claim ran out": lambda walk: walk.later(minutes=3),
    "tagged": lambda walk: walk.on("mo", "tags", tag="court"),
    "the tag came off": lambda walk: walk.on("mo", "tags", tag="court", act="remove"),
    "assigned": lambda walk: walk.on("mo", "assign", assignee="me"),
    "noted": lambda walk: walk.on("mo", "notes", body="Ask the waiter"),
    "corrected": lambda walk: walk.on("mo", "correction", kind="correction", about="the hotel", place=""),
    "suggested": lambda walk: walk.on("mo", "suggestion"),
    "promoted": lambda walk: walk.post("edie", "drafts", tips=walk.tips[0].ref),
    "written to": write,
    "taken back": take_back,
    "written to again": write,
    "the message is out": lambda walk: walk.later(seconds=20),
    "the tipster answered": answer,
    "a file came": attach,
    "linked": lambda walk: walk.on("mo", "links", story=walk.story.slug),
    "unlinked": lambda walk: walk.on("mo", "unlink", story=walk.story.slug),
    "reopened": lambda walk: walk.on("mo", "decision", decision="reopen"),
    "declined": lambda walk: walk.on("mo", "decision", decision="decline", reason="known"),
    "undone": lambda walk: walk.on("mo", "undo"),
    "put off": lambda walk: walk.on("sam", "decision", 1, decision="snooze", until="2026-03-09T09:00"),
    "marked as spam": lambda walk: walk.on("edie", "decision", 2, decision="spam"),
    "the last act undone": lambda walk: walk.post("edie", "undo"),
    "a contact opened": lambda walk: walk.on("edie", "contact", reason=WHY),
    "held": lambda walk: walk.on("edie", "hold", act="hold", reason=WHY),
    "let go": lambda walk: walk.on("edie", "hold", act="lift", reason=WHY),
    "a name changed": lambda walk: walk.change(User, name="Kim Aldana"),
    "a zone changed": lambda walk: walk.change(User, timezone="Asia/Tokyo"),
    "keys were chosen": lambda walk: walk.change(User, keys={"letters": {"a": "y"}, "usual": "known"}),
    "escalated": lambda walk: walk.on("mo", "escalate", danger="threat"),
    "revealed": lambda walk: walk.on("ada", "reveal", reason=WHY),
    "restricted": lambda walk: walk.on("edie", "restrict", named=walk.people["sam"].email, reason=WHY),
    "a role was lost": lambda walk: walk.change(User, role=Role.MODERATOR),
    "a role was given": lambda walk: walk.change(User, role=Role.ADMIN),
    "erased": erase,
}


@pytest.mark.thorough
def test_what_was_kept_is_what_is_printed_anew(walk):
    for name, act in ACTS.items():
        act(walk)
        walk.check(name)
    assert walk.missing > 4  # hidden from some, and gone in the end


def test_each_is_given_their_own_token_in_what_was_kept(app, db, signed_in_as, moderator, editor):
    tip, signer = a_tip(db), URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token")
    for user in (moderator, editor, moderator):
        browser = signed_in_as(user)
        with browser.session_transaction() as cookie:
            cookie["csrf_token"] = f"{user.id}" * 40
        page = browser.get(f"/newsroom/tips/{tip.ref}").text
        tokens = re.findall(r'name="csrf_token" value="([^"]+)"', page)
        assert {signer.loads(token) for token in tokens} == {f"{user.id}" * 40}


def test_what_was_opened_or_typed_is_not_kept(app, db, keyring, signed_in_as, editor):
    tip, browser = a_tip(db), signed_in_as(editor)
    with db.write() as session:
        sealed = sealed_contact(keyring, tip.ref, {"email": "ana@example.org"}, may_contact=True)
        session.add(Contact(tip_id=tip.id, **sealed))
    browser.get(f"/newsroom/tips/{tip.ref}")
    opened = browser.post(f"/newsroom/tips/{tip.ref}/contact", data={"reason": WHY})
    assert "ana@example.org" in opened.text
    refused = browser.post(f"/newsroom/tips/{tip.ref}/tags", data={"tag": "heliotrope" * 10})
    assert "heliotrope" in refused.text
    kept = list(app.extensions[EXTENSION])
    assert any(tip.ref in piece for piece in kept)
    assert not any("ana@example.org" in piece or "heliotrope" in piece for piece in kept)


PANE = {"tip", "search", "usual", "csrf_token", "message_ref", "in_two_hours"}
IN_PANE = {"carried", "icon", "problem", "marked"}  # given by _tip.html to its parts
FRAME = {each.name for each in fields(Frame)} | {"rows", "tip", "mark", "csrf_token", "notice", "view_link"}
# What is the same for all who work here, and the two that say who is signed in.
FOR_STAFF = {"section", "operators", "reasons", "site", "asset", "lang", "dir", "staff", "key_dialogs"}


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ("triage/_pane.html", PANE | IN_PANE),
        ("triage/_group_row.html", set()),
        ("newsroom/_keys.html", {"ACTS"}),
        ("triage/queue.html", FRAME | IN_PANE | FOR_STAFF),
    ],
)
def test_what_is_kept_prints_nothing_but_its_values(app, template, given):
    """The globals of templates would let one print who asks, or what they asked for."""
    # one without Flask's globals, or it would not name them
    environment, todo, asked = Environment(loader=app.jinja_loader), [template], set()
    for name in todo:
        parsed = environment.parse(environment.loader.get_source(environment, name)[0])
        asked |= find_undeclared_variables(parsed)
        todo += [each for each in find_referenced_templates(parsed) if each not in todo]
    assert asked <= given
