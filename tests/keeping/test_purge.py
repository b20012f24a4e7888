"""A purge does what the rules say, in batches that may be killed, and tells the trail only how many."""

from datetime import timedelta

import pytest
from builders import NOON, a_story, a_tip, a_user, an_attachment, counted, fresh
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from keeping.full import CANARY, LONG_AGO, a_draft_of, a_file, a_full_tip, rows_pointing_at, tables_with
from sqlalchemy import delete, func, select, update
from triage.races import check_groups, recount

from tipline.config import Settings
from tipline.keeping import purge as purging
from tipline.keeping.purge import plan, purge
from tipline.models import (
    Attachment,
    AttachmentState,
    Contact,
    Delivery,
    Direction,
    DraftState,
    Event,
    KnownDevice,
    Message,
    PasswordReset,
    Session,
    State,
    Throttle,
    Tip,
    Verdict,
    new_ref,
)
from tipline.terms import Datum

DAY = timedelta(days=1)
RULES = Settings.from_env({})


def done_by(db, settings=RULES, now=NOON):
    return {each.rule.name: each.count for each in purge(db, settings, now) if each.count}


def planned(db, settings=RULES, now=NOON):
    return {each.rule.name: each.count for each in plan(db, settings, now) if each.count}


def events(db):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.kind == "retention.purged").order_by(Event.id)).all()


def a_declined_tip(db, days, **columns):
    return a_tip(db, state=State.DECLINED, received_at=LONG_AGO, decided_at=NOON - days * DAY, **columns)


@pytest.mark.parametrize(("days", "left"), [(89, True), (90, False), (91, False)])
def test_a_declined_tip_goes_after_its_days(db, days, left):
    tip = a_declined_tip(db, days)
    assert planned(db) == ({} if left else {"declined text": 1})
    assert done_by(db) == ({} if left else {"declined text": 1})
    assert bool(counted(db)) is left
    assert done_by(db) == {}
    assert (fresh_or_none(db, tip) is not None) is left


def fresh_or_none(db, tip):
    with db.read() as session:
        return session.get(Tip, tip.id)


def test_each_kind_of_data_goes_in_its_time_and_the_contact_first(db, keyring):
    tip = a_full_tip(db, keyring, state=State.DECLINED, received_at=LONG_AGO, decided_at=NOON)
    with db.write() as session:
        session.execute(update(Verdict).values(at=NOON))
        session.execute(update(Message).values(at=LONG_AGO))
        session.execute(delete(Tip).where(Tip.id != tip.id))
    went = {}
    for days in (0, 29, 30, 59, 60, 89, 90):
        for name in done_by(db, now=NOON + days * DAY):
            went[name] = days
    assert went == {
        "declined contact": 30, "declined sealed": 30, "declined originals": 60, "declined copies": 90,
        "declined messages": 90, "declined text": 90,
    }  # fmt: skip
    assert tables_with(db, CANARY) == set()


def test_an_original_goes_without_its_copy_and_with_what_it_told(db):
    tip = a_declined_tip(db, 70)
    with db.write() as session:
        session.add_all(
            [
                a_file(tip, "clean", state=AttachmentState.SCRUBBED, scrubbed_key="c" * 20, sealed_name=b"n",
                       sealed_facts=b"f"),
                a_file(tip, "raw", state=AttachmentState.ARRIVED),
            ]
        )  # fmt: skip
        session.execute(update(Tip).values(files=2))
    assert done_by(db) == {"declined originals": 1}
    with db.read() as session:
        left = session.scalars(select(Attachment)).one()
    assert (left.scrubbed_key, left.original_key, left.sealed_name, left.sealed_facts) == (
        "c" * 20,
        "",
        None,
        None,
    )
    assert fresh(db, tip).files == 1


def test_a_file_of_an_erased_message_stays_with_its_tip(db):
    tip = a_declined_tip(db, 85)
    with db.write() as session:
        message = Message(
            ref=new_ref(), tip_id=tip.id, direction=Direction.FROM_TIPSTER, body="b", at=LONG_AGO
        )
        session.add(message)
        session.flush()
        session.add(
            a_file(tip, "x", state=AttachmentState.SCRUBBED, scrubbed_key="c" * 20, message_id=message.id)
        )
    chosen = Settings.from_env({"TIPLINE_RETENTION_DECLINED": "messages 80"})
    assert done_by(db, chosen) == {"declined originals": 1, "declined messages": 1}
    assert rows_pointing_at(db, tip.id)["attachments"] == 1


