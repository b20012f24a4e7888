import random
import re
import string

import pytest
import zxingcpp
from PIL import Image

from tipline.text import qr
from tipline.text.qr import QUIET_MODULES, qr_svg

WORDS = "abacus zoom yo-yo zoom abacus zoom"


def picture_of(svg: str) -> Image.Image:
    """Draw the lines of the path as a browser does, one pixel a module."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    picture = Image.new("L", (side, side), 255)
    lines = svg.rpartition(' d="')[2].partition('"')[0]
    column, row = 0, 0
    for command, across, down in re.findall(r"([Mmh])(-?\d+)(?: (\d+))?", lines):
        if command == "h":
            for step in range(int(across)):
                picture.putpixel((column + step, row), 0)
        column, row = column + int(across), row + int(down or 0)
    return picture


@pytest.mark.parametrize("words", [WORDS, "a", "ambidextrous " * 5 + "unwillingness"])
def test_a_camera_reads_the_words_and_nothing_else(words):
    picture = picture_of(qr_svg(words, label="six words"))
    [code] = zxingcpp.read_barcodes(picture.resize((picture.width * 4, picture.height * 4)))
    assert (code.format, code.text, code.ec_level) == (zxingcpp.BarcodeFormat.QRCode, words, "M")


def test_it_stands_inside_its_quiet_zone():
    picture = picture_of(qr_svg(WORDS, label="six words"))
    dark = picture.point(lambda value: 255 - value).getbbox()
    end = picture.width - QUIET_MODULES
    assert dark == (QUIET_MODULES, QUIET_MODULES, end, end)


def test_it_needs_no_style_and_no_script_and_speaks():
    svg = qr_svg(WORDS, label='<six> "words"')
    assert "style" not in svg
    assert "<script" not in svg
    assert 'aria-label="&lt;six&gt; &#34;words&#34;"' in svg
    assert "abacus" not in svg


def some_words(drawn: random.Random, length: int) -> str:
    letters = drawn.choices(string.ascii_lowercase, k=length)
    for place in range(drawn.randint(1, 8), length - 1, drawn.randint(2, 9)):
        letters[place] = drawn.choice("  -")
    return "".join(letters)


@pytest.mark.parametrize("length", range(20, 63))
def test_words_put_together_from_known_letters_are_the_code_that_the_library_makes(length):
    drawn = random.Random(length)
    for _ in range(20):
        text = some_words(drawn, length)
        assert qr.WORDS.fullmatch(text)
        assert qr.code_of_words(text) == qr.code_of(text)


@pytest.mark.parametrize(
    "text", ["a" * 19, "a" * 63, "abacus ZOOM abacus zoom abacus", "größe " * 4 + "x", "1234 " * 5]
)
def test_other_texts_go_to_the_library(text):
    assert not qr.WORDS.fullmatch(text)
    assert qr_svg(text, label="x")
