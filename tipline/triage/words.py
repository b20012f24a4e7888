"""How the queue says things: labels, ages, and who did what."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tipline.models import Channel, Event, How, Kind, Reason, Sign, State
from tipline.search.query import Has

MINUTE = timedelta(minutes=1)
STATES = {
    State.PENDING: "New",
    State.ACCEPTED: "Accepted",
    State.DECLINED: "Declined",
    State.SPAM: "Spam",
    State.SNOOZED: "Snoozed",
}
KINDS = {
    Kind.TIP: "Tip",
    Kind.CORRECTION: "Correction",
    Kind.RELEASE: "Press release",
    Kind.QUESTION: "Question",
}
CHANNELS = {
    Channel.FORM: "web form",
    Channel.EMBED: "form on another site",
    Channel.PHONE: "phone",
    Channel.EMAIL: "e-mail",
    Channel.IMPORT: "import",
}
HOWS = {
    How.SAW: "saw it",
    How.INVOLVED: "was there",
    How.TOLD: "was told",
    How.DOCUMENTS: "has documents",
    How.ONLINE: "saw it online",
}
REASONS = {
    Reason.UNVERIFIABLE: "Cannot be verified",
    Reason.NOT_NEWS: "Not news",
    Reason.KNOWN: "Known already",
    Reason.OFF_TOPIC: "Not our subject",
    Reason.ADVERTISING: "Advertising",
    Reason.ABUSIVE: "Abusive",
    Reason.OTHER: "Another reason",
}
SIGNS = {
    Sign.TRAP: "a field that people don’t see was filled in",
    Sign.HURRY: "it was sent within three seconds",
    Sign.CROWD: "many came from one network",
    Sign.LINKS: "it is mostly links",
    Sign.CODE: "it is written in forum code",
}
HIDDEN = {Has.DANGER: "Escalated", Has.LIMITS: "Restricted"}  # why only named colleagues see a tip
# What an event says about its actor: with "this" while it is a conflict, without in the history.
ACTS = {
    "tip.accepted": "accepted",
    "tip.declined": "declined",
    "tip.marked_spam": "marked as spam",
    "tip.snoozed": "put off",
    "tip.reopened": "put back into the queue",
    "tip.linked": "linked to a story",
    "tip.unlinked": "unlinked from a story",
    "tip.undone": "took back a decision on",
    "tip.joined": "joined with tips that say the same",
    "tip.split": "took out of a group",
    "tip.set_apart": "said what is not the same as",
    "tip.regrouping_undone": "took back what was said of tips like",
    "tip.woke": "brought back",
    "tip.noted": "wrote a note on",
    "tip.note_taken_back": "took back a note on",
    "tip.contact_opened": "opened the contact",
    "tip.contact_erased": "erased the contact",
    "tip.erasure_wanted": "wants to be forgotten",
    "tip.held": "put on legal hold",
    "tip.released": "lifted the legal hold",
    "tip.received": "sent",
    "tip.logged": "logged",
    "tip.replied": "answered",
    "tip.messaged": "wrote to the tipster of",
    "tip.message_taken_back": "took back a message to the tipster of",
    "tip.tagged": "tagged",
    "tip.untagged": "took a tag off",
    "tip.assigned": "assigned",
    "tip.unassigned": "assigned to nobody",
    "tip.corrected": "corrected",
    "tip.restricted": "restricted who sees",
    "tip.escalated": "escalated",
    "tip.revealed": "opened to everybody",
    "tip.named": "handed the sight of",
    "tip.unnamed": "took back the sight of",
    "tip.suggested": "suggested a draft of",
    "tip.tag_undone": "took back a tag of",
    "tip.correct_undone": "took back a correction of",
    "tip.restrict_undone": "took back who alone sees",
    "tip.promoted": "made a draft of",
    "tip.used": "published",
    "tip.unused": "took back that we published",
}
_THIS_FIRST = {
    "tip.marked_spam": "marked this as spam",
    "tip.snoozed": "put this off",
    "tip.reopened": "put this back into the queue",
    "tip.linked": "linked this to a story",
    "tip.unlinked": "unlinked this from a story",
    "tip.woke": "brought this back",
    "tip.joined": "joined this with another that says the same",
    "tip.split": "took this out of its group",
    "tip.set_apart": "said that another is not the same as this",
    "tip.regrouping_undone": "took back who says the same as this",
    "tip.contact_opened": "opened the contact",
    "tip.contact_erased": "erased the contact of this",
    "tip.erasure_wanted": "wants to be forgotten",
    "tip.held": "put this on legal hold",
    "tip.released": "lifted the legal hold of this",
    "tip.unassigned": "assigned this to nobody",
    "tip.revealed": "opened this to everybody",
    "tip.untag_undone": "put a tag back on this",
    "tip.assign_undone": "gave this back",
    "tip.unlink_undone": "linked this to its story again",
    "tip.reveal_undone": "took back that everybody sees this",
    "file.opened": "opened the original of a file of this",
}
DONE = {
    "accept": "accepted",
    "decline": "declined",
    "spam": "marked as spam",
    "snooze": "put off",
    "reopen": "put back into the queue",
}
YOURS = {
    "accept": ("accept it", "Accept it all the same"),
    "decline": ("decline it", "Decline it all the same"),
    "spam": ("mark it as spam", "Mark it as spam all the same"),
    "snooze": ("put it off", "Put it off all the same"),
    "reopen": ("put it back into the queue", "Put it back all the same"),
    "link": ("link it to a story", "Link it all the same"),
    "unlink": ("unlink it", "Unlink it all the same"),
    "correct": ("correct it", "Correct it all the same"),
    "restrict": ("restrict who sees it", ""),
    "escalate": ("escalate it", ""),
    "undo": ("take back what you did with it", ""),
    "join": ("make one row of it and another", "Join them all the same"),
    "split": ("take one out of its group", "Take it out all the same"),
    "apart": ("say that another is not the same", "Say so all the same"),
}


def why_held_back(signs: str | None) -> str:
    """Say why a tip was held back, from the signs that stand on it."""
    said = [SIGNS[Sign(sign)] for sign in (signs or "").split() if sign in set(Sign)]
    sentence = "; ".join(said) or "it came without a check"
    return f"{sentence[0].upper()}{sentence[1:]}."


def age(since: datetime, now: datetime) -> str:
    """Say how long ago something was: 4 s, 12 min, 3 h, 5 d."""
    seconds = max(int((now - since).total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} d"


def age_in_minutes(since: datetime, now: datetime) -> str:
    """Say how old something of a reader is, whose times are kept to the minute."""
    minutes = max((now - since) // MINUTE, 1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


@lru_cache(maxsize=10_000)
def exact(instant: datetime, zone: ZoneInfo) -> str:
    """Say when something was, in somebody's zone."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M %Z}"


