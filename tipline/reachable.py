"""What is said of a database that does not do what it is asked: that it is away, full, or damaged."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from tipline.errors import Unavailable
from tipline.languages import N_

FULL_IN_SQLITE, FULL_IN_POSTGRES = "database or disk is full", "53100"  # as the drivers tell it
AWAY = N_("The database does not answer; nothing was changed. Try again in a minute.")
FULL = N_("The disk of the newsroom is full; nothing was changed. Try again later.")
DAMAGED = N_("The database is damaged or is none; nothing was changed.")


def why_away(error: DBAPIError) -> str:
    """Say why a database did not do what it was asked, where that is not the statement's fault."""
    of_sqlite = str(error.orig) == FULL_IN_SQLITE
    return FULL if of_sqlite or getattr(error.orig, "sqlstate", None) == FULL_IN_POSTGRES else AWAY


@contextmanager
def reachable() -> Iterator[None]:
    """Say in a sentence that the database is away or full, instead of a driver's words."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(why_away(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(AWAY) from error
        # its kinds are what a statement did, it itself is SQLite's word on a file
        if type(error) is DatabaseError:
            raise Unavailable(DAMAGED) from error
        raise
