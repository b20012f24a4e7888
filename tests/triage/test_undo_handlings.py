"""Taking back what decides nothing: tags, assigning, a link taken away, corrections, who may see a tip."""

import pytest
from builders import NOON, a_story, a_tip, a_user, counted, fresh, group_of
from sqlalchemy import delete, select, update
from triage.desk import HTMX, form, refs_of
from triage.races import at_once, check_groups, recount
from triage.regrouping import act

from tipline.accounts.handover import hand_over
from tipline.errors import Conflict
from tipline.models import Apart, Decision, Desk, Event, Handling, Link, Story, Tag, Tip, TipReader
from tipline.search.index import index_tips
from tipline.triage import tags
from tipline.triage.assign import assign
from tipline.triage.decide import decide
from tipline.triage.moves import Stale
from tipline.triage.restrict import restrict
from tipline.triage.tags import MAX_TAGS
from tipline.triage.undo import last_act, undo

WHY = "Only for the court desk"
REFUSED = "You did nothing since you signed in that is left to take back."


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


def post(browser, tip, path, **values):
    """Post an act on a tip as it is now."""
    db = browser.application.extensions["tipline"].db
    data = {"version": str(fresh(db, tip).version), **values}
    return browser.post(f"/newsroom/tips/{tip.ref}/{path}", data=data)


def key_z(browser):
    return browser.post("/newsroom/undo")


def page_after(browser, answer):
    assert answer.status_code == 303
    return browser.get(answer.location).text


def picture(db):
    """Return all that these acts change; versions and the events aside."""
    columns = (Tip.ref, Tip.state, Tip.kind, Tip.about, Tip.place, Tip.sent_kind, Tip.sent_about,
               Tip.sent_place, Tip.assignee_id, Tip.desk_id, Tip.restricted, Tip.escalated_at)  # fmt: skip
    readers = select(TipReader.tip_id, TipReader.user_id, TipReader.by_id, TipReader.at)
    tables = (select(*columns), select(Tag.tip_id, Tag.name), readers, select(Apart.tip_id, Apart.other_id),
              select(Link.tip_id, Link.story_id, Link.state, Link.by_id, Link.at),
              select(Story.slug, Story.tip_count))  # fmt: skip
    with db.read() as session:
        rows = [sorted(map(repr, session.execute(table))) for table in tables]
        homes = session.execute(select(Tip.ref, Tip.group_id)).all()
    return rows, {frozenset(ref for ref, at in homes if at == home) for _, home in homes}, counted(db)


def kinds(db, tip):
    with db.read() as session:
        return list(session.scalars(select(Event.kind).where(Event.subject == tip.ref).order_by(Event.id)))


ACTS = [
    ("tags", {"tag": "court"}, "has the tag “court” now."),
    ("tags", {"tag": "pier", "act": "remove"}, "has the tag “pier” no more."),
    ("suggestion", {}, "Suggested to the editors that they make a draft of"),
    ("assign", {"assignee": "me"}, "is assigned to Edie Okonjo now."),
    ("assign", {"assignee": "desk:royals"}, "is assigned to Royals now."),
    ("assign", {"assignee": ""}, "is assigned to nobody now."),
    ("unlink", {"story": "lamp"}, "is linked to “Lamp at the pier” no more."),
    ("correction", {"kind": "tip", "about": "the drummer", "place": ""}, "(about, place)."),
    ("restrict", {"reason": WHY, "named": ["mo@lantern.example"]}, "Only those who are named see"),
]


@pytest.fixture
def worked_on(db, edie, moderator):
    """A tip that was tagged, assigned and linked, and shares its group with another."""
    story = a_story(db, "Lamp at the pier", slug="lamp")
    with db.write() as session:
        session.add(Desk(slug="royals", name="Royals"))
    tip = a_tip(db, "ring seen", about="the drumer", place="Skagn", assignee_id=moderator.id)
    a_tip(db, "ring seen too", group=group_of(db, tip))
    post(edie, tip, "tags", tag="pier")
    post(edie, tip, "links", story=story.slug)
    return tip


