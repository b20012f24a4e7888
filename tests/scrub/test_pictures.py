"""A picture is still the same picture: the right way up, in its colors, moving if it moved."""

import io

import pytest
from PIL import Image, ImageOps
from scrub import pictures
from scrub.judge import leaks
from scrub.workbench import copied, why_not

from tipline.scrub.engines.picture_notes import read
from tipline.scrub.found import Found, Kind, WhySealed
from tipline.scrub.types import FileType

RED, BLUE = (220, 20, 20), (20, 20, 220)


def opened(copy: bytes) -> Image.Image:
    return Image.open(io.BytesIO(copy))


def saved(picture: Image.Image, format_: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def is_near(color, wanted, off=12) -> bool:
    return all(abs(one - other) <= off for one, other in zip(color[:3], wanted, strict=True))


def test_it_is_turned_the_way_it_was_meant():
    copy, _ = copied(pictures.jpeg(), FileType.JPEG)  # which says: turn me by 90 degrees
    picture = opened(copy)
    assert picture.size == (32, 64)
    assert is_near(picture.getpixel((16, 10)), RED)
    assert is_near(picture.getpixel((16, 54)), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_applied_as_others_apply_it(orientation):
    original = saved(pictures.canvas(), "PNG", exif=pictures.exif(orientation))
    copy, _ = copied(original, FileType.PNG)
    assert opened(copy).tobytes() == ImageOps.exif_transpose(opened(original)).tobytes()


def test_colors_are_brought_to_srgb():
    swapped, found = copied(saved(pictures.canvas(), "PNG", icc_profile=pictures.profile()), FileType.PNG)
    assert Kind.PROFILE in found.removed
    assert is_near(opened(swapped).getpixel((5, 5)), BLUE, off=60)
    untouched, _ = copied(saved(pictures.canvas(), "PNG", icc_profile=pictures.srgb()), FileType.PNG)
    assert opened(untouched).getpixel((5, 5)) == RED
    broken, found = copied(saved(pictures.canvas(), "PNG", icc_profile=b"nonsense" * 20), FileType.PNG)
    assert opened(broken).getpixel((5, 5)) == RED
    assert Kind.PROFILE in found.removed


def test_an_animation_keeps_its_frames_and_their_times():
    copy, _ = copied(pictures.gif(), FileType.GIF)
    picture = opened(copy)
    assert (picture.n_frames, picture.info["loop"]) == (3, 0)
    times = []
    for number in range(3):
        picture.seek(number)
        times.append(picture.info["duration"])
    assert times == [100, 200, 300]


@pytest.mark.parametrize(
    ("mode", "kept"), [("L", "L"), ("LA", "LA"), ("1", "1"), ("RGBA", "RGBA"), ("P", "RGB")]
)
def test_what_a_picture_is_made_of_stays(mode, kept):
    copy, _ = copied(saved(pictures.canvas(mode), "PNG"), FileType.PNG)
    assert opened(copy).mode == kept


def test_sixteen_bits_of_gray_stay():
    deep = Image.new("I;16", (8, 8), 40_000)
    copy, _ = copied(saved(deep, "PNG"), FileType.PNG)
    assert opened(copy).getpixel((3, 3)) == 40_000


def test_what_shines_through_stays_so():
    indexed = pictures.canvas("P")
    copy, _ = copied(saved(indexed, "PNG", transparency=indexed.getpixel((2, 2))), FileType.PNG)
    assert opened(copy).getpixel((2, 2))[3] == 0
    assert opened(copy).getpixel((40, 2))[3] == 255


def test_print_colors_become_screen_colors():
    copy, _ = copied(saved(pictures.canvas("CMYK"), "JPEG"), FileType.JPEG)
    assert opened(copy).mode == "RGB"


def test_a_picture_without_loss_stays_so():
    original = saved(pictures.canvas(), "WEBP", lossless=True, exif=pictures.exif())
    copy, _ = copied(original, FileType.WEBP)
    assert opened(copy).convert("RGB").tobytes() == pictures.canvas().tobytes()
    assert leaks(copy) == []


def test_a_bomb_of_pixels_is_not_decoded():
    assert why_not(pictures.png(), FileType.PNG, pixels=64 * 32 - 1) is WhySealed.TOO_BIG
    assert why_not(pictures.gif(), FileType.GIF, pixels=64 * 32 * 2) is WhySealed.TOO_BIG


def test_half_a_picture_is_not_copied():
    with pytest.raises(OSError, match=r"(?i)truncated"):
        copied(pictures.jpeg()[:1900], FileType.JPEG)


def test_places_are_read_from_xmp_too():
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description exif:GPSLatitude="43,28.05N" exif:GPSLongitude="11,53.1W" '
        b'exif:DateTimeOriginal="2024-05-06T07:08:09"/></rdf:RDF></x:xmpmeta>'
    )
    _, found = copied(saved(pictures.canvas(), "JPEG", xmp=packet), FileType.JPEG)
    assert found.facts == {"latitude": 43.4675, "longitude": -11.885, "taken_at": "2024-05-06T07:08:09"}
    assert {Kind.PLACE, Kind.TIME, Kind.XMP} <= found.removed


@pytest.mark.parametrize(
    "place",
    [
        {1: "N", 2: (43.0,), 3: "E"},
        {1: 7, 2: (), 4: ()},
    ],
)
def test_half_a_place_is_removed_but_is_no_fact(place):
    notes = Image.Exif()
    notes.get_ifd(0x8825).update(place)
    _, found = copied(saved(pictures.canvas(), "JPEG", exif=notes.tobytes()), FileType.JPEG)
    assert "latitude" not in found.facts
    assert Kind.PLACE in found.removed


def test_notes_in_segments_of_a_camera_s_own_are_named():
    plain = saved(pictures.canvas(), "JPEG")
    noted = plain[:2] + b"\xff\xe5\0\x0eCANARY notes" + plain[2:]
    copy, found = copied(noted, FileType.JPEG)
    assert found.removed == {Kind.SERIAL}
    assert leaks(copy) == []
    assert copied(plain, FileType.JPEG)[1].removed == set()


def test_notes_that_cannot_be_read_are_removed_all_the_same():
    class Broken:
        info, is_animated, format = {}, False, "JPEG"

        def getexif(self):
            raise SyntaxError("not a TIFF file")

    found = Found()
    read(Broken(), found)
    assert found.removed == {Kind.SERIAL}
