"""What to say and offer when a decision came too late: keep theirs, or decide all the same."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tipline.models import Decision, Regroup, State, Tip
from tipline.models.tip import OPEN_FROM
from tipline.triage.forms import listing_of, ref_or_none
from tipline.triage.moves import Stale
from tipline.triage.shown import Clash, Pairs
from tipline.triage.words import YOURS

_REPLACED = frozenset({"csrf_token", "version", "tip"})


def clash(session: Session, error: Stale, ref: str, act: str, path: str, form: MultiDict[str, str]) -> Clash:
    """Put a conflict into words.

    Args:
        act: what was tried: a decision, "link", "unlink" or "undo".
        path: where it was posted, and where the override goes.
    """
    yours, label = YOURS.get(act, ("change it", ""))
    refs = [ref, *(found for text in form.getlist("tip") if (found := ref_or_none(text.partition(":")[0])))]
    query = select(Tip.ref, Tip.version, Tip.state).where(Tip.ref.in_(refs))
    now = {row.ref: (row.version, row.state) for row in session.execute(query)}
    possible = bool(label) and all(_is_open(act, state) for _, state in now.values())
    return Clash(
        words=error.message,
        yours=yours,
        keep_href=listing_of(form).href(),
        override_action=path if possible else None,
        override_label=label,
        fields=_fields(ref, now, form),
    )


def _is_open(act: str, state: str) -> bool:
    if act == "link":
        return state == State.ACCEPTED or Decision.ACCEPT in OPEN_FROM[State(state)]
    return act in {"unlink", "correct", *Regroup} or act in OPEN_FROM[State(state)]


def _fields(ref: str, now: Mapping[str, tuple[int, str]], form: MultiDict[str, str]) -> Pairs:
    """Return what was sent, with the versions of now."""
    kept = [(name, value) for name, value in form.items(multi=True) if name not in _REPLACED]
    members = [("tip", f"{other}:{version}") for other, (version, _) in now.items() if other != ref]
    return (("version", str(now[ref][0])), *members, *kept) if ref in now else tuple(kept)