@pytest.mark.parametrize(("path", "values", "said"), ACTS)
def test_z_takes_it_back_and_all_is_as_before(db, edie, moderator, worked_on, path, values, said):
    if "named" in values:
        values = {**values, "named": [moderator.email]}
    before, names = picture(db), kinds(db, worked_on)
    html = page_after(edie, post(edie, worked_on, path, **values))
    assert said in html
    assert form(html, f"/newsroom/tips/{worked_on.ref}/undo")
    assert picture(db) != before
    html = page_after(edie, key_z(edie))
    assert "Taken back." in html
    assert picture(db) == before
    check_groups(db)
    done, undone = kinds(db, worked_on)[len(names) :]
    assert undone.endswith("_undone"), done
    assert f"{undone} this" not in html, "the history has words for it"
    assert "Edie Okonjo" in html


def test_the_notice_itself_takes_it_back_and_twice_is_a_success(db, mo, signed_in_as, editor):
    tip = a_tip(db)
    html = page_after(mo, post(mo, tip, "tags", tag="court"))
    fields = form(html, f"/newsroom/tips/{tip.ref}/undo")
    for _ in range(2):
        answer = mo.post(f"/newsroom/tips/{tip.ref}/undo", data=fields)
        assert "Taken back." in page_after(mo, answer)
    assert kinds(db, tip) == ["tip.tagged", "tip.tag_undone"]
    answer = mo.post(f"/newsroom/tips/{tip.ref}/undo", data=fields, headers=HTMX)
    assert (answer.status_code, "Taken back." in answer.text) == (200, True)


def test_a_fragment_offers_undo_too(db, mo):
    tip = a_tip(db)
    answer = mo.post(f"/newsroom/tips/{tip.ref}/assign", data={"assignee": "me"}, headers=HTMX)
    assert form(answer.text, f"/newsroom/tips/{tip.ref}/undo")["batch"]
    answer = mo.post(f"/newsroom/tips/{tip.ref}/assign", data={"assignee": "me"}, headers=HTMX)
    assert "It stands as you wanted it already." in answer.text


@pytest.mark.thorough
def test_all_of_a_sitting_is_taken_back_act_by_act(db, edie, editor, worked_on):
    other, before = a_tip(db, "lamp seen"), []
    whole = [*ACTS[:-1], ("decision", {"decision": "spam"}, ""), ACTS[-1]]
    for path, values, _ in whole:
        before.append(picture(db))
        assert post(edie, worked_on, path, **{**values, "named": []}).status_code == 303
        before.append(picture(db))
        assert post(edie, other, "tags", tag=f"{path} {len(before)}").status_code == 303
    for was in reversed(before):
        assert key_z(edie).status_code == 303
        assert picture(db) == was
    assert counted(db) == recount(db)


def test_only_ones_own_is_taken_back(db, mo, edie, moderator):
    tip = a_tip(db)
    html = page_after(mo, post(mo, tip, "tags", tag="court"))
    assert key_z(edie).status_code == 409
    answer = edie.post(f"/newsroom/tips/{tip.ref}/undo", data=form(html, f"/newsroom/tips/{tip.ref}/undo"))
    assert (answer.status_code, "only they can take it back" in answer.text) == (409, True)
    assert kinds(db, tip) == ["tip.tagged"]


def handled(db, name, tip, *args, by, **more):
    verb = {"tag": tags.add_tag, "untag": tags.remove_tag, "assign": assign}[name]
    with db.write() as session:
        return verb(session, tip.ref, *args, by=by, now=NOON, **more)


def undone(db, tip, outcome, *, by):
    with db.write() as session:
        return undo(session, tip.ref, by=by, now=NOON, batch=outcome.batch)


def last_of(db, user):
    with db.read() as session:
        found = last_act(session, by=user, since=NOON)
        return found and found[1]


def test_what_a_colleague_went_on_with_is_theirs_until_they_take_it_back(db, moderator, editor):
    tip = a_tip(db)
    mine = handled(db, "tag", tip, "court", by=moderator)
    theirs = handled(db, "untag", tip, "court", by=editor)
    again = handled(db, "tag", tip, "court", by=editor)
    assert last_of(db, moderator) is None
    with pytest.raises(Stale, match="Edie Okonjo tagged this 0 s ago"):
        undone(db, tip, mine, by=moderator)
    for outcome in (again, theirs):
        assert undone(db, tip, outcome, by=editor).count == 1
    assert last_of(db, moderator) == mine.batch
    assert undone(db, tip, mine, by=moderator).count == 1


