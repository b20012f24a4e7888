"""Let the demo's tips bring files, the way every file comes: staged for a form, then taken by its tip.

Scrubbing them is left to the worker, which does it a moment after the start.
"""

import io
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from tipline.demo.content import DemoTip
from tipline.demo.drawings import DRAWINGS
from tipline.files.shelf import Shelf
from tipline.intake.staging import Sending, Stage
from tipline.intake.taking import take_whole
from tipline.intake.token import issue
from tipline.storage import NoRoom

BEFORE_SENDING = timedelta(minutes=12)  # a file was made so long before its tip was sent


def stage_files(shelf: Shelf, tips: Iterable[DemoTip], now: datetime) -> dict[DemoTip, Sending]:
    """Stage the files of tips that have some; each tip takes its own when it is written."""
    return {told: _staged(shelf, told, now) for told in tips if told.files}


def _staged(shelf: Shelf, told: DemoTip, now: datetime) -> Sending:
    received = now - timedelta(minutes=told.minutes_ago)
    stage = Stage.of(shelf.keyring, issue(shelf.keyring, now=received, story=told.story or ""))
    assert stage is not None
    for file in told.files:
        drawn = io.BytesIO(DRAWINGS[file.drawing](received - BEFORE_SENDING))
        with suppress(NoRoom):  # on a disk that is almost full the tip comes without it
            take_whole(shelf, stage, drawn, file.name, now=received)
    return Sending(shelf.keyring, stage, told.rights)
