"""The score is kept: a moment after a tip came in, when its group changes, when much was learned."""

from datetime import timedelta

import pytest
from assist.test_groups import SAID
from assist.test_spam import PRIZE, RING, a_lesson, a_newsroom_that_knows, decided, learned
from builders import NOON, a_person, a_story, group_of
from builders import a_tip as a_new_tip
from sqlalchemy import delete, event, insert, update
from triage.races import at_once

from tipline.assist import facts as gathering
from tipline.assist import ranking
from tipline.assist.facts import LOOKED_AT, facts_of, groups_asked
from tipline.assist.groups import group_tips
from tipline.assist.ranking import score_groups
from tipline.assist.score import parts, total
from tipline.at_once import AtOnce, ids_of
from tipline.keeping.contact import sealed_contact
from tipline.keeping.erase import erase_tip
from tipline.models import Contact, Decision, Group, How, State, StoryPerson, Tip, Ungrouped
from tipline.models.group import rank
from tipline.triage.undo import undo


def a_tip(db, *args, **columns):
    """Store a tip whose likes were looked for."""
    tip = a_new_tip(db, *args, **columns)
    with db.write() as session:
        session.execute(delete(Ungrouped).where(Ungrouped.tip_id == tip.id))
    return tip


def all_looked_at(db):
    with db.write() as session:
        session.execute(delete(Ungrouped))


def scored(db, tip):
    while score_groups(db):
        pass
    return group_of(db, tip).score


def facts(db, tip):
    with db.read() as session:
        group_id = session.get_one(Tip, tip.id).group_id
        return facts_of(session, [group_id])[group_id]


def from_sender(db, keyring, email, **columns):
    tip = a_tip(db, **columns)
    contact = sealed_contact(keyring, tip.ref, {"email": email}, may_contact=True)
    with db.write() as session:
        session.execute(insert(Contact), {**contact, "tip_id": tip.id})
    return tip


def about(db, story, person):
    with db.write() as session:
        session.add(StoryPerson(story_id=story.id, person_id=person.id))


def test_a_new_tip_gets_its_score_and_place(db):
    tip = a_tip(db, how=How.SAW, files=2)
    assert scored(db, tip) == 2.0
    group = group_of(db, tip)
    assert (group.rank, group.scored_with) == (rank(2.0, NOON), 0)


def test_a_tip_whose_likes_nobody_has_looked_for_waits_for_its_score(db):
    a_new_tip(db, how=How.SAW)
    a_tip(db, how=How.SAW)  # which came later
    assert score_groups(db) == 0
    group_tips(db)
    assert score_groups(db) == 2


def test_what_is_scored_is_left_alone(db):
    a_tip(db)
    assert score_groups(db) == 1
    assert score_groups(db) == 0


def test_one_who_joins_brings_what_they_know(db):
    first = a_new_tip(db, SAID)
    group_tips(db)
    assert scored(db, first) == 0
    a_new_tip(db, SAID, how=How.DOCUMENTS, files=1)
    group_tips(db)
    assert group_of(db, first).size == 2
    assert scored(db, first) == 1 + 1.5 + 0.8


def test_of_a_flood_the_newest_tell_what_they_know_and_the_one_that_leads(db):
    lead = a_tip(db, how=How.DOCUMENTS, files=1)
    for _ in range(LOOKED_AT):
        a_tip(db, group=group_of(db, lead))
    a_tip(db, group=group_of(db, lead), how=How.SAW, files=1)
    a_tip(db, group=group_of(db, lead), files=1, state=State.DECLINED)
    found = facts(db, lead)
    assert (found.size, found.hows, found.files) == (LOOKED_AT + 3, {How.DOCUMENTS, How.SAW}, 2)


def test_a_group_that_shrinks_is_scored_anew(db, moderator):
    first = a_tip(db)
    second = a_tip(db, group=group_of(db, first), how=How.SAW)
    assert scored(db, first) == 2.0
    with db.write() as session:
        erase_tip(session, second, by=moderator, now=NOON)
    assert scored(db, first) == 0.0


