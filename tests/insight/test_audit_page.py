"""The audit trail: newest first, filtered, page by page, with how the chain stands."""

import re
from datetime import timedelta

import pytest
from builders import NOON, a_user
from sqlalchemy import delete

from tipline import audit, clock
from tipline.insight import queries, shown
from tipline.insight.queries import Asked, Chain
from tipline.models import Event

AUDIT = "/newsroom/audit"


@pytest.fixture
def ada(signed_in_as, admin):
    return signed_in_as(admin)


def note(db, kind, at, **named):
    with db.write() as session:
        audit.record(session, kind, at=at, **named)


def seal(db, keyring):
    with db.write() as session:
        audit.seal(session, keyring, now=clock.now())


def found(db, **asked):
    with db.read() as session:
        rows, after = queries.events(session, Asked(**asked))
    return [row.event.kind for row in rows], after


def chain(db):
    with db.read() as session:
        return queries.chain(session)


def test_an_event_reads_as_a_line_with_a_link_to_its_tip(db, ada, editor):
    note(db, "tip.declined", clock.now(), subject="K7Q2FD9X", by=editor, reason="not_news", text=None)
    page = ada.get(AUDIT).text
    assert '<a href="/newsroom/tips/K7Q2-FD9X">K7Q2-FD9X</a>' in page
    assert "tip declined" in page
    assert "reason: not news" in page
    assert "Edie Okonjo" in page
    assert "not sealed yet" in page


def test_readers_and_the_machine_have_names(db, ada):
    note(db, "tip.received", clock.now(), subject="K7Q2FD9X", by=audit.READER)
    note(db, "tip.woken", clock.now(), subject="K7Q2FD9X")
    cells = re.findall(r"<td>(a reader|Tipline)</td>", ada.get(AUDIT).text)
    assert cells == ["Tipline", "a reader"]


def test_somebody_called_reader_is_not_the_reader(db, ada):
    note(db, "tip.declined", clock.now(), by=a_user(db, name="reader"))
    assert "<td>reader</td>" in ada.get(AUDIT).text
    assert found(db, actor="reader") == ([], None)


def test_filters_narrow_by_who_what_and_whom(db, editor, moderator, now):
    note(db, "tip.declined", now, subject="K7Q2FD9X", by=editor)
    note(db, "tip.accepted", now, subject="AAAAAAAA", by=moderator)
    note(db, "tip.received", now, subject="AAAAAAAA", by=audit.READER)
    assert found(db, actor=editor.email) == (["tip.declined"], None)
    assert found(db, actor="reader") == (["tip.received"], None)
    assert found(db, kind="tip.accepted") == (["tip.accepted"], None)
    assert found(db, subject="AAAAAAAA") == (["tip.received", "tip.accepted"], None)
    assert found(db, actor="nobody@lantern.example") == ([], None)
    assert found(db, actor=moderator.email, kind="tip.declined") == ([], None)


def test_the_page_keeps_its_filters_and_takes_refs_in_any_spelling(db, ada, editor):
    note(db, "tip.declined", clock.now(), subject="K7Q2FD9X", by=editor)
    note(db, "user.disabled", clock.now(), subject="sam@lantern.example", by=editor)
    page = ada.get(
        AUDIT, query_string={"subject": " k7q2 fd9x ", "actor": editor.email, "kind": "tip.declined"}
    ).text
    assert 'value="K7Q2-FD9X"' in page
    assert f'<option value="{editor.email}" selected>Edie Okonjo</option>' in page
    assert '<option value="tip.declined" selected>tip declined</option>' in page
    assert "sam@lantern.example" not in page
    assert "sam@lantern.example" in ada.get(AUDIT, query_string={"subject": "sam@lantern.example"}).text


