"""The page of the queue round its rows and its pane, printed once for all that it shows.

It shows the same until a count changes. What answers a form that was refused, or what was just done, is for
one person once, and not kept.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

from markupsafe import Markup

from tipline import clock
from tipline.text.markup import joined
from tipline.triage.choices import REASON_CHOICES
from tipline.triage.completion import OPERATORS
from tipline.triage.shown import Head, Notice, Tab, ViewShown
from tipline.triage.typed import NOTHING_TYPED, Typed
from tipline.web.access import staff
from tipline.web.csrf import csrf_token
from tipline.web.kept import pieces


@dataclass(frozen=True)
class Frame:
    """What the page of the queue shows besides rows and pane: `templates/triage/queue.html` says how."""

    queue: Head
    views: tuple[Tab, ...]
    saved: tuple[Tab, ...]
    saved_view: ViewShown | None
    sorts: tuple[Tab, ...]
    alerts: bool
    notices: tuple[Notice, ...] = ()
    typed: Typed = NOTHING_TYPED


def printed_queue(frame: Frame, rows: Sequence[Markup], tip: Markup | None, mark: str) -> str:
    """Print the page for the member of staff of this request."""
    gaps = {"csrf_token": csrf_token, "mark": lambda: mark}
    if rows:
        gaps["rows"] = partial(joined, rows)
    if tip is not None:
        gaps["tip"] = lambda: tip
    kept = not frame.notices and frame.typed == NOTHING_TYPED
    return pieces().page(
        "triage/queue.html",
        (frame, *_who(), tuple(gaps)) if kept else None,
        lambda: {
            "section": "queue",
            "rows": None,
            "tip": None,
            "operators": OPERATORS,
            "reasons": REASON_CHOICES,
            **{each.name: getattr(frame, each.name) for each in fields(frame)},
        },
        now=clock.now(),
        gaps=gaps,
    )


def _who() -> tuple[str, str, str]:
    """Return all that the page shows of whoever is signed in."""
    user = staff()
    return user.name, user.role, json.dumps(user.keys)
