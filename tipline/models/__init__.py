"""The nouns, one file each; the schema read top to bottom tells the domain."""

from tipline.models.attachment import Attachment, AttachmentState
from tipline.models.base import Base
from tipline.models.catalogue import Catalogue, catalogue_changed, catalogue_version
from tipline.models.contact import Contact
from tipline.models.counter import Counter
from tipline.models.delivery import Delivery, DeliveryState
from tipline.models.desk import (
    Desk,
    DeskMember,
    Direction,
    Mention,
    Message,
    Note,
    Reply,
    Tag,
    View,
    WatchList,
)
from tipline.models.draft import Check, CheckState, Draft, DraftState, DraftTip, Revision
from tipline.models.event import Event, Seal
from tipline.models.group import Group
from tipline.models.handling import Handle, Handling
from tipline.models.heartbeat import Heartbeat
from tipline.models.leftover import Leftover, LeftoverKind
from tipline.models.lesson import Label, Lesson
from tipline.models.likeness import Apart, Band
from tipline.models.link import Link, LinkState
from tipline.models.person import Alias, Person, PersonState, TipPerson
from tipline.models.progress import Progress, progress_made, progress_version
from tipline.models.reader import TipReader
from tipline.models.receipt import Receipt
from tipline.models.ref import new_ref, parse_ref, show_ref
from tipline.models.regrouping import Regroup, Regrouping
from tipline.models.story import RelatedStory, Story, StoryPerson, StoryState
from tipline.models.tip import Change, Channel, Decision, How, Kind, PublicStatus, Reason, Sign, State, Tip
from tipline.models.user import (
    AlertMark,
    KnownDevice,
    PasswordReset,
    Permission,
    Role,
    Session,
    Throttle,
    User,
)
from tipline.models.verdict import Verdict
from tipline.models.waiting import Ungrouped, Unindexed

__all__ = [
    "AlertMark",
    "Alias",
    "Apart",
    "Attachment",
    "AttachmentState",
    "Band",
    "Base",
    "Catalogue",
    "Change",
    "Channel",
    "Check",
    "CheckState",
    "Contact",
    "Counter",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Desk",
    "DeskMember",
    "Direction",
    "Draft",
    "DraftState",
    "DraftTip",
    "Event",
    "Group",
    "Handle",
    "Handling",
    "Heartbeat",
    "How",
    "Kind",
    "KnownDevice",
    "Label",
    "Leftover",
    "LeftoverKind",
    "Lesson",
    "Link",
    "LinkState",
    "Mention",
    "Message",
    "Note",
    "PasswordReset",
    "Permission",
    "Person",
    "PersonState",
    "Progress",
    "PublicStatus",
    "Reason",
    "Receipt",
    "Regroup",
    "Regrouping",
    "RelatedStory",
    "Reply",
    "Revision",
    "Role",
    "Seal",
    "Session",
    "Sign",
    "State",
    "Story",
    "StoryPerson",
    "StoryState",
    "Tag",
    "Throttle",
    "Tip",
    "TipPerson",
    "TipReader",
    "Ungrouped",
    "Unindexed",
    "User",
    "Verdict",
    "View",
    "WatchList",
    "catalogue_changed",
    "catalogue_version",
    "new_ref",
    "parse_ref",
    "progress_made",
    "progress_version",
    "show_ref",
]