def moment(instant: datetime, zone: ZoneInfo, seen: datetime) -> str:
    """Say when something will be, in somebody's zone: “Thu 27 Nov, 09:00”; another year is named too."""
    local = instant.astimezone(zone)
    year = "" if local.year == seen.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def did(event: Event, now: datetime) -> str:
    """Say who did what to a tip and when, as in “Ana Reyes declined this 4 s ago (known already)”."""
    what = _THIS_FIRST.get(event.kind) or f"{ACTS.get(event.kind, 'changed')} this"
    return f"{event.actor} {what} {age(event.at, now)} ago{_because(event)}."


def happened(event: Event, zone: ZoneInfo) -> str:
    """Say what an event was, for a tip's history that is read in `zone`."""
    if event.kind == "tip.received":
        return "Received"
    what = _THIS_FIRST.get(event.kind) or f"{ACTS.get(event.kind, event.kind)} this"
    why = f": {event.data['why']}" if event.data.get("why") else ""
    return f"{event.actor} {what}{_more(event, zone)}{_because(event)}{why}"


def _more(event: Event, zone: ZoneInfo) -> str:
    """Say which tag, to whom, who is named, or until when: “ to Ana Reyes”."""
    if event.kind == "tip.snoozed" and (until := event.data.get("until")):  # older events don't say it
        return f" until {moment(datetime.fromisoformat(until), zone, event.at)}"
    if event.kind in {"tip.tagged", "tip.untagged", "tip.tag_undone", "tip.untag_undone"}:
        return f" “{event.data['tag']}”"
    if event.kind in {"tip.assigned", "tip.assign_undone", "tip.named"}:
        return f" to {event.data['to']}"
    if event.kind == "tip.unnamed":
        return f" from {event.data['to']}"
    if event.kind == "tip.restricted":
        return f" to {', '.join(event.data['named'])}"
    corrects = event.kind in {"tip.corrected", "tip.correct_undone"}
    return f" ({', '.join(event.data['what'])})" if corrects else ""


def _because(event: Event) -> str:
    reason = event.data.get("reason")
    return f" ({REASONS[Reason(reason)].lower()})" if reason else ""
