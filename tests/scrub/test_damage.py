"""Damaged files end as a clean copy or as a sealed file, soon, and never as an error of ours."""

import io
import random

import pytest
from extent import extent
from scrub import samples
from scrub.judge import leaks

from tipline.scrub.found import CannotScrub
from tipline.scrub.limits import Limits
from tipline.scrub.run import scrub
from tipline.scrub.types import FileType

TIMES = extent(8, 1)
LIMITS = Limits(seconds=20)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut a file off, change some of its bytes, or put some between them."""
    at = chance.randrange(1, len(content))
    match chance.randrange(3):
        case 0:
            return content[:at]
        case 1:
            changed = bytearray(content)
            for _ in range(chance.choice((1, 5, 30))):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            return bytes(changed)
        case _:
            return content[:at] + chance.randbytes(chance.randrange(1, 50)) + content[at:]


@pytest.mark.thorough
@pytest.mark.parametrize("name", extent(samples.NAMES, ["jpeg", "pdf", "docx", "mov"]))
@pytest.mark.parametrize("time", range(TIMES))
def test_damage_is_no_disaster(name, time):
    chance = random.Random(f"{name} {time}")
    content = damaged(samples.sample(name), chance)
    try:
        with scrub(io.BytesIO(content), len(content), FileType[name.upper()], LIMITS) as scrubbed:
            copy = scrubbed.copy.read()
    except CannotScrub:
        return
    if name != "txt":
        assert leaks(copy) == []
