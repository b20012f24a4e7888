"""Hidden tips: restricted by an editor, or escalated by anybody; for who is not named they are not there."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from builders import NOON, a_person, a_story, a_tip, a_user, an_attachment, counted, fresh, group_of
from hostile.test_any_input import path_of, routes
from sqlalchemy import select, update
from triage.desk import HTMX, query_of, refs_of
from triage.races import check_groups

from tipline import audit
from tipline.delivery.colleagues import tell
from tipline.drafts.actions import promote
from tipline.keeping.erase import erase_tip
from tipline.models import Delivery, Event, Group, Note, Tag, TipPerson, TipReader, View
from tipline.search.index import index_tips
from tipline.triage.restrict import escalate

CANARY = "heliotrope"
WHY = "Only for the court desk"


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


def restrict(browser, tip, *named, version=1, reason=WHY, **options):
    data = {"named": [user.email for user in named], "reason": reason, "version": str(version)}
    return browser.post(f"/newsroom/tips/{tip.ref}/restrict", data=data, **options)


def escalated(browser, tip, danger="threat", version=1, **options):
    data = {"danger": danger, "version": str(version)}
    return browser.post(f"/newsroom/tips/{tip.ref}/escalate", data=data, **options)


def reveal(browser, tip, version=2, reason=WHY):
    data = {"reason": reason, "version": str(version)}
    return browser.post(f"/newsroom/tips/{tip.ref}/reveal", data=data)


def readers(db, tip):
    with db.read() as session:
        return set(session.scalars(select(TipReader.user_id).where(TipReader.tip_id == tip.id)))


def events(db, tip):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.subject == tip.ref).order_by(Event.id)).all()


def test_a_restricted_tip_is_there_for_the_named_alone(db, mo, edie, signed_in_as, moderator, admin):
    named = a_user(db, name="Lena Holt")
    tip, other = a_tip(db, f"{CANARY} seen"), a_tip(db, "lamp")
    assert restrict(edie, tip, named).status_code == 303
    for browser in (edie, signed_in_as(named)):
        html = browser.get(f"/newsroom/tips/{tip.ref}").text
        assert f"{CANARY} seen" in html
        assert "Restricted: only Edie Okonjo, Lena Holt can see this tip." in html
        assert set(refs_of(browser.get("/newsroom/queue").text)) == {tip.ref, other.ref}
    for browser in (mo, signed_in_as(admin)):
        assert browser.get(f"/newsroom/tips/{tip.ref}").status_code == 404
        assert refs_of(browser.get("/newsroom/queue").text) == [other.ref]


def test_its_act_is_written_down_without_its_words(db, edie, editor):
    tip = a_tip(db, CANARY)
    restrict(edie, tip)
    [event] = events(db, tip)
    facts = {"batch": event.data["batch"], "why": WHY, "named": ["Edie Okonjo"]}
    assert (event.kind, event.data) == ("tip.restricted", facts)


def test_only_editors_restrict_and_only_with_a_reason_and_colleagues(db, mo, edie, moderator):
    tip, gone = a_tip(db), a_user(db, disabled_at=NOON)
    assert restrict(mo, tip, moderator).status_code == 403
    assert restrict(edie, tip, reason="x").status_code == 422
    assert restrict(edie, tip, gone).status_code == 422
    assert not fresh(db, tip).restricted
    assert readers(db, tip) == set()


def test_more_are_named_later_and_who_was_named_stays(db, edie, editor, moderator):
    tip = a_tip(db)
    restrict(edie, tip)
    restrict(edie, tip, moderator, version=2)
    assert readers(db, tip) == {editor.id, moderator.id}


def test_it_leaves_its_group_and_the_rest_stays_in_the_queue(db, mo, edie):
    tip = a_tip(db, f"{CANARY} one")
    other = a_tip(db, "ring two", group=group_of(db, tip))
    restrict(edie, tip)
    check_groups(db)
    assert group_of(db, fresh(db, tip)).id != group_of(db, fresh(db, other)).id
    html = mo.get("/newsroom/queue").text
    assert refs_of(html) == [other.ref]
    assert CANARY not in html


def test_whoever_is_named_opens_it_to_everybody_again(db, mo, edie, moderator):
    tip = a_tip(db, CANARY)
    restrict(edie, tip, moderator)
    assert reveal(mo, tip, reason="x").status_code == 422
    assert reveal(mo, tip).status_code == 303
    assert not fresh(db, tip).restricted
    assert readers(db, tip) == set()
    assert [event.kind for event in events(db, tip)] == ["tip.restricted", "tip.revealed"]


def test_escalating_hides_from_who_did_it_too(db, mo, edie, signed_in_as, editor, admin):
    tip, following = a_tip(db, CANARY), a_tip(db, "lamp")
    answer = escalated(mo, tip, "self_harm")
    assert answer.status_code == 303
    html = mo.get(answer.location).text
    assert "Escalated. Only those who were told" in html
    assert refs_of(html) == [following.ref]
    assert mo.get(f"/newsroom/tips/{tip.ref}").status_code == 404
    assert readers(db, tip) == {editor.id, admin.id}
    html = edie.get(f"/newsroom/tips/{tip.ref}").text
    assert "Escalated: only Ada Brandvold, Edie Okonjo can see this tip." in html
    assert "Mo Castellane escalated this: somebody may harm themselves" in html
    assert counted(db) == {"pending": 2}
    assert reveal(edie, tip).status_code == 303
    assert CANARY in mo.get(f"/newsroom/tips/{tip.ref}").text


def test_a_fragment_that_escalates_leads_back_to_the_list(db, mo, edie):
    answer = escalated(mo, a_tip(db), headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/newsroom/queue?said=escalated")


def test_they_are_told_without_a_word_of_it(db, settings, moderator, editor, admin):
    tip = a_tip(db, CANARY)
    mailing = replace(settings, smtp_url="smtp://localhost", site_url="https://lantern.example")
    with db.write() as session:
        escalate(session, mailing, tip.ref, "child", version=1, by=moderator, now=NOON)
    with db.read() as session:
        letters = [letter.payload for letter in session.scalars(select(Delivery))]
    assert {letter["to"] for letter in letters} == {editor.email, admin.email}
    assert f"https://lantern.example/newsroom/tips/{tip.ref}" in letters[0]["text"]
    assert CANARY not in json.dumps(letters)


def test_one_piece_of_news_is_told_once(db, settings, editor):
    mailing = replace(settings, smtp_url="smtp://localhost")
    for _ in range(2):
        with db.write() as session:
            tell(session, mailing, [editor], "news-1", "Subject", "Text.", path="/x", now=NOON)
    with db.read() as session:
        assert len(session.scalars(select(Delivery)).all()) == 1


def test_what_cannot_be_escalated_is_not(db, mo, edie, signed_in_as, moderator):
    tip = a_tip(db)
    assert escalated(mo, tip, "boredom").status_code == 422
    restrict(edie, tip, moderator)
    assert escalated(mo, tip, version=2).status_code == 409
    assert fresh(db, tip).escalated_at is None


def test_with_nobody_to_tell_nothing_is_hidden(db, mo):
    tip = a_tip(db)
    assert escalated(mo, tip).status_code == 409
    assert fresh(db, tip).escalated_at is None


def test_who_decides_what_was_hidden_meanwhile_finds_nothing_there(db, mo, edie):
    tip = a_tip(db, CANARY)
    escalated(edie, tip)
    data = {"decision": "accept", "version": "1"}
    assert mo.post(f"/newsroom/tips/{tip.ref}/decision", data=data).status_code == 404
    assert fresh(db, tip).state == "pending"


@pytest.fixture
def hidden(db, edie, mo, request):
    """A tip that was worked on before it was hidden, with its words in all that belongs to it."""
    story = a_story(db, "Lamp at the pier")
    tip = a_tip(db, f"{CANARY} at the pier", about=CANARY, place=CANARY, link=f"https://{CANARY}.example",
                story_id=story.id, files=1)  # fmt: skip
    file = an_attachment(tip)
    with db.write() as session:
        session.add_all([file, Tag(tip_id=tip.id, name="court")])
        index_tips(session)
    mo.post(f"/newsroom/tips/{tip.ref}/notes", data={"body": f"@edie {CANARY}"})
    edie.post(f"/newsroom/tips/{tip.ref}/notes", data={"body": f"@mo {CANARY}"})
    edie.post("/newsroom/drafts", data={"tips": tip.ref})
    version = 1
    mo.post(f"/newsroom/tips/{tip.ref}/links", data={"story": story.slug, "version": version})
    mo.post(f"/newsroom/tips/{tip.ref}/undo", data={"version": version + 1})
    act = {"restricted": restrict, "escalated": escalated}[request.param]
    assert act(edie, tip, version=version + 2).status_code == 303
    return tip, file, story


def gets(app, tip, file, story):
    """Every address that can be asked for, and the lists of the queue that could find the tip."""
    subjects = {"tips": tip.ref, "stories": story.slug, "people": "x", "stars": "x", "drafts": "K7Q2FD9X",
                "help": "readers", "static": "app.css", "reset": "x", "files": file.ref,
                "views": "x", "replies": "K7Q2FD9X", "stats": "inflow"}  # fmt: skip
    paths = [path_of(rule, subjects) for rule in routes(app, "GET")]
    queries = ["state=all", "sort=newest", "sort=oldest", f"q={CANARY}", f"q={CANARY}&sort=rank", "q=pier",
               "tag=court", f"story={story.slug}", "q=assignee:nobody", f"sender={tip.ref}", f"tip={tip.ref}",
               f"focus={tip.ref}", "kind=tip", "quarantined=1", "q=has:file", f"kept={tip.ref}"]  # fmt: skip
    lists = [f"/newsroom/queue?{query}&list={query}" for query in queries]
    return [*paths, *lists, f"/newsroom/tips/{tip.ref}/stories?q=pier", f"/newsroom/files/{file.ref}?view=1"]


@pytest.mark.thorough
@pytest.mark.parametrize("hidden", ["restricted", "escalated"], indirect=True)
def test_no_page_shows_others_a_word_of_it(app, db, mo, moderator, hidden):
    tip, file, story = hidden
    with db.write() as session:
        session.add(View(slug="all", owner_id=moderator.id, name="All words", query=f"q={CANARY}"))
    for path in gets(app, tip, file, story):
        for headers in ({}, HTMX):
            answer = mo.get(path, headers=headers)
            text = answer.text.replace(f"q={CANARY}", "").replace(f'value="{CANARY}"', "")
            assert CANARY not in text, path
            assert f'data-ref="{tip.ref}"' not in text, path
            # one that listed it would fail at its pane
            if path.startswith("/newsroom/queue?") and "tip=" not in path and "focus=" not in path:
                assert answer.status_code == 200, path
            assert answer.status_code < 500, path


@pytest.mark.thorough
@pytest.mark.parametrize("hidden", ["restricted", "escalated"], indirect=True)
def test_the_walk_would_find_it_where_it_is_shown(app, edie, hidden):
    found = [path for path in gets(app, *hidden) if f"{CANARY} at the pier" in edie.get(path).text]
    assert len(found) > 10


@pytest.mark.parametrize("hidden", ["restricted", "escalated"], indirect=True)
def test_every_act_on_it_finds_nothing_there(app, db, mo, hidden):
    tip = hidden[0]
    before = fresh(db, tip).version
    posts = [rule for rule in routes(app, "POST") if rule.rule.startswith("/newsroom/tips/")]
    assert len(posts) > 15
    for rule in posts:
        values = dict.fromkeys(rule.arguments, tip.ref)
        answer = mo.post(rule.build(values)[1], data={"version": str(before), "body": "x", "list": ""})
        assert answer.status_code in {403, 404}, rule.rule
        assert CANARY not in answer.text
    with db.read() as session:
        assert len(session.scalars(select(Note)).all()) == 2
    assert fresh(db, tip).version == before


@pytest.mark.parametrize("hidden", ["restricted", "escalated"], indirect=True)
def test_it_is_decided_with_others_by_nobody_else(db, mo, hidden):
    tip, other = hidden[0], a_tip(db)
    seen = f"{tip.ref}:{fresh(db, tip).version}"
    data = {"decision": "accept", "version": "1", "tip": seen}
    assert mo.post(f"/newsroom/tips/{other.ref}/decision", data=data).status_code == 404
    both = {"decision": "accept", "tip": [seen, f"{other.ref}:1"]}
    assert query_of(mo.post("/newsroom/queue/decide", data=both).location)["kept"] == tip.ref
    assert [fresh(db, each).state for each in (tip, other)] == ["pending", "accepted"]


@pytest.mark.parametrize("hidden", ["restricted", "escalated"], indirect=True)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_no_export_gives_it_out(db, mo, edie, hidden, kind):
    for browser in (mo, edie):
        answer = browser.post("/newsroom/queue/export", data={"list": "state=all", "format": kind})
        assert answer.status_code == 200
        assert CANARY not in answer.text


def number_of(browser, state="pending"):
    """Read how many tips of a state a page says there are."""
    html = browser.get("/newsroom/queue").text
    return int(re.search(rf'data-counted="{state}">([\d,]+)<', html)[1].replace(",", ""))


def test_the_numbers_are_those_of_what_one_may_see(db, mo, edie, moderator):
    tips = [a_tip(db) for _ in range(3)]
    assert (number_of(mo), number_of(edie)) == (3, 3)
    restrict(edie, tips[0])
    escalated(mo, tips[1])
    assert (number_of(mo), number_of(edie)) == (1, 3)
    assert "1 new" in mo.get("/newsroom/queue").text
    assert mo.get("/newsroom/queue/changes").json["counts"]["pending"] == "1"
    reveal(edie, tips[0])
    assert number_of(mo) == 2


def test_what_was_hidden_and_then_erased_is_taken_off_once(db, mo, edie, editor):
    a_tip(db)
    before = number_of(mo)
    tip = a_tip(db)
    with db.write() as session:
        promote(session, [tip.ref], by=editor, now=NOON)  # so that its row stays when it is erased
    restrict(edie, tip, version=fresh(db, tip).version)
    assert number_of(mo) == before
    with db.write() as session:
        erase_tip(session, fresh(db, tip), by=audit.READER, now=NOON)
    assert fresh(db, tip).restricted
    assert (number_of(mo), number_of(edie)) == (before, before)


def test_its_row_says_why_few_see_it_in_a_word_and_a_shape(db, mo, edie, editor):
    danger, limits, both, plain = (a_tip(db) for _ in range(4))
    escalated(mo, danger)
    restrict(edie, limits)
    escalated(mo, both)
    restrict(edie, both, version=2)
    rows = edie.get("/newsroom/queue").text.split(' id="row-')[1:]
    said = {row[:8]: row.partition("</li>")[0] for row in rows}
    for tip in (danger, both):
        assert '<span class="badge danger">Escalated</span>' in said[tip.ref]
    assert '<span class="badge limits">Restricted</span>' in said[limits.ref]
    assert "Escalated" not in said[plain.ref] + said[limits.ref]
    assert "Restricted" not in said[plain.ref] + said[danger.ref]
    css = edie.get("/static/newsroom.css").text
    shapes = re.findall(r'\.badge\.(?:danger|limits)::before \{ content: "(.)" / "";', css)
    assert len(set(shapes)) == 2


@pytest.mark.parametrize(("query", "finds"), [
    ("has:danger", "danger"), ("has:escalated", "danger"), (f"{CANARY} has:danger", "danger"),
    ("has:limits", "limits"), ("has:restricted", "limits"), ("-has:danger -has:limits", "plain"),
    ("has:danger has:limits", ""),
])  # fmt: skip
def test_a_search_finds_it_for_those_alone_who_may_see_it(db, mo, edie, editor, query, finds):
    tips = {name: a_tip(db, f"{CANARY} {name}") for name in ("danger", "limits", "plain")}
    escalated(mo, tips["danger"])
    restrict(edie, tips["limits"])
    with db.write() as session:
        index_tips(session)
        session.add(View(slug="few", owner_id=editor.id, name="Few", query=urlencode({"q": query})))
    path = f"/newsroom/queue?{urlencode({'q': query})}"
    html = edie.get(path).text
    assert refs_of(html) == ([tips[finds].ref] if finds else [])
    assert re.search(rf"Few.{{0,80}}>{int(bool(finds))}<", html, re.DOTALL)
    assert refs_of(mo.get(path).text) == ([tips[finds].ref] if finds == "plain" else [])


def test_what_comes_back_hidden_is_no_arrival_for_others(db, mo, edie):
    tip = a_tip(db, CANARY)
    restrict(edie, tip)
    since = mo.get("/newsroom/queue").text.split('data-mark="')[1].split('"')[0]
    with db.write() as session:
        audit.record(session, "tip.replied", subject=tip.ref, by=audit.READER, at=NOON)
        session.execute(update(Group).values(claimed_by_id=1, claimed_until=NOON + timedelta(days=36_500)))
    for browser, there in ((mo, False), (edie, True)):
        news = browser.get("/newsroom/queue/changes", query_string={"since": since}).json
        assert bool(news["new"]) == there
        rows = browser.get("/newsroom/queue/arrivals", query_string={"since": since}).text
        assert (CANARY in rows) == there
    assert mo.get("/newsroom/queue/changes").json["claims"] == {}


def test_stories_and_people_count_what_one_may_see(db, mo, edie):
    story, person = a_story(db), a_person(db, "Ida Marlowe")
    tips = [a_tip(db), a_tip(db)]
    for tip in tips:
        edie.post(f"/newsroom/tips/{tip.ref}/links", data={"story": story.slug, "version": "1"})
    with db.write() as session:
        session.add_all(TipPerson(tip_id=tip.id, person_id=person.id) for tip in tips)
    restrict(edie, tips[0], version=2)
    for browser, words in ((mo, "1 tip<"), (edie, "2 tips<")):
        for page in ("stories", "people"):
            assert words in browser.get(f"/newsroom/{page}").text


def test_a_colleague_who_left_is_not_among_those_who_see_it(db, signed_in_as, editor):
    tip, left = a_tip(db), a_user(db, name="Pat Lind", disabled_at=NOON)
    edie = signed_in_as(editor)
    restrict(edie, tip)
    with db.write() as session:
        session.add(TipReader(tip_id=tip.id, user_id=left.id, by_id=editor.id, at=NOON))
    assert "only Edie Okonjo can see this tip" in edie.get(f"/newsroom/tips/{tip.ref}").text
