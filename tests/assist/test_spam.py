"""What decisions teach: once each, taken back to the last count, forgotten with the tip; neutral before."""

import subprocess
import sys
from datetime import timedelta

import pytest
from builders import NOON, a_tip, fresh, group_of
from sqlalchemy import event, select
from triage.races import at_once

from tipline.assist import spam
from tipline.assist.spam import FEWEST_OF_EACH, Opinion, learn, opinion, opinions
from tipline.keeping.erase import erase_tip
from tipline.models import Decision, DraftTip, Lesson, Reason, Tip
from tipline.search.lessons import TIPS, WORDS
from tipline.text.traits import traits
from tipline.triage.decide import decide
from tipline.triage.undo import undo

PRIZE = "Claim your prize now at https://prize.example or call 09061701461"
RING = "She wore a ring at the harbor, says a carpenter"


def decided(db, tip, decision, *, by, version=1, **more):
    with db.write() as session:
        decide(session, tip.ref, decision, version=version, by=by, now=NOON, **more)


def a_lesson(db, body, decision, *, by, **more):
    tip = a_tip(db, body)
    decided(db, tip, decision, by=by, **more)
    return tip


def learned(db):
    while learn(db):
        pass


def counts(db):
    with db.read() as session:
        return {row.word: (row.spam, row.ham) for row in session.scalars(select(Lesson))}


def judged(db, body):
    with db.read() as session:
        return opinions(session, {1: body})[1]


def a_newsroom_that_knows(db, moderator, each=FEWEST_OF_EACH):
    for number in range(each):
        a_lesson(db, f"{PRIZE} {number}", Decision.SPAM, by=moderator)
        a_lesson(db, f"{RING} {number}", Decision.ACCEPT, by=moderator)
    learned(db)


def test_each_decision_teaches_its_words(db, moderator):
    a_lesson(db, "ring prize", Decision.SPAM, by=moderator)
    a_lesson(db, "ring harbor", Decision.ACCEPT, by=moderator)
    learned(db)
    assert counts(db) == {
        "ring": (1, 1), "prize": (1, 0), "harbor": (0, 1), "@size2": (1, 1), TIPS: (1, 1), WORDS: (3, 3),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "more"),
    [
        (Decision.SNOOZE, {"until": NOON + timedelta(days=1)}),
        (Decision.DECLINE, {"reason": Reason.ADVERTISING}),
        (Decision.DECLINE, {"reason": Reason.ABUSIVE}),
    ],
)
def test_what_is_no_example_teaches_nothing(db, moderator, decision, more):
    a_lesson(db, PRIZE, decision, by=moderator, **more)
    learned(db)
    assert counts(db) == {}


def test_what_only_some_may_see_teaches_nothing(db, moderator):
    for hidden in ({"restricted": True}, {"escalated_at": NOON}):
        decided(db, a_tip(db, PRIZE, **hidden), Decision.SPAM, by=moderator)
    learned(db)
    assert counts(db) == {}


@pytest.mark.thorough
def test_undo_leaves_exactly_the_counts_from_before(db, moderator):
    a_newsroom_that_knows(db, moderator)
    before = counts(db)
    tip = a_lesson(db, f"{PRIZE} and a word that nobody wrote: zqxj", Decision.SPAM, by=moderator)
    learned(db)
    assert counts(db)["zqxj"] == (1, 0)
    with db.write() as session:
        undo(session, tip.ref, by=moderator, now=NOON, version=2)
    learned(db)
    assert counts(db) == before
    assert fresh(db, tip).taught is None


def test_deciding_twice_learns_once(db, moderator):
    tip = a_lesson(db, PRIZE, Decision.SPAM, by=moderator)
    learned(db)
    once = counts(db)
    decided(db, tip, Decision.SPAM, by=moderator)  # the second click of a double click
    learned(db)
    assert counts(db) == once


def test_another_decision_moves_what_was_taught(db, moderator):
    tip = a_lesson(db, PRIZE, Decision.SPAM, by=moderator)
    learned(db)
    decided(db, tip, Decision.ACCEPT, by=moderator, version=2)
    learned(db)
    assert counts(db)["prize"] == (0, 1)
    assert counts(db)[TIPS] == (0, 1)
    assert fresh(db, tip).taught == "ham"


def test_what_was_undone_before_it_was_read_never_teaches(db, moderator, monkeypatch):
    tip = a_lesson(db, PRIZE, Decision.SPAM, by=moderator)
    teach = spam.traits

    def undone_meanwhile(text):
        with db.write() as session:
            undo(session, tip.ref, by=moderator, now=NOON, version=2)
        return teach(text)

    monkeypatch.setattr(spam, "traits", undone_meanwhile)
    assert learn(db) == 0
    assert counts(db) == {}


@pytest.mark.thorough
def test_several_workers_learn_each_decision_once(db, moderator):
    for number in range(12):
        a_lesson(db, f"{PRIZE} {number}", Decision.SPAM, by=moderator)
    done = at_once(*[lambda: learn(db)] * 4)
    assert sum(done) == 12
    assert counts(db)["prize"] == counts(db)[TIPS] == (12, 0)


