"""Measure what the machine adds for the moderator: how often it is right, and what it costs.

Each subject is one module of this folder and one name in `SUBJECTS`. It measures itself on given data,
or on what this newsroom has decided, and changes nothing.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SUBJECTS: tuple[str, ...] = ("links", "similar", "spam")

# What is printed as JSON: numbers by name, and such reports by the name of their set.
Report = Mapping[str, Any]


class Subject(Protocol):
    """What the module of a subject offers."""

    def of_data(self, folder: Path) -> Report:
        """Measure on the files of `folder`; raise `Unmeasurable` when it lacks them."""
        ...

    def of_decisions(self, session: "Session") -> Report:
        """Measure on what this newsroom has decided; raise `Unmeasurable` when that is too little."""
        ...


def subject(name: str) -> Subject:
    """Return one of `SUBJECTS`; it is loaded only when somebody measures it."""
    return cast(Subject, import_module(f"{__name__}.{name}"))