def test_the_senders_other_tips_count_wherever_they_stand(db, keyring):
    for state in (State.ACCEPTED, State.ACCEPTED, State.SPAM, State.PENDING):
        from_sender(db, keyring, "ana@example.org", state=state)
    from_sender(db, keyring, "ben@example.org", state=State.SPAM)
    tip = from_sender(db, keyring, "Ana@example.org")
    assert facts(db, tip).earlier == {State.ACCEPTED: 2, State.SPAM: 1}
    assert facts(db, a_tip(db)).earlier == {}


def test_the_senders_other_tips_weigh(db, keyring):
    from_sender(db, keyring, "ana@example.org", state=State.ACCEPTED)
    from_sender(db, keyring, "ana@example.org", state=State.SPAM)
    tip = from_sender(db, keyring, "ana@example.org")
    expected = total(parts(facts(db, tip)))
    assert scored(db, tip) == expected
    assert expected != 0


def test_what_few_may_see_of_a_sender_is_told_to_nobody(db, keyring):
    from_sender(db, keyring, "ana@example.org", state=State.ACCEPTED, restricted=True)
    from_sender(db, keyring, "ana@example.org", state=State.SPAM, escalated_at=NOON)
    from_sender(db, keyring, "ana@example.org", state=State.DECLINED)
    assert facts(db, from_sender(db, keyring, "ana@example.org")).earlier == {State.DECLINED: 1}


def test_a_senders_own_group_is_no_record(db, keyring):
    first = from_sender(db, keyring, "ana@example.org", state=State.ACCEPTED)
    tip = from_sender(db, keyring, "ana@example.org", group=group_of(db, first))
    assert facts(db, tip).earlier == {}


def test_one_who_leads_several_groups_is_counted_for_each(db, keyring):
    accepted = from_sender(db, keyring, "ana@example.org", state=State.ACCEPTED)
    a_tip(db, group=group_of(db, accepted))
    spam = from_sender(db, keyring, "ana@example.org", state=State.SPAM)
    other = from_sender(db, keyring, "ben@example.org", state=State.DECLINED)
    tips = [accepted, spam, other, from_sender(db, keyring, "ana@example.org")]
    with db.read() as session:
        groups = [session.get_one(Tip, tip.id).group_id for tip in tips]
        found = [facts_of(session, groups)[group].earlier for group in groups]
    assert found == [{State.SPAM: 1}, {State.ACCEPTED: 1}, {}, {State.ACCEPTED: 1, State.SPAM: 1}]


def test_only_a_senders_newest_tips_are_remembered(db, keyring, monkeypatch):
    monkeypatch.setattr(gathering, "REMEMBERED", 3)
    monkeypatch.setattr(gathering, "_ASKED", AtOnce(**groups_asked(ids_of("groups"))))
    for state in (State.ACCEPTED, State.SPAM, State.DECLINED):
        from_sender(db, keyring, "ana@example.org", state=state)
    tip = from_sender(db, keyring, "ana@example.org")
    assert facts(db, tip).earlier == {State.SPAM: 1, State.DECLINED: 1}


@pytest.mark.parametrize(("days", "counts"), [(3, True), (30, False)])
def test_people_of_a_recent_story_count(db, days, counts):
    person = a_person(db, "Ida Marlowe")
    about(db, a_story(db, published_at=NOON - timedelta(days=days)), person)
    tip = a_tip(db, "Ida Marlowe wore a ring")
    assert facts(db, tip).named == (("Ida Marlowe",) if counts else ())


def test_people_nobody_confirmed_do_not_count(db):
    about(db, a_story(db), a_person(db, "Ida Marlowe", state="candidate"))
    assert facts(db, a_tip(db, "Ida Marlowe wore a ring")).named == ()