@pytest.mark.thorough
def test_two_processes_learn_each_decision_once(db, database_url, moderator):
    for number in range(60):
        a_lesson(db, f"{PRIZE} {number}", Decision.SPAM, by=moderator)
    work = (
        "import sys\nfrom tipline.db import Database\nfrom tipline.assist.spam import learn\n"
        "db, done = Database(sys.argv[1]), 0\nwhile step := learn(db, 5):\n    done += step\nprint(done)"
    )
    db.dispose()
    running = [
        subprocess.Popen([sys.executable, "-c", work, database_url], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [int(process.communicate(timeout=60)[0]) for process in running]
    learned(db)  # where one found the other's work done, it stopped
    assert sum(said) <= 60
    assert counts(db)["prize"] == counts(db)[TIPS] == (60, 0)


def test_an_erased_tip_taught_nothing(db, moderator):
    a_lesson(db, RING, Decision.ACCEPT, by=moderator)
    learned(db)
    before = counts(db)
    tip = a_lesson(db, f"{RING} zqxj", Decision.SPAM, by=moderator)
    learned(db)
    with db.write() as session:
        erase_tip(session, tip, by=moderator, now=NOON)
    assert counts(db) == before
    assert learn(db) == 0


def test_an_erased_tip_that_a_draft_keeps_taught_nothing(db, moderator, a_draft):
    tip = a_lesson(db, RING, Decision.ACCEPT, by=moderator)
    learned(db)
    with db.write() as session:
        row = {"draft_id": a_draft.id, "tip_id": tip.id, "position": 0, "added_by_id": moderator.id}
        session.add(DraftTip(**row, added_at=NOON))
    with db.write() as session:
        erase_tip(session, tip, by=moderator, now=NOON)
    assert fresh(db, tip).erased_at is not None
    assert learn(db) == 0
    assert counts(db) == {}


@pytest.fixture
def a_draft(db, moderator):
    from keeping.full import a_draft_of

    return a_draft_of(db, a_tip(db, "another"))


@pytest.mark.thorough
def test_too_little_is_neutral(db, moderator):
    assert judged(db, PRIZE) == Opinion(0.5, known=False, telling=())
    a_newsroom_that_knows(db, moderator, FEWEST_OF_EACH - 1)
    assert judged(db, PRIZE) == Opinion(0.5, known=False, telling=())


@pytest.mark.thorough
def test_what_reads_like_spam_here_is_told_from_what_does_not(db, moderator):
    a_newsroom_that_knows(db, moderator)
    like = judged(db, "Claim a prize: https://other.example")
    assert like.known
    assert like.probability > 0.95
    assert {"@link", "claim", "prize"} <= set(like.telling)
    unlike = judged(db, "A carpenter at the harbor has her ring")
    assert unlike.probability < 0.05
    assert unlike.telling == ()
    assert (
        0.2 < judged(db, "Sie verließ Zürich mitten unter Wehklagen ihrer Freunde heimlich").probability < 0.8
    )


def test_a_rare_word_says_little():
    counts = {TIPS: (100, 900), WORDS: (1000, 9000), "rare": (1, 0), "common": (60, 20)}
    rare, common = (opinion(counts, {word}).probability for word in ("rare", "common"))
    assert 0.1 < rare < 0.5 < common


def test_one_long_text_cannot_fill_the_table(db, moderator):
    a_lesson(db, " ".join(f"a{number}" for number in range(5000)), Decision.SPAM, by=moderator)
    learned(db)
    assert len(counts(db)) < 610


def test_what_is_due_is_found_by_an_index(db, moderator):
    for number in range(3):
        a_lesson(db, f"{PRIZE} {number}", Decision.SPAM, by=moderator)
    learned(db)
    seen = []
    keep = lambda *args: seen.append((args[2], args[3]))  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", keep)
    learn(db)
    event.remove(db.engine, "before_cursor_execute", keep)
    statement, values = next(one for one in seen if "coalesce(taught" in one[0])
    plan = "EXPLAIN QUERY PLAN " if db.dialect == "sqlite" else "EXPLAIN "
    with db.engine.connect() as connection:
        if db.dialect != "sqlite":
            connection.exec_driver_sql("SET enable_seqscan = off")
        lines = [str(row) for row in connection.exec_driver_sql(plan + statement, values)]
    assert any("ix_tips_lesson_due" in line for line in lines), lines


def test_a_texts_traits_are_all_there_is_in_the_table(db, moderator):
    tip = a_lesson(db, PRIZE, Decision.SPAM, by=moderator)
    learned(db)
    assert set(counts(db)) == traits(PRIZE) | {TIPS, WORDS}
    assert group_of(db, tip).state == "spam"
    with db.read() as session:
        assert session.scalars(select(Tip.taught)).all() == ["spam"]
