"""Judge a copy from outside: exiftool says what is in it, and no word of the samples may be."""

import atexit
import functools
import io
import json
import re
import shutil
import subprocess
import tempfile
import zipfile

import pikepdf
from extent import lacking
from folders import in_memory

# What exiftool says of any file, or of how it is packed.
OF_THE_BOX = re.compile(
    r"SourceFile|(ExifTool|System|File|Composite|JFIF|RIFF|MPEG|Matroska|ZIP|GIF|PNG|PDF|XML|QuickTime|Track\d+):\w+"
)
TELLING = re.compile(
    r"GPS|Serial|Author|Artist|Creator|Owner|Comment|Title|Thumbnail|Make|Model|Software|Date|Lens|Profile|Writing"
    r"|Muxing|Producer|Keyword|Subject|Company|HandlerDescription|Location|Description|UniqueID|UID",
    re.IGNORECASE,
)
SAYING_NOTHING = {  # what must stand there, and says nothing
    "HandlerDescription": {"VideoHandler", "SoundHandler", "DataHandler"},
    "MuxingApp": {"Lavf"},
    "WritingApp": {"Lavf"},
    "TagTrackUID": {""},
    "TrackUID": {""},
    "ZipModifyDate": {"1980:01:01 00:00:00"},
}
NO_TIME = "0000:00:00 00:00:00"


def exiftool(copy: bytes) -> dict[str, object]:
    """Return all that exiftool finds in a file, embedded streams included."""
    if not shutil.which("exiftool"):
        lacking("exiftool (libimage-exiftool-perl)")
    with tempfile.NamedTemporaryFile(dir=in_memory()) as file:
        file.write(copy)
        file.flush()
        return json.loads(_asked("-ee", "-G1", "-j", file.name))[0]


@functools.cache
def _judge() -> subprocess.Popen[bytes]:
    """Start the one exiftool that this process asks: loading it costs more than any file."""
    command = ["exiftool", "-stay_open", "True", "-@", "-"]
    if shutil.which("setpriv"):  # it would outlive a test process that is killed
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    judge = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    atexit.register(judge.communicate, b"-stay_open\nFalse\n")
    return judge


def _asked(*arguments: str) -> bytes:
    judge = _judge()
    judge.stdin.write("\n".join([*arguments, "-execute", ""]).encode())
    judge.stdin.flush()
    lines = iter(judge.stdout.readline, b"{ready}\n")
    return b"".join(lines)


def telling(said: dict[str, object]) -> dict[str, object]:
    """Return what says something about people, devices, places or times."""
    found = {}
    for name, value in said.items():
        tag = name.partition(":")[2]
        silent = str(value) in SAYING_NOTHING.get(tag, {NO_TIME})
        outside = name.startswith(("System:", "ExifTool:", "SourceFile"))
        if not OF_THE_BOX.fullmatch(name) or (TELLING.search(tag) and not silent and not outside):
            found[name] = value
    return found


def unpacked(copy: bytes) -> list[bytes]:
    """Return a copy and whatever is packed inside it."""
    if copy.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(copy)) as archive:
            return [copy, *(archive.read(name) for name in archive.namelist())]
    if copy.startswith(b"%PDF"):
        plain = io.BytesIO()
        with pikepdf.open(io.BytesIO(copy)) as opened:
            opened.save(
                plain,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        return [copy, plain.getvalue()]
    return [copy]


def leaks(copy: bytes) -> list[bytes]:
    """Return what of the samples' words is left, in whichever encoding."""
    words = re.compile(rb"CANARY.{0,20}|C\0A\0N\0A\0R\0Y|2024[:-]05[:-]06|20240506|x264 - core", re.DOTALL)
    return [found for part in unpacked(copy) for found in words.findall(part)]
