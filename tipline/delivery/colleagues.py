"""Letters to colleagues: that something waits for them in the newsroom, never what it says."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.delivery import outbox
from tipline.models import User


def tell(
    session: Session,
    settings: Settings,
    people: Iterable[User],
    news: str,
    subject: str,
    text: str,
    *,
    path: str,
    now: datetime,
) -> None:
    """Put a letter to each of `people` into the outbox, where the newsroom has a mail server.

    Args:
        news: names the piece of news, so that each is told of it once: up to 80 characters.
        path: of the page that it is about; its address stands under the text where ours is known.
    """
    if not settings.smtp_url:
        return
    where = f"\n\n{settings.site_url.rstrip('/')}{path}" if settings.site_url else ""
    for person in people:
        letter = {"to": person.email, "subject": subject, "text": f"{text}{where}\n"}
        outbox.enqueue(session, "mail", f"{news}-{person.id}", letter, now)
