"""Read what the queue's forms send; each value is checked before anything is done with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict

from tipline.errors import Invalid, NotFound
from tipline.models import Decision, Reason, Regroup, parse_ref
from tipline.text.clean import clean_line
from tipline.triage.decide import Choice
from tipline.triage.lines import MEMBERS_SHOWN
from tipline.triage.listing import Listing
from tipline.triage.regroup import Act, join, set_apart, split
from tipline.triage.shown import Viewer

MAX_MEMBERS = 100
MAX_VERSION = 2**31 - 1
MAX_REASON_CHARACTERS = 200
LONGEST_SNOOZE = timedelta(days=366)

REGROUPINGS: dict[str, Act] = {Regroup.JOIN: join, Regroup.SPLIT: split, Regroup.APART: set_apart}

Form = MultiDict[str, str]


@dataclass(frozen=True)
class Posted:
    """What every act on a tip sends: the versions that were seen, and the list that was looked at."""

    version: int
    members: dict[str, int]
    listing: Listing

    @classmethod
    def of(cls, form: Form) -> "Posted":
        """Read an act.

        Raises:
            Invalid: when it does not say which version of the tips was seen.
        """
        return cls(_version(form.get("version", "")), members_of(form), listing_of(form))


def refs_in(text: str) -> tuple[str, ...]:
    """Read refs that stand in an address with commas between; what is none is left out."""
    found = (ref_or_none(part) for part in text[: 10 * MAX_MEMBERS].split(","))
    return tuple(dict.fromkeys(ref for ref in found if ref))


def members_of(form: Form) -> dict[str, int]:
    """Return the tips that a form names, each with the version that was seen.

    Raises:
        Invalid: when they are too many, or one lacks its version.
    """
    shown = form.getlist("tip")
    if len(shown) > MAX_MEMBERS:
        raise Invalid(f"That is more than {MAX_MEMBERS} tips at once; take fewer.")
    return dict(_member(text) for text in shown)


def ticked_in(form: Form) -> dict[str, int]:
    """Return the ticked tips and the members of their groups that their rows showed.

    Raises:
        Invalid: see `members_of`.
    """
    ticked = members_of(form)
    seen = dict(ticked)
    for text in form.getlist("members")[:MAX_MEMBERS]:
        lead, _, members = text.partition(">")
        if lead in ticked:
            shown = members.split(",")
            if len(shown) > MEMBERS_SHOWN:
                raise Invalid(f"A row stands for {MEMBERS_SHOWN + 1} tips at most; look at the list again.")
            seen |= {ref: version for ref, version in map(_member, shown) if ref not in ticked}
    return seen


def listing_of(form: Form) -> Listing:
    """Return the list that a form was sent from."""
    return Listing.of_query_string(form.get("list", ""))


def choice_of(form: Form, viewer: Viewer) -> Choice:
    """Read a decision.

    Raises:
        Invalid: when it is none, or lacks its reason or its time.
    """
    name = form.get("decision", "")
    if name not in set(Decision):
        raise Invalid("Choose what is to become of the tip.")
    decision = Decision(name)
    if decision is Decision.DECLINE:
        return Choice(decision, *_reason(form))
    if decision is Decision.SNOOZE:
        return Choice(decision, until=_until(form.get("until", ""), viewer))
    return Choice(decision)


def regrouping_of(form: Form) -> Act:
    """Read what is to become of two groups.

    Raises:
        Invalid: when it is nothing that can.
    """
    act = REGROUPINGS.get(form.get("act", ""))
    if act is None:
        raise Invalid("Choose what is to become of the groups.")
    return act


def ref_or_none(text: str | None) -> str | None:
    """Return the ref in `text`, or None where there is none."""
    try:
        return parse_ref(text) if text else None
    except NotFound:
        return None


def _reason(form: Form) -> tuple[Reason, str | None]:
    value, text = form.get("reason", ""), clean_line(form.get("reason_text", ""))
    if value not in set(Reason):
        raise Invalid("Say why the tip is declined.")
    if len(text) > MAX_REASON_CHARACTERS:
        raise Invalid(
            f"A reason holds {MAX_REASON_CHARACTERS} characters at most; this one has {len(text):,}."
        )
    if value == Reason.OTHER and not text:
        raise Invalid("Write the other reason in a few words.")
    return Reason(value), text or None


def _until(text: str, viewer: Viewer) -> datetime:
    try:
        until = datetime.fromisoformat(text)
        until = until.replace(tzinfo=viewer.zone) if until.tzinfo is None else until
        ahead = until - viewer.now
    except (ValueError, OverflowError):
        raise Invalid("Say until when the tip sleeps, for example 2026-03-09T09:00.") from None
    if ahead > LONGEST_SNOOZE:
        raise Invalid("A tip sleeps a year at most.")
    return until


def _version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= MAX_VERSION):
        raise Invalid(
            "The form does not say which version of the tip you saw. Look at it again, then decide."
        )
    return int(text)


def _member(text: str) -> tuple[str, int]:
    ref, _, version = text.partition(":")
    return parse_ref(ref), _version(version)
