"""Link a tip to a story, and take a link away.

Linking says that the tip is worth something, so it accepts a tip that was not accepted yet; unlinking
does not reopen it. A link that a person took away is kept as rejected: what was un-merged stays so.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import NotFound
from tipline.models import (
    Decision,
    Handle,
    Handling,
    Link,
    LinkState,
    State,
    Story,
    Tip,
    User,
    Verdict,
    new_ref,
)
from tipline.triage.decide import Outcome, keep_verdict, who_speak
from tipline.triage.handlings import NOTHING, keep
from tipline.triage.moves import Moves, locked, raise_version, require


def link(
    session: Session,
    ref: str,
    slug: str,
    *,
    version: int,
    by: User,
    now: datetime,
    members: Mapping[str, int] | None = None,
) -> Outcome:
    """Link the tip `ref`, and the `members` that were seen with it, to the story `slug`.

    A tip that is linked to it already is left alone, whoever did it.

    Raises:
        Stale: when one of them was changed since it was seen.
        NotFound: when there is no such tip or story.
    """
    story_id = _story_id(session, slug)
    versions = {ref: version, **(members or {})}
    tips = locked(session, versions)
    links = links_to(session, story_id, tips)
    waiting = [tip for tip in tips if not _is_linked(links.get(tip.id))]
    if not waiting:
        return Outcome(_batch_of(session, links[tips[0].id]), 0)
    require(session, waiting, versions, now)
    batch, moves, spoke = new_ref(), Moves(session, now, by.id), who_speak(session, waiting)
    for tip in sorted(waiting, key=lambda tip: tip.id):
        was = links.get(tip.id)
        new_version = _accept(moves, tip, now)
        link_id = _confirm(session, was, tip, story_id, by=by, now=now)
        kept: dict[str, Any] = {"link_id": link_id, "link": _kept(was), "spoke": tip.id in spoke}
        keep_verdict(session, batch, tip, Decision.ACCEPT, new_version, by=by, now=now, **kept)
        facts = {"batch": batch, "was": tip.state, "version": new_version, "story": slug}
        audit.record(session, "tip.linked", subject=tip.ref, by=by, at=now, **facts)
    _count(session, story_id, len(waiting))
    moves.settle()
    return Outcome(batch, len(waiting))


def unlink(session: Session, ref: str, slug: str, *, version: int, by: User, now: datetime) -> Outcome:
    """Take the link between a tip and a story away; do nothing when it is gone already.

    Raises:
        Stale: when the tip was changed since it was seen.
        NotFound: when the two were never linked.
    """
    story_id = _story_id(session, slug)
    [tip] = locked(session, [ref])
    found = links_to(session, story_id, [tip]).get(tip.id)
    if found is None:
        raise NotFound("This tip is not linked to that story.")
    if not _is_linked(found):
        return NOTHING
    require(session, [tip], {ref: version}, now)
    new_version = raise_version(session, tip, now)
    before = {"link_id": found.id, "link": _kept(found)}
    change = update(Link).where(Link.id == found.id)
    session.execute(change.values(state=LinkState.REJECTED, by_id=by.id, at=now))
    kept = keep(session, Handle.UNLINK, tip, about=slug, before=before, version=new_version, by=by, now=now)
    facts = {"batch": kept.batch, "version": new_version, "story": slug}
    audit.record(session, "tip.unlinked", subject=ref, by=by, at=now, **facts)
    _count(session, story_id, -1)
    return kept


def link_again(
    session: Session, tip: Tip, done: Handling, *, now: datetime, **_who: object
) -> dict[str, object]:
    """Take back that a link was taken away."""
    version = raise_version(session, tip, now)
    found = session.get(Link, done.before["link_id"], populate_existing=True)
    if found is not None and (found.tip_id, found.state) == (tip.id, LinkState.REJECTED):
        _put_back(found, done.before["link"])
        session.flush()
        _count(session, found.story_id, 1)
    return {"version": version, "story": done.about}


def take_back(session: Session, verdict: Verdict) -> None:
    """Undo the link that `verdict` made; one that somebody took away since is left as it is."""
    found = session.get(Link, verdict.link_id, populate_existing=True) if verdict.link_id else None
    if found is None or found.state != LinkState.CONFIRMED:
        return
    was = verdict.before["link"]
    story_id = found.story_id
    if was is None:
        session.delete(found)
    else:
        _put_back(found, was)
    session.flush()
    _count(session, story_id, -1)


def links_to(session: Session, story_id: int, tips: list[Tip]) -> dict[int, Link]:
    """Return the links between a story and some tips, by the tip's id."""
    rows = select(Link).where(Link.story_id == story_id, Link.tip_id.in_([tip.id for tip in tips]))
    return {found.tip_id: found for found in session.scalars(rows.execution_options(populate_existing=True))}


def _is_linked(found: Link | None) -> bool:
    return found is not None and found.state == LinkState.CONFIRMED


def _accept(moves: Moves, tip: Tip, now: datetime) -> int:
    if tip.state != State.ACCEPTED:
        return moves.make(tip, tip.decide(Decision.ACCEPT, now=now))
    return raise_version(moves.session, tip, now)


def _confirm(session: Session, was: Link | None, tip: Tip, story_id: int, *, by: User, now: datetime) -> int:
    columns = {"state": LinkState.CONFIRMED, "by_id": by.id, "at": now}
    if was is not None:
        session.execute(
            update(Link).where(Link.id == was.id).values(columns),
            execution_options={"synchronize_session": False},
        )
        return was.id
    made = insert(Link).values(tip_id=tip.id, story_id=story_id, **columns).returning(Link.id)
    return session.execute(made).scalar_one()


def _kept(was: Link | None) -> dict[str, Any] | None:
    return {"state": was.state, "by_id": was.by_id, "at": was.at.isoformat()} if was else None


def _put_back(found: Link, was: Mapping[str, Any]) -> None:
    found.state, found.by_id, found.at = was["state"], was["by_id"], datetime.fromisoformat(was["at"])


def _count(session: Session, story_id: int, step: int) -> None:
    session.execute(update(Story).where(Story.id == story_id).values(tip_count=Story.tip_count + step))


def _story_id(session: Session, slug: str) -> int:
    story_id = session.scalar(select(Story.id).where(Story.slug == slug))
    if story_id is None:
        raise NotFound("There is no such story; it may have been taken down.")
    return story_id


def _batch_of(session: Session, found: Link) -> str:
    made = select(Verdict.batch).where(Verdict.link_id == found.id).order_by(Verdict.id.desc()).limit(1)
    return session.scalar(made) or ""
