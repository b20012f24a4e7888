"""What somebody typed into a form that was refused: it stands there again, what was wrong beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from tipline.text.clean import clean

# The forms in which something is typed, by the routes that they go to, and their fields.
FIELDS = {
    "decide": ("reason_text",),
    "tag": ("tag",),
    "correct": ("kind", "about", "place"),
    "restrict": ("named", "reason"),
    "reveal": ("reason",),
    "legal_hold": ("reason",),
    "contact": ("reason",),
    "note": ("body",),
    "message": ("body",),
    "add_view": ("name", "shared"),
    "edit_view": ("name", "shared", "filters"),
    "export": ("reason", "contacts"),
}


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of one form; a template asks for each field by the form that it is in."""

    form: str = ""
    problem: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, endpoint: str, sent: MultiDict[str, str], problem: str = "") -> "Typed":
        """Read what a route was sent; nothing where its form has no such field."""
        form = endpoint.rpartition(".")[2]
        names = FIELDS.get(form, ())
        if not any(name in sent for name in names):
            return cls()
        return cls(form, problem, {name: tuple(map(clean, sent.getlist(name))) for name in names})

    def value(self, form: str, name: str, otherwise: str = "") -> str:
        """Return what is in a field; `otherwise` in every other form."""
        return next(iter(self.values[name]), "") if form == self.form else otherwise

    def holds(self, form: str, name: str, value: str, otherwise: bool = False) -> bool:
        """Say whether a choice is among those taken; `otherwise` in every other form."""
        return value in self.values[name] if form == self.form else otherwise


NOTHING_TYPED = Typed()
