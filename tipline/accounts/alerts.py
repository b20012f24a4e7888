"""What somebody chooses to be told of: the form's choices, and keeping them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.errors import Invalid
from tipline.models import AlertMark, User, View
from tipline.web.alerts import Alerts, Scope, Way

VIEWS_OFFERED = 100
WAYS = {
    Way.NONE: "Not at all",
    Way.MAIL: "By e-mail",
    Way.BROWSER: "In the browser",
    Way.BOTH: "By e-mail and in the browser",
}
SCOPES = {Scope.ALL: "All new tips", Scope.MINE: "Tips assigned to me or to my desks"}
NO_MAIL = "Tipline has no mail server here, so it cannot send e-mail; an administrator can set one."


@dataclass(frozen=True)
class Offer:
    """One choice of the form."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class AlertsShown:
    """The form: how, and of what; `gone` when the chosen view is not there any more."""

    ways: tuple[Offer, ...]
    scopes: tuple[Offer, ...]
    gone: bool
    can_mail: bool
    minutes: int
    in_browser: bool


def shown(session: Session, settings: Settings, user: User) -> AlertsShown:
    """Return the form as the choice of `user` fills it."""
    chosen, views = Alerts.of(user), _views(session, user)
    ways = [way for way in Way if settings.smtp_url or way in {Way.NONE, Way.BROWSER, chosen.way}]
    scopes = [Offer(scope, words, chosen.scope is scope) for scope, words in SCOPES.items()]
    scopes += [
        Offer(_value(slug), f"Tips in the view “{name}”", chosen == Alerts(chosen.way, Scope.VIEW, slug))
        for slug, name in views
    ]
    return AlertsShown(
        tuple(Offer(way, WAYS[way], chosen.way is way) for way in ways),
        tuple(scopes),
        gone=chosen.scope is Scope.VIEW and not any(each.chosen for each in scopes),
        can_mail=bool(settings.smtp_url),
        minutes=settings.alert_minutes,
        in_browser=chosen.in_browser,
    )


def choose(session: Session, settings: Settings, user: User, way: str, scope: str) -> None:
    """Keep what `user` chose; they are told of what comes from now on.

    Raises:
        Invalid: when it is none of the choices, or mail that nobody can send.
    """
    if way not in set(Way):
        raise Invalid("Choose how you want to hear of new tips.")
    found, _, view = scope.partition(":")
    if found not in set(Scope) or (found == Scope.VIEW) != bool(view):
        raise Invalid("Choose of which tips you want to hear.")
    if view and view not in [slug for slug, _name in _views(session, user)]:
        raise Invalid("There is no such view, or it is not shared with you.")
    wanted = Alerts(Way(way), Scope(found), view)
    if wanted.by_mail and not settings.smtp_url:
        raise Invalid(NO_MAIL)
    session.execute(update(User).where(User.id == user.id).values(alerts=wanted.kept()))
    session.execute(delete(AlertMark).where(AlertMark.user_id == user.id))


def _value(slug: str) -> str:
    return f"{Scope.VIEW}:{slug}"


def _views(session: Session, user: User) -> Sequence[tuple[str, str]]:
    usable = select(View.slug, View.name).where(or_(View.owner_id == user.id, View.shared.is_(True)))
    rows = session.execute(usable.order_by(func.lower(View.name), View.id).limit(VIEWS_OFFERED))
    return [(slug, name) for slug, name in rows]
