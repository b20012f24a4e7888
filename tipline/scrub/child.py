"""The process that opens one file: `python -I -m tipline.scrub.child GIVEN COPY ORDER`.

Two open files and an order come in, a line of JSON goes out. Everything it needs is loaded first, then
it shuts itself in, and only then does it look at what a reader sent.
"""

import errno
import importlib
import json
import os
import sys
from typing import IO

from tipline.scrub import answer, confine
from tipline.scrub.found import CannotScrub, Found, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import Family, FileType

_BY_FAMILY = {Family.IMAGE: "picture", Family.PDF: "pdf", Family.OFFICE: "ooxml", Family.TEXT: "plain"}
_BY_TYPE = {FileType.HEIC: "heic", FileType.ODT: "odt", FileType.MP3: "mp3", FileType.WAV: "wav"}


def engine_of(file_type: FileType) -> str:
    """Return the name of the module that copies files of a type."""
    return _BY_TYPE.get(file_type) or _BY_FAMILY.get(file_type.family, "media")


def main(given: str, copy: str, ordered: str) -> None:
    order = json.loads(ordered)
    file_type, limits = FileType(order["type"]), Limits(**order["limits"])
    confine.hold(limits)
    engine = importlib.import_module(f"tipline.scrub.engines.{engine_of(file_type)}")
    confine.shut_in()
    with os.fdopen(int(given), "rb") as clear, os.fdopen(int(copy), "w+b") as clean:
        os.write(1, _work(engine.scrub, clear, clean, file_type, limits))
    # without taking the libraries down, which after a bad file is one more chance to crash
    os._exit(0)


def _work(engine, clear: IO[bytes], clean: IO[bytes], file_type: FileType, limits: Limits) -> bytes:  # type: ignore[no-untyped-def]
    found = Found()
    try:
        engine(clear, clean, file_type, limits, found)
        clean.flush()
    except CannotScrub as error:
        return answer.refused(error.why)
    except MemoryError:
        return answer.refused(WhySealed.TOO_BIG)
    except OSError as error:
        return answer.refused(WhySealed.TOO_BIG if error.errno == errno.EFBIG else WhySealed.DAMAGED)
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over, the file is at fault
        return answer.refused(WhySealed.DAMAGED)
    return answer.said(found.removed, found.facts)


if __name__ == "__main__":
    main(*sys.argv[1:4])
