"""The rules of retention: one list, which the purge follows and the privacy page prints.

Pure: from settings to rules. A rule says which data of which tips go, after how many days, counted from
what. The words are marked here and translated where they are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tipline.config import Settings
from tipline.languages import N_
from tipline.terms import Datum, Terms


class Fate(StrEnum):
    """What has become of a tip, as far as retention cares."""

    PENDING = "pending"  # nobody decided, or it was put off
    ACCEPTED = "accepted"
    USED = "used"  # whatever its state: it was published, or a draft that was not killed was made from it
    DECLINED = "declined"
    SPAM = "spam"


class Desk(StrEnum):
    """Data that belong to no tip."""

    STAGED = "staged files"
    DELIVERIES = "deliveries"
    SESSIONS = "sessions"
    RESETS = "reset links"
    DEVICES = "devices"
    THROTTLES = "throttles"
    EVENTS = "audit trail"


@dataclass(frozen=True)
class Rule:
    """One kind of data, and when it goes; `days` is None when it is kept."""

    data: Datum | Desk
    days: int | None
    what: str  # as a reader calls it
    fate: Fate | None = None  # of which tips, for the data of tips

    @property
    def name(self) -> str:
        """What the command line and the audit trail call it: "declined contact"."""
        return f"{self.fate} {self.data}" if self.fate else str(self.data)

    def cutoff(self, now: datetime) -> datetime | None:
        """Return the instant before which its days began, for what is due at `now`; None for never."""
        return now - timedelta(days=self.days) if self.days else None


WHAT = {
    Datum.CONTACT: N_("How to reach you"),
    Datum.SEALED: N_("Files we could not clean, which nobody here was shown"),
    Datum.ORIGINALS: N_("Your files as you sent them, sealed, with their names"),
    Datum.COPIES: N_("The cleaned copies of your files"),
    Datum.MESSAGES: N_("The messages between you and us"),
    Datum.TEXT: N_("Your tip, our notes on it, and your receipt"),
}
FATES = {
    Fate.PENDING: (
        N_("If nobody has decided on your tip"),
        N_("Counted from the day it came in, or came back to us."),
    ),
    Fate.ACCEPTED: (N_("If we follow it up"), N_("Counted from our decision.")),
    Fate.USED: (
        N_("If it became part of a draft or a story"),
        N_("Counted from the last work on it. What we wrote ourselves, even where it quotes you, stays."),
    ),
    Fate.DECLINED: (N_("If we don’t take it further"), N_("Counted from our decision.")),
    Fate.SPAM: (N_("If we take it for spam"), N_("Counted from our decision.")),
}
OTHER = {
    Desk.STAGED: N_("Files whose form was never sent"),
    Desk.DELIVERIES: N_("What our own mail and messages to other systems said"),
    Desk.SESSIONS: N_("When and with which browser our staff were signed in"),
    Desk.RESETS: N_("Links with which our staff choose a new password"),
    Desk.DEVICES: N_("Which browsers our staff use"),
    Desk.THROTTLES: N_("How often signing in failed, for an account or a network, as a keyed fingerprint"),
    Desk.EVENTS: N_("The record of who here did what, which holds no word of yours and not who you are"),
}  # fmt: skip
THROTTLE_DAYS = 1  # no setting: it slows nobody after an hour


def rules_of(settings: Settings) -> list[Rule]:
    """Return every rule, in the order in which a purge follows them: of each tip the contact goes first."""
    terms: dict[Fate, Terms] = {fate: getattr(settings, f"retention_{fate}") for fate in Fate}
    of_tips = [Rule(datum, terms[fate][datum], WHAT[datum], fate) for datum in Datum for fate in Fate]
    days = {
        Desk.STAGED: settings.retention_staged_days,
        Desk.DELIVERIES: settings.retention_deliveries_days,
        Desk.SESSIONS: settings.retention_sessions_days,
        Desk.RESETS: settings.retention_sessions_days,
        Desk.DEVICES: settings.retention_devices_days,
        Desk.THROTTLES: THROTTLE_DAYS,
        Desk.EVENTS: None,
    }
    return [*of_tips, *(Rule(data, days[data], OTHER[data]) for data in Desk)]


def longest_contact_days(settings: Settings) -> int | None:
    """Return the most days for which a contact is kept, whatever becomes of its tip; None for ever."""
    days = [rule.days for rule in rules_of(settings) if rule.what == WHAT[Datum.CONTACT]]
    return None if None in days else max(day for day in days if day is not None)


def of_fate(rules: Sequence[Rule], fate: Fate | None) -> list[Rule]:
    """Return the rules on tips of one fate, or those on data of no tip."""
    return [rule for rule in rules if rule.fate == fate]
