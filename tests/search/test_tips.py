"""Searching tips: what is found, in which order, and that no input becomes syntax."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import NOON, a_person, a_story, a_tip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from tipline.models import Contact, Link, Note, Tag, Tip, Unindexed
from tipline.search import frequency, index, tips
from tipline.search.index import index_tips
from tipline.search.query import Asker, parse
from tipline.search.ranked import rank_tips
from tipline.search.tips import find_tips


def indexed(db, *bodies, **columns):
    made = [a_tip(db, body, **columns) for body in bodies]
    with db.write() as session:
        index_tips(session)
    return made


def found(db, text, **more):
    with db.read() as session:
        return find_tips(session, parse(text, more.get("asker")), **more).ids


def test_words_are_all_required_and_the_newest_comes_first(db):
    ring, _, both, again = indexed(db, "a ring", "a cello", "a cello and a ring", "Ring! Cello!")
    assert found(db, "ring cello") == [again.id, both.id]
    assert found(db, "ring") == [again.id, both.id, ring.id]


def test_a_phrase_needs_its_words_in_order(db):
    ordered, _ = indexed(db, "at terminal seven tonight", "seven at the terminal")
    assert found(db, '"terminal seven"') == [ordered.id]


def test_excluded_words_are_left_out_with_and_without_others(db):
    plain, _, other = indexed(db, "the ring", "the ring is fake", "a boat")
    assert found(db, "ring -fake") == [plain.id]
    assert found(db, "-fake") == [other.id, plain.id]


def test_accents_letter_case_and_scripts_do_not_matter(db):
    polish, japanese = indexed(db, "Widziałem ją w Łodzi, w kawiarni", "東京で見ました")
    assert found(db, "lodzi WIDZIALEM") == [polish.id]
    assert found(db, "東京") == [japanese.id]


def test_about_and_place_are_searched_too(db):
    [tip] = indexed(db, "She was here", about="Ida Marlowe", place="Kastrup")
    assert found(db, "kastrup marlowe") == [tip.id]


def test_a_person_is_found_under_every_name(db):
    a_person(db, "Ida Marlowe", aliases=("Idie",))
    by_name, by_alias, _ = indexed(db, "I met Ida Marlowe", "Idie sang", "Ida B. sang")
    assert found(db, "person:ida-marlowe") == [by_alias.id, by_name.id]
    assert found(db, 'person:"marlowe" met') == [by_name.id]


def test_an_unknown_person_is_searched_for_by_what_was_typed(db):
    tip, _ = indexed(db, "Teo Brandt left", "Teo Okafor left, Brandt stayed")
    assert found(db, 'person:"Teo Brandt"') == [tip.id]


def test_a_story_finds_tips_from_its_page_and_tips_linked_to_it(db, moderator):
    story = a_story(db, slug="ring-lax")
    linked, _, sent = indexed(db, "one", "two", "three")
    with db.write() as session:
        session.add(Link(tip_id=linked.id, story_id=story.id, by_id=moderator.id, at=NOON))
        session.get_one(Tip, sent.id).story_id = story.id
    assert found(db, "story:ring-lax") == [sent.id, linked.id]
    assert found(db, "story:ring-lax two") == []


def test_kind_channel_files_and_days_narrow(db):
    old = a_tip(db, "old ring", received_at=datetime(2026, 2, 1, 10, tzinfo=UTC), kind="correction")
    phoned = a_tip(db, "phoned ring", channel="phone")
    filed = a_tip(db, "filed ring", files=1)
    with db.write() as session:
        index_tips(session)
    assert found(db, "ring kind:correction") == [old.id]
    assert found(db, "ring from:phone") == [phoned.id]
    assert found(db, "has:file") == [filed.id]
    assert found(db, "ring before:2026-02-02") == [old.id]
    assert found(db, "after:2026-03-02") == [filed.id, phoned.id]


@pytest.mark.parametrize("query", ["ring", "kind:tip", "-cello"])
def test_pages_go_on_where_the_last_one_ended(db, query):
    made = [tip.id for tip in indexed(db, *(f"ring {n}" for n in range(7)))]
    seen, before = [], None
    for _ in range(5):
        with db.read() as session:
            part = find_tips(session, parse(query), before, 3)
        seen += part.ids
        before = part.further
        if before is None:
            break
    assert seen == made[::-1]


def test_a_search_that_filters_much_away_stops_and_says_where_it_goes_on(db, monkeypatch):
    monkeypatch.setattr(tips, "BATCHES", (3, 3))
    oldest, *_ = indexed(db, "ring of a fox", *(f"ring {n}" for n in range(10)))
    with db.write() as session:
        session.get_one(Tip, oldest.id).kind = "correction"
    with db.read() as session:
        first = find_tips(session, parse("ring kind:correction"))
        assert first.ids == []
        assert first.further is not None
        second = find_tips(session, parse("ring kind:correction"), first.further)
    assert second.ids == [oldest.id]
    assert second.further is None


@pytest.mark.parametrize("about", [0, 3_000, frequency.COMMON])
def test_whatever_a_word_is_taken_for_its_tips_are_found(db, monkeypatch, about):
    taken_for = frequency.Frequency(about, is_rare=not about)
    monkeypatch.setattr(tips, "rarest", lambda session, required: taken_for)
    sat, other_way, plain, _, again = indexed(
        db, "a red fox sat", "a fox, red", "red fox", "no such beast", "red fox, red"
    )
    assert found(db, '"red fox"') == [again.id, plain.id, sat.id]
    assert found(db, "fox -sat") == [again.id, plain.id, other_way.id]


def test_a_rare_word_is_found_beyond_the_newest_window(db, monkeypatch):
    monkeypatch.setattr(tips, "NARROWEST", 2)
    monkeypatch.setattr(tips, "WINDOW", 2)
    rare, *_, new = indexed(db, "a walrus", "x", "y", "z", "one more walrus")
    assert found(db, "walrus") == [new.id, rare.id]


def test_a_tip_is_indexed_once(db):
    tip = a_tip(db, "a ring")
    with db.write() as session:
        assert index_tips(session) == 1
        assert index_tips(session) == 0
    assert found(db, "ring") == [tip.id]


def test_indexing_takes_a_batch_of_the_oldest(db):
    first, _ = a_tip(db, "ring one"), a_tip(db, "ring two")
    with db.write() as session:
        assert index_tips(session, limit=1) == 1
    assert found(db, "ring") == [first.id]


def test_what_was_corrected_or_taken_meanwhile_is_indexed_as_it_stands(db):
    corrected, taken, plain = (a_tip(db, body) for body in ("a ring", "a cello", "a boat"))
    with db.read() as session:
        entries = index._waiting(session, 50)
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == corrected.id).values(about="a walrus"))
        session.execute(update(Tip).where(Tip.id == taken.id).values(body="erased"))
        session.execute(delete(Unindexed).where(Unindexed.tip_id == taken.id))
    with db.write() as session:
        assert index._keep(session, entries) == 2
    assert found(db, "walrus") == found(db, "ring") == [corrected.id]
    assert found(db, "boat") == [plain.id]
    assert found(db, "cello") == []


def test_the_index_is_fed_in_batches_until_nothing_waits(db, monkeypatch):
    monkeypatch.setattr(index, "AT_ONCE", 2)
    rings = [a_tip(db, f"ring {number}") for number in range(5)]
    assert index.index_waiting(db, 50) == 5
    assert index.index_waiting(db, 50) == 0
    assert found(db, "ring") == [tip.id for tip in reversed(rings)]


def test_a_tip_without_words_and_a_huge_one_are_indexed(db):
    indexed(db, "!!! 🙈", "ring " + "word " * 60_000, "".join(chr(0x4E00 + n) for n in range(20_000)))
    assert len(found(db, "ring")) == 1


NASTY = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\"'*():^-+|&!<>{}\\ANDORTNEAR ab:", max_size=60),
    st.sampled_from(
        ['" OR 1=1', "words: x", "NEAR(a b)", "a* b*", "'; DROP TABLE tips", "a:* | !b", "%s %(x)s :y"]
    ),
)


@given(NASTY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_becomes_syntax(db, text):
    with db.read() as session:
        find_tips(session, parse(text))
        find_tips(session, parse(f"x {text} -{text}"))


def test_what_looks_like_an_operator_is_a_word(db):
    word, _ = indexed(db, "this OR that", "this")
    assert found(db, "this OR") == [word.id]
    assert found(db, "thi*") == []


def test_other_scripts_are_found_as_far_as_the_index_allows(db):
    chinese, arabic, vowelled, hebrew = indexed(
        db, "在洛杉矶机场看见她的戒指", "رأيت أحمد في المطار", "رَأَيْتُ أَحْمَدَ", "ראיתי אותה בשדה התעופה"
    )
    assert found(db, "机场看见") == [chinese.id]
    assert found(db, '"她的戒指" -酒店') == [chinese.id]
    assert found(db, "احمد") == [vowelled.id, arabic.id]
    assert found(db, "התעופה") == [hebrew.id]
    assert found(db, "مطار") == []  # the article is written to its word


def test_operators_turned_round_leave_out_what_they_name(db):
    a_person(db, "Ida Marlowe", aliases=("Idie",))
    _, she = indexed(db, "Idie left", "she left")
    phoned = a_tip(db, "left", channel="phone")
    assert found(db, "left -person:ida") == [she.id]
    assert phoned.id in found(db, "-from:form")
    assert phoned.id not in found(db, "-from:phone")


def test_values_of_what_a_tip_has_one_of_mean_either(db):
    question, correction, _ = (a_tip(db, kind=kind) for kind in ("question", "correction", "tip"))
    assert found(db, "kind:question kind:correction") == [correction.id, question.id]
    assert found(db, "kind:question", also=[Tip.kind == "correction"]) == []


def test_tags_assignees_senders_and_what_a_tip_has(db, moderator):
    mine = a_tip(db, "mine", assignee_id=moderator.id, link="https://lantern.example")
    tagged = a_tip(db, "tagged")
    with db.write() as session:
        session.add(Tag(tip_id=tagged.id, name="court"))
        session.add(Note(tip_id=tagged.id, by_id=moderator.id, body="x", at=NOON))
        row = {"sealed": b"x", "key_id": "t1", "given": "email", "tip_id": mine.id}
        session.add(Contact(**row))
    asker = Asker(user_id=moderator.id)
    assert found(db, "assignee:me", asker=asker) == found(db, "assignee:castellane") == [mine.id]
    assert found(db, "assignee:nobody") == found(db, "tag:court") == found(db, "has:note") == [tagged.id]
    assert found(db, "has:link") == found(db, "from:reachable") == found(db, "-tag:court") == [mine.id]
    assert found(db, "from:anonymous") == found(db, "-has:contact") == [tagged.id]


def test_a_day_is_the_askers_own(db):
    late = a_tip(db, "late", received_at=datetime(2026, 3, 2, 5, 0, tzinfo=UTC))
    there = Asker(ZoneInfo("America/Los_Angeles"))  # where it is still the first of March
    assert found(db, "before:2026-03-02", asker=there) == [late.id]
    assert found(db, "before:2026-03-02") == []


def test_imported_tips_are_found_by_their_days_wherever_their_ids_stand(db):
    first = a_tip(db, "one", received_at=datetime(2026, 2, 1, tzinfo=UTC))
    a_tip(db, "two", received_at=datetime(2026, 3, 1, tzinfo=UTC))
    old = a_tip(db, "old", received_at=datetime(2026, 1, 1, tzinfo=UTC), channel="import")
    new = a_tip(db, "new", received_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert found(db, "before:2026-02-02") == [old.id, first.id]
    assert found(db, "after:2026-03-02") == [new.id]
    assert found(db, "after:2026-01-01 before:2026-01-02") == [old.id]


def test_tips_that_staff_logged_later_are_found_by_their_days(db, moderator):
    day = datetime(2026, 3, 1, 12, tzinfo=UTC)
    by_phone = {"channel": "phone", "logged_by_id": moderator.id}
    (first,) = indexed(db, "one", received_at=day)
    (noon,) = indexed(db, "two", received_at=day + timedelta(days=1))
    (late,) = indexed(db, "three", received_at=day - timedelta(hours=1), **by_phone)
    assert found(db, "before:2026-03-02") == [late.id, first.id]
    assert found(db, "after:2026-03-02") == [noon.id]
    (now,) = indexed(db, "four", received_at=day + timedelta(days=2), **by_phone)
    (last,) = indexed(db, "five", received_at=day + timedelta(days=2))
    assert found(db, "after:2026-03-03") == [last.id, now.id]


def test_a_ranking_puts_first_what_says_most_and_goes_on_where_it_ended(db):
    once, thrice = indexed(db, "in the end a ring " + "word " * 60, "a ring, a ring, a ring")
    [about] = indexed(db, "she wore it", about="The ring")
    with db.read() as session:
        first = rank_tips(session, parse("ring"), limit=2)
        rest = rank_tips(session, parse("ring"), first.further, limit=2)
    assert first.ids == [thrice.id, about.id]
    assert rest.ids == [once.id]
    assert rest.further is None


def test_more_words_than_the_index_is_asked_for_all_count(db):
    said = [f"word{number}" for number in range(9)]
    whole, _ = indexed(db, " ".join(said), " ".join(said[:-1]))
    assert found(db, " ".join(said)) == [whole.id]
    without = " ".join(f"-{word}" for word in ["x1", "x2", "x3", "x4", "x5", "word8"])
    assert found(db, f"word0 {without}") == [_.id]
