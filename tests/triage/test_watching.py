"""Watched words: who keeps the list, where a tip that says one is marked, and what it costs."""

import pytest
from builders import a_person, a_tip
from sqlalchemy import event, select
from triage.desk import form

from tipline import clock
from tipline.errors import Conflict, Invalid
from tipline.models import Event, WatchList
from tipline.triage import watching
from tipline.triage.watching import keep, list_now, phrases_in


@pytest.fixture
def desk(signed_in_as, editor):
    return signed_in_as(editor)


def watch(desk, words, **more):
    page = desk.get("/newsroom/watched").text
    return desk.post("/newsroom/watched", data={**form(page, "/newsroom/watched"), "words": words, **more})


def listed(db):
    with db.read() as session:
        return list_now(session)[0].splitlines()


def test_an_editor_keeps_the_list_and_it_is_audited(db, desk, editor):
    assert watch(desk, " Gate 7 \r\n\r\nlighthouse\r\nGATE  7").status_code == 303
    assert listed(db) == ["Gate 7", "lighthouse"]
    assert watch(desk, "lighthouse\nring").status_code == 303
    with db.read() as session:
        acts = session.scalars(select(Event).where(Event.kind == "watch.changed").order_by(Event.id)).all()
    assert [(act.actor, act.data["added"], act.data["dropped"]) for act in acts] == [
        (editor.name, ["Gate 7", "lighthouse"], []),
        (editor.name, ["ring"], ["Gate 7"]),
    ]


def test_a_moderator_reads_the_list_alone(db, desk, signed_in_as, moderator):
    watch(desk, "lighthouse")
    page = signed_in_as(moderator).get("/newsroom/watched").text
    assert "lighthouse" in page
    assert "<textarea" not in page


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" * 61, "is too long"),
        ("!!!", "holds no word"),
        ("\n".join(f"word{number}" for number in range(201)), "200 words and phrases at most; these are 201"),
        ("x\n" * 40_000, "200 words and phrases at most"),
    ],
)
def test_what_cannot_be_watched_is_refused_and_nothing_typed_is_lost(db, desk, typed, problem):
    answer = watch(desk, typed)
    assert answer.status_code == 422
    assert problem in answer.text
    assert typed[:50].splitlines()[0] in answer.text
    assert listed(db) == []


def test_two_who_change_the_list_do_not_undo_each_other(db, desk, editor):
    page = desk.get("/newsroom/watched").text
    watch(desk, "lighthouse")
    late = desk.post("/newsroom/watched", data={**form(page, "/newsroom/watched"), "words": "ring"})
    assert late.status_code == 409
    assert "ring</textarea>" in late.text
    assert listed(db) == ["lighthouse"]
    with pytest.raises(Conflict), db.write() as session:
        keep(session, ["ring"], "K7Q2FD9X", by=editor, now=clock.now())


def test_a_tip_that_says_a_watched_word_is_marked_in_the_list_and_where_it_is_read(db, desk):
    tip = a_tip(db, "A quiet one. " * 100 + "At GATE 7 of the lighthouse <b>, and Ida Brandvold.")
    a_tip(db, "Nothing of note.")
    a_person(db, "Ida Brandvold")
    watch(desk, "gate 7\nlighthouse")
    page = desk.get(f"/newsroom/queue?tip={tip.ref}").text
    assert page.count("row-watched") == 1
    assert "<bdi>gate 7, lighthouse</bdi>" in page
    assert (
        '<mark class="watched">GATE 7</mark> of the <mark class="watched">lighthouse</mark> &lt;b&gt;' in page
    )
    assert '<span class="named">Ida Brandvold</span>' in page
    assert "state=all&amp;q=%22gate+7%22" in page


def test_a_row_names_three_and_counts_the_rest(db, desk):
    a_tip(db, "one two three four five")
    watch(desk, "one\ntwo\nthree\nfour\nfive")
    assert "<bdi>one, two, three and 2 more</bdi>" in desk.get("/newsroom/queue").text


def test_nothing_is_marked_where_nothing_is_watched(db, desk):
    tip = a_tip(db, "The drummer bought a lighthouse.")
    assert "watched" not in desk.get(f"/newsroom/queue?tip={tip.ref}").text.split("<main")[1]


def test_another_process_marks_by_the_new_list_and_a_page_asks_no_more_than_before(db, desk, monkeypatch):
    tip = a_tip(db, "The drummer bought a lighthouse.")
    address = f"/newsroom/queue?tip={tip.ref}"
    desk.get(address)
    plain = queries(db, desk, address)
    watch(desk, "lighthouse")
    monkeypatch.setattr(watching, "_known", {})  # a process that has met no list yet
    assert '<mark class="watched">' in desk.get(address).text
    assert queries(db, desk, address) == plain
    watch(desk, "")
    assert '<mark class="watched">' not in desk.get(address).text


def queries(db, desk, address):
    """Count the statements of one page, once all that is remembered is."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    engine = desk.application.extensions["tipline"].db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        desk.get(address)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([each for each in asked if each.startswith("SELECT")])


def test_no_more_lists_are_remembered_than_there_are_places(db, editor):
    for number in range(watching.REMEMBERED + 2):
        with db.write() as session:
            _phrases, version = list_now(session)
            keep(session, [f"word {number}"], version, by=editor, now=clock.now())
        with db.read() as session:
            version = session.scalar(select(WatchList.version))
            assert watching.watched(session, version).said_in(f"a word {number}")
    assert len(watching._known) <= watching.REMEMBERED


def test_a_list_holds_each_phrase_once():
    assert phrases_in("Café\ncafe\n\n CAFÉ ") == ["Café"]
    with pytest.raises(Invalid):
        phrases_in("a" * watching.MAX_TYPED + "a")