def test_nothing_goes_in_the_grace_time_after_a_message(db):
    answered = a_declined_tip(db, 200, replied_at=NOON - 29 * DAY)
    asked, quiet = a_declined_tip(db, 200), a_declined_tip(db, 200, replied_at=NOON - 91 * DAY)
    with db.write() as session:
        session.add(Message(ref=new_ref(), tip_id=asked.id, direction=Direction.TO_TIPSTER, body="b",
                            at=LONG_AGO, send_at=NOON - 29 * DAY))  # fmt: skip
    assert done_by(db) == {"declined text": 1}
    assert (fresh_or_none(db, answered) is None, fresh_or_none(db, asked) is None) == (False, False)
    assert fresh_or_none(db, quiet) is None
    assert done_by(db, Settings.from_env({"TIPLINE_RETENTION_GRACE_DAYS": "0"})) == {
        "declined messages": 1, "declined text": 1
    }  # fmt: skip
    assert fresh_or_none(db, answered) is not None  # its days began anew with the answer
    assert fresh_or_none(db, asked) is None


def test_a_hold_keeps_everything(db, keyring):
    tip = a_full_tip(
        db, keyring, state=State.SPAM, received_at=LONG_AGO, decided_at=LONG_AGO, legal_hold=True
    )
    was = rows_pointing_at(db, tip.id)
    done_by(db)
    assert rows_pointing_at(db, tip.id) == was
    assert CANARY in fresh(db, tip).body


def test_a_hold_set_after_the_snapshot_still_counts(db, monkeypatch):
    tip = a_declined_tip(db, 200)
    lock = purging.lock_tips

    def held_meanwhile(session, chosen):
        session.execute(update(Tip).values(legal_hold=True))
        return lock(session, chosen)

    monkeypatch.setattr(purging, "lock_tips", held_meanwhile)
    assert done_by(db) == {}
    assert fresh_or_none(db, tip) is not None
    assert events(db) == []


def test_a_pending_tip_counts_from_when_it_came_back_or_woke(db):
    user = a_user(db)
    old = {"received_at": LONG_AGO}
    gone = a_tip(db, **old)
    reopened, undone, asleep = (
        a_tip(db, **old),
        a_tip(db, **old),
        a_tip(db, state=State.SNOOZED, snoozed_until=NOON + DAY, decided_at=LONG_AGO, **old),
    )
    with db.write() as session:
        for tip, at, undone_at in ((reopened, NOON - DAY, None), (undone, LONG_AGO, NOON - DAY)):
            session.add(Verdict(batch=new_ref(), tip_id=tip.id, decision="reopen", before={}, version=1,
                                by_id=user.id, at=at, undone_at=undone_at))  # fmt: skip
    assert done_by(db) == {"pending text": 1}
    assert fresh_or_none(db, gone) is None
    assert all(fresh_or_none(db, tip) is not None for tip in (reopened, undone, asleep))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("columns", "draft", "went"),
    [
        ({}, None, "declined text"),
        ({}, {"at": NOON - 800 * DAY}, ""),
        ({}, {"at": NOON - 800 * DAY, "state": DraftState.KILLED}, "declined text"),
        ({}, {"at": NOON - 1095 * DAY}, "used text"),
        ({"used_at": NOON - 1094 * DAY}, {"at": NOON - 1200 * DAY}, ""),
        ({"used_at": NOON - 1095 * DAY}, {"at": NOON - 1200 * DAY}, "used text"),
        ({"used_at": NOON - 1095 * DAY}, None, "used text"),
    ],
)
def test_a_tip_that_was_used_has_days_of_its_own(db, columns, draft, went):
    tip = a_declined_tip(db, 1500, **columns)
    if draft:
        a_draft_of(db, tip, **draft)
    assert "".join(done_by(db)) == went
    left = fresh_or_none(db, tip)
    assert (left is None, left is not None and left.erased_at is not None) == (
        bool(went) and not draft, bool(went) and bool(draft)
    )  # fmt: skip
    assert done_by(db) == {}


