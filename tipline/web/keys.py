"""The keys of the newsroom: which act has which letter, for each person (WCAG 2.1.4).

A letter names its act for ever: pages print the usual one, and a script puts a person's own in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from markupsafe import Markup

from tipline import clock
from tipline.errors import Invalid
from tipline.models import Reason, User
from tipline.web.kept import pieces

USUAL_REASON = Reason.NOT_NEWS
USUAL_REASONS = [
    (reason.value, reason.replace("_", " ").capitalize()) for reason in Reason if reason is not Reason.OTHER
]
ACTS = {
    "j": "next tip",
    "k": "previous tip",
    "o": "open the tip on a page of its own; Enter does the same",
    "x": "tick the tip",
    "a": "accept",
    "d": "decline, then the letter of the reason",
    "D": "decline for the usual reason",
    "h": "later",
    "!": "spam",
    "1": "link to the first suggested story",
    "2": "link to the second",
    "3": "link to the third",
    "l": "link to a story: search",
    "m": "the same as a tip that is suggested, then its letter",
    "c": "claim",
    "t": "tag",
    "e": "escalate",
    "n": "write a note",
    "r": "write to the tipster",
    "p": "make a draft, or suggest it to the editors",
    "z": "take back what you did last",
    ".": "show what is new",
    "/": "search",
    "g": "go to, then a letter that appears in the bar",
    "?": "these keys",
}


@dataclass(frozen=True)
class Keys:
    """A person's keys: `letters` by act ("" for an act without one), `usual` what `D` declines for."""

    letters: dict[str, str]
    usual: str = USUAL_REASON
    off: bool = False

    @classmethod
    def of(cls, user: User) -> "Keys":
        kept = user.keys or {}
        letters = {act: kept.get("letters", {}).get(act, act) for act in ACTS}
        return cls(letters, kept.get("usual", USUAL_REASON), kept.get("off", False))

    @classmethod
    def typed(cls, letters: Sequence[str], usual: str, *, off: bool) -> "Keys":
        """Read what a form says; `letters` in the order of `ACTS`, the usual ones where it says none."""
        read = dict(zip(ACTS, (letter.strip()[:8] for letter in letters), strict=False)) or dict(
            zip(ACTS, ACTS, strict=True)
        )
        return cls({act: read.get(act, act) for act in ACTS}, usual, off)

    def check(self) -> None:
        """Refuse keys that say two things.

        Raises:
            Invalid: with a sentence that names both acts.
        """
        taken: dict[str, str] = {}
        for act, letter in self.letters.items():
            if len(letter) > 1 or not letter.isprintable():
                raise Invalid(f"A key is one character; “{ACTS[act]}” has more.")
            if letter and letter in taken:
                raise Invalid(f"“{ACTS[taken[letter]]}” and “{ACTS[act]}” cannot both have the key {letter}.")
            taken[letter] = act
        if self.usual not in set(Reason) - {Reason.OTHER}:
            raise Invalid("Choose the reason you usually decline for.")

    def changed(self) -> dict[str, str]:
        """Return the acts whose letter is another than the usual one."""
        return {act: letter for act, letter in self.letters.items() if letter != act}

    def kept(self) -> dict[str, Any] | None:
        """Return what is stored with the user; None where all is as usual."""
        kept: dict[str, Any] = {"letters": self.changed(), "usual": self.usual, "off": self.off}
        return None if kept == {"letters": {}, "usual": USUAL_REASON, "off": False} else kept


def dialogs(user: User) -> Markup:
    """Print the dialogs that say a person's keys."""
    keys = Keys.of(user)
    key = (*keys.letters.values(), keys.off)
    return pieces().printed("newsroom/_keys.html", "dialogs", key, lambda: {"keys": keys}, now=clock.now())


def install(app: Flask) -> None:
    """Give templates the dialogs of a person's keys, and the words of the acts."""
    app.jinja_env.globals.update(key_dialogs=dialogs, ACTS=ACTS)