def test_another_tag_and_a_decision_are_in_nobodys_way(db, moderator, editor):
    tip = a_tip(db)
    mine = handled(db, "tag", tip, "court", by=moderator)
    handled(db, "tag", tip, "pier", by=editor)
    with db.write() as session:
        decide(session, tip.ref, Decision.ACCEPT, version=1, by=editor, now=NOON)
    assert undone(db, tip, mine, by=moderator).count == 1
    assert fresh(db, tip).version == 2


def test_what_was_handed_over_since_is_passed_over(db, moderator, editor, admin):
    tip, taker = a_tip(db), a_user(db, name="Lena Holt")
    mine = handled(db, "assign", tip, editor.email, by=moderator)
    with db.write() as session:
        hand_over(session, editor.email, taker.email, by=admin, now=NOON)
    assert fresh(db, tip).assignee_id == taker.id
    assert last_of(db, moderator) is None
    with pytest.raises(Stale, match="Ada Brandvold assigned this"):
        undone(db, tip, mine, by=moderator)


def test_what_cannot_be_given_back_is_nobodys(db, mo, moderator):
    leaver = a_user(db, name="Lena Holt")
    tip, other = a_tip(db, assignee_id=leaver.id), a_tip(db)
    with db.write() as session:
        desk = Desk(slug="royals", name="Royals")
        session.add(desk)
        session.flush()
        session.execute(update(Tip).where(Tip.id == other.id).values(desk_id=desk.id))
    for one in (tip, other):
        post(mo, one, "assign", assignee="me")
    with db.write() as session:
        session.execute(update(type(leaver)).where(type(leaver).id == leaver.id).values(disabled_at=NOON))
        session.execute(delete(Desk))
        session.add(Desk(slug="courts", name="Courts"))  # SQLite gives it the same id
    for one in (other, tip):
        assert "Taken back." in page_after(mo, key_z(mo))
        assert (fresh(db, one).assignee_id, fresh(db, one).desk_id) == (None, None)
    assert "Mo Castellane gave this back to nobody" in mo.get(f"/newsroom/tips/{tip.ref}").text


def test_a_tag_does_not_come_back_to_a_tip_that_is_full(db, moderator):
    tip = a_tip(db)
    handled(db, "tag", tip, "court", by=moderator)
    mine = handled(db, "untag", tip, "court", by=moderator)
    with db.write() as session:
        session.add_all(Tag(tip_id=tip.id, name=f"t{n}") for n in range(MAX_TAGS))
    with pytest.raises(Conflict, match="holds 20 tags"):
        undone(db, tip, mine, by=moderator)


def test_a_corrected_tip_is_found_by_the_words_that_stand_again(db, mo):
    tip = a_tip(db, "ring seen", place="Skagn")
    with db.write() as session:
        index_tips(session)
    post(mo, tip, "correction", kind="question", place="Skagen")
    with db.write() as session:
        index_tips(session)
    assert key_z(mo).status_code == 303
    with db.write() as session:
        index_tips(session)
    assert refs_of(mo.get("/newsroom/queue?q=skagn").text) == [tip.ref]
    assert refs_of(mo.get("/newsroom/queue?q=skagen").text) == []
    assert group_of(db, tip).kind == "tip"


def test_a_kind_stays_when_others_say_the_same_by_now(db, mo, editor):
    tip, other = a_tip(db), a_tip(db, kind="question")
    post(mo, tip, "correction", kind="question")
    act(db, "join", other, tip, by=editor)
    assert len({fresh(db, each).group_id for each in (tip, other)}) == 1
    if fresh(db, tip).version == 2:  # the one that stays is not changed by it
        answer = key_z(mo)
        assert (answer.status_code, "Take this tip out of its group first" in answer.text) == (409, True)
    assert fresh(db, tip).kind == "question"
    check_groups(db)


def hidden(db, tip, *named, by):
    with db.write() as session:
        emails = [user.email for user in named]
        return restrict(session, tip.ref, emails, WHY, version=fresh(db, tip).version, by=by, now=NOON)