def test_never_keeps(db, keyring):
    a_full_tip(db, keyring, state=State.ACCEPTED, received_at=LONG_AGO, decided_at=LONG_AGO)
    every = {f"TIPLINE_RETENTION_{fate}": ", ".join(f"{datum} never" for datum in Datum)
             for fate in ("PENDING", "ACCEPTED", "USED", "DECLINED", "SPAM")}  # fmt: skip
    assert done_by(db, Settings.from_env(every)) == {}


def sent(at):
    return {"kind": "mail", "payload": {}, "due_at": at, "created_at": at}


def test_what_belongs_to_no_tip_goes_too(db):
    user, old, new = a_user(db), NOON - 400 * DAY, NOON
    with db.write() as session:
        for number, at in enumerate((old, new)):
            mark = bytes([number]) * 32
            session.add_all(
                [
                    an_attachment(at=at, stage_hash=mark, upload_hash=mark, original_key="x" * 20),
                    Delivery(marker=f"m{number}", state="done", **sent(at)),
                    Delivery(marker=f"w{number}", **sent(at)),
                    Session(token_hash=mark, user_id=user.id, device="d", created_at=at, seen_at=at),
                    PasswordReset(token_hash=mark, user_id=user.id, expires_at=at),
                    KnownDevice(token_hash=mark, user_id=user.id, seen_at=at),
                    Throttle(key=mark, failures=1, last_at=at),
                ]
            )  # fmt: skip
    names = ("staged files", "deliveries", "sessions", "reset links", "devices", "throttles")
    assert planned(db) == done_by(db) == dict.fromkeys(names, 1)
    assert done_by(db) == {}
    with db.read() as session:
        assert session.scalars(select(Delivery.marker).order_by(Delivery.id)).all() == ["w0", "m1", "w1"]


