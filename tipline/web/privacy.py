"""How long things are kept, as the privacy page says it: the very rules that the purge follows, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tipline.config import Settings
from tipline.keeping.rules import FATES, Rule, of_fate, rules_of
from tipline.web.language import _, ngettext

YEAR_DAYS = 365


@dataclass(frozen=True)
class Line:
    what: str
    how_long: str


@dataclass(frozen=True)
class Part:
    """The rules on tips of which the same became."""

    title: str
    since: str
    lines: Sequence[Line]


def privacy_page(settings: Settings) -> dict[str, Any]:
    """Return what `pages/privacy.html` prints."""
    rules = rules_of(settings)
    parts = [Part(_(title), _(since), _lines(of_fate(rules, fate))) for fate, (title, since) in FATES.items()]
    grace = settings.retention_grace_days
    return {"parts": parts, "other": _lines(of_fate(rules, None)), "grace": span(grace) if grace else ""}


def span(days: int | None) -> str:
    """Say how long: whole years as years."""
    if not days:
        return _("kept")
    if days % YEAR_DAYS == 0:
        return ngettext("%(num)s year", "%(num)s years", days // YEAR_DAYS)
    return ngettext("%(num)s day", "%(num)s days", days)


def _lines(rules: Sequence[Rule]) -> list[Line]:
    return [Line(_(rule.what), span(rule.days)) for rule in rules]
