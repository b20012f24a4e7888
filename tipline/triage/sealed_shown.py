"""How the pane speaks of what is sealed or held: the contact, its sender, the legal hold."""

from collections.abc import Mapping

from sqlalchemy import select

from tipline.at_once import Answers
from tipline.models import Contact, State, Tip
from tipline.text.times import count
from tipline.triage.asked import TIP_ID
from tipline.triage.contact import ERASED, ON_HOLD, Sender, sender_of
from tipline.triage.listing import Listing
from tipline.triage.shown import ContactShown, HoldShown, Labeled, Viewer
from tipline.triage.words import STATES

GIVEN = {"name": "a name", "email": "an e-mail address", "phone": "a phone number"}
LABELS = {"name": "Name", "email": "E-mail", "phone": "Phone"}
AGREED = "They agree to be contacted."
DID_NOT_SAY = "They did not say that you may use it."
EDITORS = "Editors can open it, with a reason."
CONTACT = select(Contact.given, Contact.may_contact, Contact.erased_at).where(Contact.tip_id == TIP_ID)
WISHES = {
    "contact": "Its tipster wants the contact erased: that happens when the hold is lifted.",
    "tip": "Its tipster wants it erased: that happens when the hold is lifted.",
}


def contact_shown(read: Answers, viewer: Viewer, opened: Mapping[str, str] | None) -> ContactShown | None:
    """Say what is known of a tip's contact; None when it came without."""
    if not read["contact"]:
        return None
    [contact], [tip] = read["contact"], read["tip"]
    shut = ERASED if contact.erased_at else ON_HOLD if tip.erasure_wanted else ""
    given = _listed([GIVEN[part] for part in contact.given.split() if part in GIVEN])
    words = f"Left {given}, sealed. {AGREED if contact.may_contact else DID_NOT_SAY}"
    sender = sender_of(read["same_sender"])
    return ContactShown(
        words=shut or (words if viewer.may_open else f"{words} {EDITORS}"),
        may_open=viewer.may_open and not shut and opened is None,
        opened=tuple(Labeled(LABELS[part], value) for part, value in (opened or {}).items()),
        sender_words=_sender_words(sender),
        sender_href=Listing(state=None, sender=tip.ref).href() if sender.total else "",
    )


def hold_shown(tip: Tip, viewer: Viewer) -> HoldShown:
    """Say whether the tip is on hold, and what waits for its end."""
    words = "On legal hold: nothing of it is erased." if tip.legal_hold else ""
    wish = WISHES.get(tip.erasure_wanted or "", "")
    return HoldShown(held=tip.legal_hold, words=f"{words} {wish}".strip(), may_change=viewer.may_open)


def _sender_words(sender: Sender) -> str:
    if not sender.total:
        return ""
    states = _listed([f"{count:,} {STATES[State(state)].lower()}" for state, count in sender.counts.items()])
    return f"{count(sender.total, 'other tip', 'other tips')} from the same sender: {states}"


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else "something"