def test_a_story_and_signs_are_taken_from_any_member(db):
    first = a_tip(db, quarantined=True)
    a_tip(db, group=group_of(db, first), story_id=a_story(db).id, spam_score=1.0, quarantined=True)
    found = facts(db, first)
    assert (found.size, found.from_story, found.held_back, found.trapped) == (2, True, True, True)


def test_what_was_held_back_stays_down(db):
    tip = a_tip(db, quarantined=True)
    with db.write() as session:
        held = {"score": -8.0, "rank": rank(-8.0, NOON)}
        session.execute(update(Group).where(Group.id == tip.group_id).values(held))
    assert scored(db, tip) == -8.0
    assert group_of(db, tip).rank == rank(-8.0, NOON)


def test_an_answer_keeps_its_place_as_news(db):
    tip = a_tip(db, how=How.SAW)
    later = rank(0.0, NOON + timedelta(days=3))
    with db.write() as session:
        session.execute(update(Group).where(Group.id == tip.group_id).values(rank=later))
    scored(db, tip)
    assert group_of(db, tip).rank == pytest.approx(later + 1.0)


@pytest.mark.thorough
def test_what_reads_like_spam_sinks_once_enough_is_known(db, moderator):
    tip = a_tip(db, f"{PRIZE} again")
    plain = a_tip(db, "A carpenter at the harbor has her ring")
    assert scored(db, tip) == 0.0
    a_newsroom_that_knows(db, moderator)
    assert scored(db, tip) < -4.0
    assert scored(db, plain) == 0.0
    assert group_of(db, tip).state == State.PENDING


@pytest.mark.thorough
def test_a_few_lessons_more_score_nothing_anew(db, moderator):
    a_newsroom_that_knows(db, moderator)
    all_looked_at(db)
    scored(db, a_tip(db, PRIZE))
    a_lesson(db, PRIZE, Decision.SPAM, by=moderator)
    learned(db)
    all_looked_at(db)
    assert score_groups(db) == 0
    a_newsroom_that_knows(db, moderator)
    all_looked_at(db)
    assert score_groups(db) == 1
    assert score_groups(db) == 0


def test_what_was_reopened_is_scored_anew(db, moderator):
    tip = a_tip(db, how=How.SAW)
    scored(db, tip)
    decided(db, tip, Decision.ACCEPT, by=moderator)
    with db.write() as session:
        undo(session, tip.ref, by=moderator, now=NOON, version=2)
    assert group_of(db, tip).scored_with is None
    assert scored(db, tip) == 1.0


def test_a_group_that_changed_meanwhile_stays_due(db, monkeypatch):
    tip = a_tip(db)
    gather = ranking.facts_of

    def joined_meanwhile(session, group_ids):
        found = gather(session, group_ids)
        a_tip(db, group=group_of(db, tip), how=How.SAW)
        return found

    monkeypatch.setattr(ranking, "facts_of", joined_meanwhile)
    assert score_groups(db) == 0
    monkeypatch.undo()
    assert scored(db, tip) == 2.0


@pytest.mark.thorough
def test_several_workers_score_each_group_once(db):
    tips = [a_tip(db, how=How.SAW) for _ in range(20)]
    at_once(*[lambda: score_groups(db)] * 4)
    assert [scored(db, tip) for tip in tips] == [1.0] * 20
    assert {group_of(db, tip).rank for tip in tips} == {rank(1.0, NOON)}


def test_an_empty_row_that_a_draft_keeps_is_never_due(db, moderator):
    from keeping.full import a_draft_of

    tip = a_tip(db)
    a_draft_of(db, tip)
    with db.write() as session:
        erase_tip(session, tip, by=moderator, now=NOON)
    assert score_groups(db) == 0


def test_many_groups_cost_few_queries(db):
    for number in range(30):
        a_tip(db, f"{RING} {number}")
    seen = []
    count = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", count)
    score_groups(db)
    event.remove(db.engine, "before_cursor_execute", count)
    reads = [one for one in seen if one.startswith("SELECT")]
    assert len(reads) < 10 + 2 * 30  # the names of each text are looked up by themselves
