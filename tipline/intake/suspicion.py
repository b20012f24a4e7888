"""What makes us doubt that a person sends this: pure, cheap, and never a reason to refuse.

Each sign has points. No habit of a person alone reaches `ASKED_FROM`: some paste quickly, some list links,
some share an office's address with a few who write too. Whoever does reach it is asked for a proof of
work, which a browser gives by itself. A tip without it is held back: stored like any other, further down
the queue, for a person to decide about. Only the trap holds back unasked, since asking would tell a
program which field it was.
"""

from dataclasses import dataclass
from datetime import timedelta

from tipline.models import Sign

ASKED_FROM = 3
QUICKEST = timedelta(seconds=3)  # to read the form and write something
MANY_LATELY, VERY_MANY_LATELY = 10, 20  # of the thirty that the limit allows
FEWEST_LINKS = 4
WORDS_PER_LINK = 6  # where there are fewer, the links are what it is about
FORUM_CODE = ("[url=", "[/url]", "[link=")


@dataclass(frozen=True)
class Doubt:
    """The signs found, in the order of `Sign`, and what they add up to."""

    signs: tuple[Sign, ...]
    points: int

    @property
    def holds_back(self) -> bool:
        return Sign.TRAP in self.signs

    @property
    def asks(self) -> bool:
        return self.points >= ASKED_FROM and not self.holds_back


def weigh(body: str, *, trapped: bool, age: timedelta, lately: int) -> Doubt:
    """Weigh the signs.

    Args:
        body: of the tip.
        trapped: whether the field that people don't see was filled in.
        age: how long ago the form was given out.
        lately: how many tips came from the network in the last minutes, this one included.
    """
    points = {
        Sign.TRAP: ASKED_FROM if trapped else 0,
        Sign.HURRY: 1 if age < QUICKEST else 0,
        Sign.CROWD: 3 if lately > VERY_MANY_LATELY else 2 if lately > MANY_LATELY else 0,
        Sign.LINKS: 1 if _is_mostly_links(body) else 0,
        Sign.CODE: 2 if any(code in body for code in FORUM_CODE) else 0,
    }
    return Doubt(tuple(sign for sign, count in points.items() if count), sum(points.values()))


def _is_mostly_links(body: str) -> bool:
    links = body.count("http://") + body.count("https://")
    return links >= FEWEST_LINKS and len(body.split()) < links * WORDS_PER_LINK
