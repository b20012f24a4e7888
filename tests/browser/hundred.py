"""What a moderator does with a hundred tips, as data: however it is done, the newsroom ends the same."""

from collections import Counter as Tally
from dataclasses import dataclass
from datetime import timedelta

from browser.desk import arrives
from builders import a_story, counted
from sqlalchemy import select
from triage.races import check_groups, recount

from tipline import clock
from tipline.db import Database
from tipline.models import Link, Note, State, Story, Tag, Tip, Verdict
from tipline.search.index import index_story

HEADLINE = "Walrus returns to the harbor"
HEARD = "Heard it before, twice"
TAG = "harbor"


@dataclass(frozen=True)
class Step:
    """One tip: what is decided, `given` what, after which mistake, and what happens on the way."""

    act: str  # accept, decline, usual, other, spam, later, likely, last
    given: str = ""  # the reason of a decline, or words
    mistake: str = ""  # "accept" or "spam", decided first and taken back
    also: str = ""  # claim, tag or note, before the decision
    trouble: str = ""  # keep or override (somebody was quicker), offline, reload


ROUND = (
    Step("accept"),
    Step("decline", "not_news"),
    Step("spam"),
    Step("likely"),
    Step("later", also="note"),
    Step("decline", "known", mistake="accept"),
    Step("last"),
    Step("usual"),
    Step("other", HEARD),
    Step("accept", also="tag"),
    Step("decline", "unverifiable"),
    Step("spam", also="claim"),
    Step("decline", "advertising"),
    Step("likely", also="note"),
    Step("accept", mistake="spam"),
    Step("decline", "off_topic"),
    Step("later"),
    Step("decline", "abusive"),
    Step("last", also="tag"),
    Step("spam"),
)
TROUBLE = {
    23: Step("accept", trouble="keep"),
    47: Step("decline", "known", trouble="override"),
    49: Step("accept", trouble="reload"),
    51: Step("spam", trouble="offline"),
    76: Step("decline", "not_news", trouble="offline"),
}
SCRIPT = tuple(TROUBLE.get(number, ROUND[number % len(ROUND)]) for number in range(100))
ENDS = {"accept": State.ACCEPTED, "spam": State.SPAM, "later": State.SNOOZED, "likely": State.ACCEPTED,
        "last": State.ACCEPTED}  # fmt: skip


def a_hundred(db: Database) -> list[Tip]:
    """Store a tip for each step, the first the newest, and the story that some of them are about."""
    now = clock.now()
    story = a_story(db, HEADLINE, published_at=now)
    with db.write() as session:
        index_story(session, story.id, story.headline, "")
    tips = []
    for number in reversed(range(len(SCRIPT))):
        words = "The walrus came to pier" if SCRIPT[number].act == "likely" else "Of no use, part"
        tips.append(arrives(db, f"{words} {number}", received_at=now - timedelta(minutes=number + 1)))
    return tips[::-1]


def check(db: Database, tips: list[Tip]) -> None:
    """Hold what is in the database against the script: nothing lost, nothing doubled."""
    refs = {tip.id: number for number, tip in enumerate(tips)}
    with db.read() as session:
        stored = session.scalars(select(Tip))
        found = {refs[tip.id]: (tip.state, tip.reason, tip.reason_text) for tip in stored}
        notes = [(refs[note.tip_id], note.body) for note in session.scalars(select(Note))]
        tags = [(refs[tag.tip_id], tag.name) for tag in session.scalars(select(Tag))]
        links = [(refs[link.tip_id], link.state) for link in session.scalars(select(Link))]
        verdicts = session.execute(select(Verdict.tip_id, Verdict.undone_at)).all()
        linked = session.scalars(select(Story.tip_count)).one()
    assert found == {number: _end(step) for number, step in enumerate(SCRIPT)}
    assert sorted(notes) == [(number, noted(number)) for number in _with("note")]
    assert sorted(tags) == [(number, TAG) for number in _with("tag")]
    stories = [number for number, step in enumerate(SCRIPT) if step.act in {"likely", "last"}]
    assert sorted(links) == [(number, "confirmed") for number in stories]
    assert linked == len(stories)
    standing = Tally(refs[tip_id] for tip_id, undone_at in verdicts if undone_at is None)
    assert standing == {number: 2 if step.trouble == "override" else 1 for number, step in enumerate(SCRIPT)}
    taken_back = sorted(refs[tip_id] for tip_id, undone_at in verdicts if undone_at)
    assert taken_back == [number for number, step in enumerate(SCRIPT) if step.mistake]
    assert len(taken_back) == 10
    assert counted(db) == recount(db)
    check_groups(db)


def noted(number: int) -> str:
    return f"Ask the harbor master about part {number}"


def _with(also: str) -> list[int]:
    return [number for number, step in enumerate(SCRIPT) if step.also == also]


def _end(step: Step) -> tuple[str, str | None, str | None]:
    if step.trouble == "keep":
        return State.SPAM, None, None
    if step.act == "usual":
        return State.DECLINED, "not_news", None
    if step.act == "other":
        return State.DECLINED, "other", step.given
    return (ENDS.get(step.act, State.DECLINED), step.given or None, None)