def test_a_restricted_tip_goes_back_to_its_group_unless_it_no_longer_fits(db, editor):
    tip = a_tip(db)
    other = a_tip(db, group=group_of(db, tip))
    outcome = hidden(db, tip, by=editor)
    with db.write() as session:
        session.add(Apart(tip_id=tip.id, other_id=other.id, by_id=editor.id, at=NOON))
    undone(db, tip, outcome, by=editor)
    assert fresh(db, tip).group_id != fresh(db, other).group_id
    assert not fresh(db, tip).restricted
    check_groups(db)


def test_a_restricted_tip_speaks_for_its_group_again(db, editor):
    tip, member, alone = a_tip(db), a_tip(db), a_tip(db)
    for other in (member, alone):
        act(db, "join", other, tip, by=editor)
    acts = [(one, hidden(db, one, by=editor)) for one in (alone, tip)]
    assert group_of(db, fresh(db, member)).lead_id == member.id
    for one, outcome in reversed(acts):
        undone(db, one, outcome, by=editor)
    assert group_of(db, fresh(db, member)).lead_id == tip.id
    check_groups(db)


def test_a_restricted_tip_stays_alone_when_the_other_is_gone_or_hidden(db, editor):
    tip = a_tip(db)
    other = a_tip(db, group=group_of(db, tip))
    outcome = hidden(db, tip, by=editor)
    hidden(db, other, by=editor)
    undone(db, tip, outcome, by=editor)
    assert fresh(db, tip).group_id != fresh(db, other).group_id
    check_groups(db)


def test_opening_to_everybody_is_taken_back_to_the_same_readers(db, edie, mo, moderator):
    tip = a_tip(db)
    other = a_tip(db, group=group_of(db, tip))
    post(edie, tip, "restrict", reason=WHY)
    before = picture(db)
    assert "Everybody sees" in page_after(edie, post(edie, tip, "reveal", reason=WHY))
    act(db, "join", other, tip, by=moderator)
    assert mo.get(f"/newsroom/tips/{tip.ref}").status_code == 200
    assert "Only those who are named see" in page_after(edie, key_z(edie))
    assert picture(db) == before
    check_groups(db)
    with db.read() as session:
        batch = session.scalars(select(Handling.batch).order_by(Handling.id.desc())).first()
    for path in (f"/newsroom/tips/{tip.ref}", f"/newsroom/queue?done={batch}"):
        assert "as before" not in mo.get(path).text
    assert mo.post(f"/newsroom/tips/{tip.ref}/undo", data={"batch": batch}).status_code == 404


def test_of_a_tip_that_is_hidden_since_nothing_is_said(db, mo, moderator, editor):
    tip = a_tip(db, "heliotrope")
    answer = post(mo, tip, "tags", tag="court")
    hidden(db, tip, by=editor)
    assert "has the tag" not in mo.get(answer.location.replace(f"tip={tip.ref}", "")).text
    answer = key_z(mo)
    assert (answer.status_code, REFUSED in answer.text) == (409, True)
    with db.write() as session:
        batch = session.scalars(select(Handling.batch).where(Handling.by_id == moderator.id)).one()
        assert undo(session, tip.ref, by=moderator, now=NOON, batch=batch).count == 0
    assert kinds(db, tip) == ["tip.tagged", "tip.restricted"]


def test_a_batch_is_spoken_of_to_who_did_it_alone(db, mo, edie):
    tip = a_tip(db)
    answer = post(mo, tip, "tags", tag="court")
    assert "has the tag" in mo.get(answer.location).text
    assert "has the tag" not in edie.get(answer.location).text


def test_escalating_is_not_undone_by_a_slip(db, edie, admin):
    tip = a_tip(db)
    post(edie, tip, "escalate", danger="threat")
    assert key_z(edie).status_code == 409
    assert fresh(db, tip).escalated_at is not None


def test_of_two_who_take_back_at_once_one_does_it(db, moderator):
    tip = a_tip(db)
    outcome = handled(db, "assign", tip, moderator.email, by=moderator)
    results = at_once(*[lambda: undone(db, tip, outcome, by=moderator)] * 2)
    assert sorted(result.count for result in results) == [0, 1]
    assert kinds(db, tip) == ["tip.assigned", "tip.assign_undone"]
