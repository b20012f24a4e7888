import re

import pytest
import zxingcpp
from PIL import Image

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
