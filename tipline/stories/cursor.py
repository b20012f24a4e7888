"""Where a list of stories goes on: by time and id, so that a page deep down costs no more than the first."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from tipline.errors import NotFound
from tipline.languages import N_
from tipline.models import Story

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(-?[0-9]{1,17})\.([0-9]{1,18})")


def cursor_of(story: Story) -> str:
    """Return the cursor of the stories older than `story`."""
    return f"{(story.published_at - _EPOCH) // timedelta(microseconds=1)}.{story.id}"


def older_than(cursor: str) -> ColumnElement[bool]:
    """Return the condition on `stories` that a cursor means.

    Raises:
        NotFound: nobody here gave out such a cursor.
    """
    found = _CURSOR.fullmatch(cursor)
    try:
        at = _EPOCH + timedelta(microseconds=int(found[1])) if found else None
    except OverflowError:
        at = None
    if found is None or at is None:
        raise NotFound(N_("There is no such page of stories."))
    return or_(
        Story.published_at < at,
        and_(Story.published_at == at, Story.id < int(found[2])),
    )
