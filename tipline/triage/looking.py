"""Who looks at the queue, and at which list of it: what its routes begin with."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from tipline import clock
from tipline.models import Permission
from tipline.text.clean import clean_line
from tipline.triage.listing import Listing
from tipline.triage.saved_views import find_view
from tipline.triage.shown import Viewer
from tipline.triage.waiting import AgeLimits
from tipline.web.access import staff
from tipline.web.request import keyring, reading, settings


def viewer_now() -> Viewer:
    """Return what the words of a page depend on."""
    user = staff()
    zone = ZoneInfo(user.timezone or settings().site_timezone)
    may = (user.may(Permission.DRAFT), user.may(Permission.OPEN_SEALED))
    limits = AgeLimits(settings().age_due, settings().age_late)
    return Viewer(*may, zone, clock.now(), keyring(), user.id, limits)


def listing_in(values: Mapping[str, str]) -> Listing:
    """Read the list that an address names: its view, if it names one, and what it says besides.

    Raises:
        NotFound: when there is no such view that this person may use.
    """
    slug = clean_line(values.get("view", "")[:200])
    if not slug:
        return Listing.of(values)
    return Listing.of(values, find_view(reading(), slug, staff()).listing)