def test_the_trail_is_told_the_rule_and_how_many_for_each_batch(db, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    for _ in range(5):
        a_declined_tip(db, 90)
    told = []
    purge(db, RULES, NOON, progress=lambda each: told.append(each.count))
    assert [(each.subject, each.data, each.actor) for each in events(db)] == [
        ("declined text", {"count": count}, "tipline") for count in (2, 2, 1)
    ]
    assert told == [2, 2, 1]


class Killed(BaseException):
    """A kill -9, as far as a test in one process can have one."""


@pytest.mark.thorough
@pytest.mark.parametrize("moment", [1, 4, 9, 14])
def test_killed_in_the_middle_it_leaves_all_counts_true_and_the_rest_for_later(
    db, keyring, monkeypatch, moment
):
    monkeypatch.setattr(purging, "BATCH", 1)
    for state in (State.DECLINED, State.SPAM, State.ACCEPTED):
        a_full_tip(db, keyring, state=state, received_at=LONG_AGO, decided_at=LONG_AGO)
    a_story(db)
    with db.write() as session:
        session.execute(update(Message).values(at=LONG_AGO))
        session.execute(update(Verdict).values(at=LONG_AGO))
    calls = iter(range(100))
    record = purging.audit.record

    def killed(*arguments, **facts):
        record(*arguments, **facts)
        if next(calls) == moment:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(purging.audit, "record", killed)
        with pytest.raises(Killed):
            purge(db, RULES, NOON)
    check_groups(db)
    assert counted(db) == recount(db)
    assert sum(event.data["count"] for event in events(db)) == moment
    purge(db, RULES, NOON)
    assert counted(db) == recount(db)
    assert tables_with(db, CANARY) == set()


# ---- against a model: facts of a tip, in days before now

DAYS = st.integers(0, 1200)
MAYBE = st.none() | DAYS


@st.composite
def tips(draw):
    return {
        "state": draw(st.sampled_from(list(State))),
        "received": draw(DAYS),
        "decided": draw(DAYS),
        "replied": draw(MAYBE),
        "message": draw(MAYBE),
        "verdict": draw(MAYBE),
        "undone": draw(MAYBE),
        "wakes_in": draw(st.integers(-1200, 60)),
        "used": draw(st.none() | st.none() | DAYS),
        "draft": draw(st.none() | st.none() | DAYS),
        "draft_killed": draw(st.booleans()),
        "held": draw(st.sampled_from([False, False, False, True])),
        "contact": draw(st.booleans()),
    }


def expected(tip, chosen):
    """Which of contact, messages and text are gone, said in plain words."""
    if tip["held"]:
        return set()
    spoken = [days for days in (tip["replied"], tip["message"]) if days is not None]
    if any(days < chosen.retention_grace_days for days in spoken):
        return set()
    drafted = tip["draft"] is not None and not tip["draft_killed"]
    ages = [tip[name] for name in ("replied", "verdict", "undone") if tip[name] is not None]
    if tip["state"] in {State.PENDING, State.SNOOZED}:
        fate = "pending"
        age = tip["received"]
        ages += [-tip["wakes_in"]] if tip["state"] == State.SNOOZED else []
    else:
        fate, age = str(tip["state"]), tip["decided"]
    if tip["used"] is not None or drafted:
        fate = "used"
        # work on it counts from the decision; a tip that waits for one has none
        age = tip["received"] if tip["state"] == State.PENDING else tip["decided"]
        ages = [tip[name] for name in ("replied", "verdict", "undone") if tip[name] is not None]
        ages += [tip["used"]] if tip["used"] is not None else []
        ages += [tip["draft"]] if drafted else []
    terms = getattr(chosen, f"retention_{fate}")
    youngest = min([age, *ages])
    due = {str(datum) for datum, days in terms.days.items() if days and youngest >= days}
    has = {"text"} | ({"contact"} if tip["contact"] else set()) | ({"messages"} if spoken_row(tip) else set())
    return due & has


def spoken_row(tip):
    return tip["message"] is not None


def stored(db, tip, user):
    def ago(days):
        return None if days is None else NOON - days * DAY

    undecided = tip["state"] == State.PENDING
    row = a_tip(db, state=tip["state"], received_at=ago(tip["received"]), replied_at=ago(tip["replied"]),
                decided_at=None if undecided else ago(tip["decided"]), used_at=ago(tip["used"]),
                legal_hold=tip["held"],
                snoozed_until=ago(-tip["wakes_in"]) if tip["state"] == State.SNOOZED else None)  # fmt: skip
    with db.write() as session:
        if tip["contact"]:
            session.add(Contact(tip_id=row.id, sealed=b"s", key_id="t1", given="name"))
        if tip["message"] is not None:
            session.add(Message(ref=new_ref(), tip_id=row.id, direction=Direction.FROM_TIPSTER, body="b",
                                at=ago(tip["message"])))  # fmt: skip
        for name in ("verdict", "undone"):
            if tip[name] is not None:
                at = ago(tip[name]) if name == "verdict" else LONG_AGO
                undone_at = ago(tip[name]) if name == "undone" else None
                session.add(Verdict(batch=new_ref(), tip_id=row.id, decision="accept", before={}, version=1,
                                    by_id=user.id, at=at, undone_at=undone_at))  # fmt: skip
    if tip["draft"] is not None:
        state = DraftState.KILLED if tip["draft_killed"] else DraftState.DRAFT
        a_draft_of(db, row, at=ago(tip["draft"]), state=state)
    return row


def gone(db, row, tip):
    left = fresh_or_none(db, row)
    with db.read() as session:
        contact = session.scalar(
            select(Contact.id).where(Contact.tip_id == row.id, Contact.erased_at.is_(None))
        )
        message = session.scalar(select(Message.id).where(Message.tip_id == row.id))
    found = set()
    if left is None or left.erased_at is not None:
        found.add("text")
    if tip["contact"] and contact is None:
        found.add("contact")
    if spoken_row(tip) and message is None:
        found.add("messages")
    return found


@pytest.mark.thorough
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(tips(), min_size=1, max_size=8))
def test_a_purge_does_what_a_simple_model_says(db, drawn):
    user = a_user(db)
    rows = [(stored(db, tip, user), tip) for tip in drawn]
    before = plan(db, RULES, NOON)
    after = purge(db, RULES, NOON)
    for row, tip in rows:
        went = gone(db, row, tip)
        # what goes with the text is gone even where its own days were not over
        wanted = expected(tip, RULES)
        assert went >= wanted, tip
        assert "text" in wanted or went == wanted, tip
    text_of = {each.rule.name: each.count for each in before if "text" in each.rule.name}
    assert {each.rule.name: each.count for each in after if "text" in each.rule.name} == text_of
    with db.read() as session:
        living = select(Tip.state, func.count()).where(Tip.erased_at.is_(None)).group_by(Tip.state)
        assert counted(db) == dict(session.execute(living).all())
    with db.write() as session:
        for row, _ in rows:
            session.execute(delete(Message).where(Message.tip_id == row.id))
