"""The reading pane, printed once for all that it shows.

Whoever goes back to a tip, and every colleague to whom it shows the same, is shown what was printed before.
What only one person may see once, what was typed, and what was sealed is not kept.
"""

from markupsafe import Markup

from tipline import clock
from tipline.models import new_ref
from tipline.triage.choices import in_two_hours
from tipline.triage.pane_shown import Pane
from tipline.triage.typed import NOTHING_TYPED
from tipline.web.access import staff
from tipline.web.csrf import csrf_token
from tipline.web.kept import pieces
from tipline.web.keys import Keys


def printed_pane(tip: Pane) -> Markup:
    """Print a tip for the member of staff of this request."""
    usual, now = Keys.of(staff()).usual, clock.now()
    return pieces().printed(
        "triage/_pane.html",
        "pane",
        (tip, usual) if _may_be_kept(tip) else None,
        lambda: {"tip": tip, "usual": usual},
        now=now,
        gaps={
            "csrf_token": csrf_token,
            "message_ref": new_ref,  # so that a message is stored once
            "in_two_hours": lambda: in_two_hours(now),
        },
    )


def _may_be_kept(tip: Pane) -> bool:
    opened = bool(tip.contact and tip.contact.opened) or any(file.facts for file in tip.files)
    return not (opened or tip.problem or tip.conversation.written) and tip.typed == NOTHING_TYPED