def test_pages_follow_each_other_without_gap_or_twin(db, ada, now):
    for number in range(2 * queries.PAGE + 3):
        note(db, "tip.received", now, subject=f"{number:08}")
    seen, address = [], AUDIT + "?kind=tip.received"
    while address:
        page = ada.get(address).text
        seen += re.findall(r'href="/newsroom/tips/(\d{4}-\d{4})"', page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older and older[1].replace("&amp;", "&")
    numbers = [int(ref.replace("-", "")) for ref in seen]
    assert numbers == list(range(2 * queries.PAGE + 2, -1, -1))
    assert "Back to the newest" in page


def test_a_full_last_page_leads_nowhere(db, now):
    for _ in range(queries.PAGE):
        note(db, "tip.received", now)
    assert found(db)[1] is None


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 19, "\u0663"])
def test_a_broken_link_to_older_events_is_refused(ada, after):
    assert ada.get(AUDIT, query_string={"after": after}).status_code == 422


@pytest.mark.thorough
@pytest.mark.parametrize("value", ["\0", "🎭" * 5000, "'; DROP TABLE events; --", "\u202e"])
def test_odd_filters_find_nothing_and_break_nothing(ada, value):
    for name in ("actor", "kind", "subject"):
        response = ada.get(AUDIT, query_string={name: value})
        assert response.status_code == 200
        assert "Nothing that fits" in response.text


def test_every_kind_is_offered_once(db, now):
    for kind in ("tip.received", "user.added", "tip.received", "draft.sent"):
        note(db, kind, now)
    with db.read() as session:
        assert queries.kinds(session) == ["draft.sent", "tip.received", "user.added"]


def test_without_events_no_kind_is_offered(db):
    with db.read() as session:
        assert queries.kinds(session) == []


def test_the_chain_counts_what_is_sealed_and_what_waits(db, keyring, now):
    assert chain(db) == Chain(0, 0, None, "0:")
    note(db, "tip.received", now)
    note(db, "tip.received", now + timedelta(minutes=1))
    assert chain(db).unsealed == 2
    seal(db, keyring)
    note(db, "tip.received", now + timedelta(minutes=2))
    state = chain(db)
    assert (state.sealed, state.unsealed, state.oldest_unsealed_at) == (2, 1, now + timedelta(minutes=2))
    with db.read() as session:
        assert state.head == audit.verify(session, keyring).head


def test_a_sealed_event_says_nothing_about_it(db, ada, keyring):
    note(db, "tip.received", clock.now())
    seal(db, keyring)
    page = ada.get(AUDIT).text
    assert "not sealed yet" not in page
    assert "1 event is sealed; none waits." in page
    assert re.search(r">1:[0-9a-f]{32}</code>", page)


def test_the_line_does_not_change_when_an_event_is_gone(db, keyring, now):
    """Counting cannot see it, so the page claims only what was counted; `audit verify` finds it."""
    note(db, "tip.received", now)
    seal(db, keyring)
    with db.write() as session:
        session.execute(delete(Event))
    assert chain(db).sealed == 1
    with db.read() as session:
        assert audit.verify(session, keyring).faults


@pytest.mark.parametrize(
    ("state", "minutes", "good", "words"),
    [
        (Chain(2481, 0, None, "h"), 0, True, "2,481 events are sealed; none waits."),
        (Chain(1, 1, NOON, "h"), 0, True, "1 event is sealed; 1 waits for it."),
        (Chain(5, 2000, NOON, "h"), 0, True, "5 events are sealed; 2,000 or more wait for it."),
        (Chain(5, 3, NOON, "h"), 6, False, "5 events are sealed; 3 wait for it. Sealing is late"),
    ],
)  # fmt: skip
def test_the_state_of_the_chain_is_a_sentence(state, minutes, good, words):
    said = shown.chain(state, NOON + timedelta(minutes=minutes))
    assert (said["good"], said["words"].partition(":")[0]) == (good, words)


def test_details_are_one_line_without_what_is_empty():
    assert shown.details(
        {"role": "editor", "tags": ["a", "b"], "until": None, "again": False, "count": 0}
    ) == ("role: editor, tags: a b, again: no, count: 0")


def test_a_subject_that_looks_like_a_ref_but_is_a_name_is_no_link(db, ada, editor):
    note(db, "story.imported", clock.now(), subject="DRUMMERS", by=editor)
    assert "<td>DRUMMERS</td>" in ada.get(AUDIT).text


def test_the_trail_is_for_administrators(signed_in_as, editor, client):
    assert signed_in_as(editor).get(AUDIT).status_code == 403
    assert client.get(AUDIT).status_code == 302
