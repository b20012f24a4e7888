"""How each member of staff wants to hear of new tips: by mail, in the browser, both or not; and of which."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tipline.models import User


class Way(StrEnum):
    NONE = "none"
    MAIL = "mail"
    BROWSER = "browser"
    BOTH = "both"


class Scope(StrEnum):
    ALL = "all"
    MINE = "mine"  # assigned to them or to a desk of theirs
    VIEW = "view"  # what a saved view holds


@dataclass(frozen=True)
class Alerts:
    """A person's choice; `view` is the slug of the view where the scope is one."""

    way: Way = Way.NONE
    scope: Scope = Scope.ALL
    view: str = ""

    @classmethod
    def of(cls, user: User) -> "Alerts":
        kept = user.alerts or {}
        return cls(Way(kept.get("way", Way.NONE)), Scope(kept.get("scope", Scope.ALL)), kept.get("view", ""))

    @property
    def by_mail(self) -> bool:
        return self.way in {Way.MAIL, Way.BOTH}

    @property
    def in_browser(self) -> bool:
        return self.way in {Way.BROWSER, Way.BOTH}

    def kept(self) -> dict[str, Any] | None:
        """Return what is stored with the user; None where nothing is wanted."""
        if self.way is Way.NONE:
            return None
        return {"way": self.way, "scope": self.scope, "view": self.view}
