import re

import segno

from tipline.text.qr import MASK, QUIET_MODULES, qr_svg

WORDS = "abacus zoom yo-yo zoom abacus zoom"


def modules_of(svg: str) -> set[tuple[int, int]]:
    """Read the dark modules back from the path."""
    path = re.findall(r' d="([^"]+)"', svg)[1]
    return {
        (int(row), int(start) + step)
        for start, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", path)
        for step in range(int(length))
    }


def test_the_code_is_drawn_module_by_module_inside_its_quiet_zone():
    expected = {
        (row + QUIET_MODULES, column + QUIET_MODULES)
        for row, modules in enumerate(segno.make_qr(WORDS, error="m", boost_error=False, mask=MASK).matrix)
        for column, dark in enumerate(modules)
        if dark
    }
    assert modules_of(qr_svg(WORDS, label="six words")) == expected


def test_it_needs_no_style_and_no_script_and_speaks():
    svg = qr_svg(WORDS, label='<six> "words"')
    assert "style" not in svg
    assert "<script" not in svg
    assert 'aria-label="&lt;six&gt; &#34;words&#34;"' in svg
    assert "abacus" not in svg
