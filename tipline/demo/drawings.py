"""Draw the files that tips of the demo bring: everything on them, and in them, is invented.

The photographs say where and when they were taken and with which camera, so that scrubbing has something
to take out. The contract is locked, so that one file can't be scrubbed and stays sealed.
"""

import io
import random
from collections.abc import Callable
from datetime import datetime

import pikepdf
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from tipline.demo.content import Drawing

WIDTH, HEIGHT = 1200, 800
PAPER = (1240, 1754)  # A4 at 150 dots an inch
HORIZON = 470
CALLS = (
    "NIGHTGLASS 2 - CALL SHEET - DAY 31 OF 58",
    "Unit base: Pier 4, gate B. Weather: rain, then more rain.",
    "",
    "05:30   Make-up, wigs, capes",
    "06:15   Breakfast (no soup near the capes)",
    "07:00   Sc. 88   EXT. ROOFTOP - NIGHT FOR DAY      1 4/8",
    "        CAPT. VESPER   TBC      DR. OSTRANDER   06:40",
    "10:30   Sc. 91   INT. LANTERN ROOM                 2 1/8",
    "        CAPT. VESPER   TBC      THE UNDERSTUDY  09:50",
    "13:00   Lunch",
    "14:00   Second fitting, wardrobe truck: leg minus 3 in.",
    "",
    "Nobody is to name the new lead on an open radio.",
)
NOTE = """What I wrote down on the bus, so that I would not make it up later

06:40  The old chair of the captain goes out of the make-up truck. Name still on the back.
06:55  New chair comes in. No name. Someone has put tape where a name would go.
07:20  Second assistant says “not the tall one, the other tall one” into the radio.
09:10  Rain. We wait. Somebody I have not seen before practices falling off a box.
09:30  He is good at it.
"""


def harbor(taken_at: datetime) -> bytes:
    """A harbor at dusk, taken with a camera that knows where it was."""
    picture = _sky((38, 44, 92), (244, 150, 84))
    brush = ImageDraw.Draw(picture)
    brush.ellipse((820, HORIZON - 70, 960, HORIZON + 70), fill=(255, 214, 140))
    brush.rectangle((0, HORIZON, WIDTH, HEIGHT), fill=(36, 48, 84))
    chance = random.Random("harbor")  # noqa: S311 - waves, the same at each start
    for _ in range(420):
        x, y = chance.randrange(WIDTH), chance.randrange(HORIZON + 4, HEIGHT)
        shade = (236, 160, 100) if abs(x - 890) < 60 + (y - HORIZON) // 2 else (64, 80, 124)
        brush.line((x, y, x + chance.randrange(12, 60), y), fill=shade, width=2)
    brush.polygon(((0, HORIZON), (0, 380), (170, 400), (330, HORIZON)), fill=(22, 26, 46))
    brush.polygon(((150, 400), (162, 230), (182, 230), (194, 404)), fill=(30, 34, 56))
    brush.ellipse((158, 206, 186, 234), fill=(255, 240, 190))
    for left, mast in ((430, 190), (560, 250), (1030, 160)):
        brush.polygon(
            ((left, 520), (left + 150, 520), (left + 125, 560), (left + 20, 560)), fill=(18, 20, 34)
        )
        brush.line((left + 70, 520, left + 70, 520 - mast), fill=(18, 20, 34), width=5)
        brush.line((left + 70, 525 - mast, left + 140, 518), fill=(18, 20, 34), width=2)
    return _photograph(picture, taken_at, (44.0, 36.0, 40.0), (68.0, 51.0, 12.0), "LM3-0048817")


def stage(taken_at: datetime) -> bytes:
    """A stage with its lights on and nobody there."""
    picture = _sky((8, 6, 18), (30, 18, 44))
    beams = Image.new("RGB", picture.size)
    brush = ImageDraw.Draw(beams)
    for number, color in enumerate(((190, 60, 150), (60, 120, 210), (220, 170, 70), (70, 190, 160))):
        lamp = 210 + number * 260
        brush.polygon(
            ((lamp, 96), (lamp - 170, 660), (lamp + 130, 660)), fill=tuple(each * 2 // 3 for each in color)
        )
        brush.ellipse((lamp - 18, 78, lamp + 18, 114), fill=color)
    lit = ImageChops.screen(picture, beams.filter(ImageFilter.GaussianBlur(16)))
    brush = ImageDraw.Draw(lit)
    brush.rectangle((0, 70, WIDTH, 84), fill=(70, 70, 78))
    brush.rectangle((0, 650, WIDTH, 690), fill=(58, 42, 36))
    for place in range(40, WIDTH, 62):
        brush.ellipse((place, 690, place + 74, 900), fill=(6, 5, 12))
    brush.line((600, 650, 600, 500), fill=(150, 150, 156), width=5)
    brush.ellipse((589, 480, 611, 508), fill=(170, 170, 176))
    return _photograph(lit, taken_at, (41.0, 15.0, 31.0), (95.0, 56.0, 15.0), "PX-7730021-C")


def call_sheet(taken_at: datetime) -> bytes:
    """A page that went through a scanner, a little crooked; its maker wrote a name into the file."""
    page = Image.new("L", PAPER, 250)
    brush, font = ImageDraw.Draw(page), ImageFont.load_default(27)
    for number, line in enumerate(CALLS):
        brush.text((130, 200 + number * 62), line, fill=40, font=font)
    brush.line((120, 250, PAPER[0] - 120, 250), fill=60, width=3)
    scanned = page.rotate(0.7, fillcolor=232).filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    made = taken_at.timetuple()
    scanned.save(out, "PDF", resolution=150, title="call sheet 31", author="P. Lindqvist-Amaro",
                 producer="Copyhaus ScanDesk 440", creationDate=made, modDate=made)  # fmt: skip
    return out.getvalue()


def note(_taken_at: datetime) -> bytes:
    return NOTE.encode()


def contract(_taken_at: datetime) -> bytes:
    """A PDF that opens with a password only."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out, encryption=pikepdf.Encryption(owner="borzoi", user="borzoi"))
    return out.getvalue()


DRAWINGS: dict[Drawing, Callable[[datetime], bytes]] = {
    "harbor": harbor, "stage": stage, "call_sheet": call_sheet, "note": note, "contract": contract,
}  # fmt: skip


def _sky(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image.Image:
    light = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    return Image.composite(Image.new("RGB", light.size, bottom), Image.new("RGB", light.size, top), light)


def _photograph(
    picture: Image.Image, taken_at: datetime, north: tuple[float, ...], west: tuple[float, ...], serial: str
) -> bytes:
    """Return a JPEG with the notes (EXIF 2.32) that a camera leaves: make, time, serial number, place."""
    notes, at = Image.Exif(), f"{taken_at:%Y:%m:%d %H:%M:%S}"
    notes[0x010F], notes[0x0110], notes[0x0132] = "Lumora", "Lumora M3", at
    notes.get_ifd(0x8769).update({0x9003: at, 0x9011: "+00:00", 0xA431: serial})
    notes.get_ifd(0x8825).update({1: "N", 2: north, 3: "W", 4: west})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=notes)
    return out.getvalue()
