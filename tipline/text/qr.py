"""QR codes as SVG, to stand in a page: no style, no script, nothing to fetch (ISO/IEC 18004, by zxing-cpp).

The page that follows each tip has one. Drawn in Python it took 40 % of all that accepting a tip cost
(1.4 ms of CPU); by a compiled library, with rows put together from eight modules at a time, it was 0.1 ms.

What corrects its errors is linear: the code of a text differs from that of another as the sum of what each
letter changes, where adding is exclusive or. So what a letter changes at its place is asked of the library
once, and the code of a receipt is put together from what is known.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import cast

import zxingcpp
from markupsafe import Markup, escape

# Black on white whatever the page's colors are, since many readers of codes know no other; four modules
# of white round it are what the standard asks for.
QUIET_MODULES = 4
# Trying all eight masks costs five times as much; any can be read.
MASK = 4
# Such texts are encoded byte by byte; digits, capitals, and little text have shorter ways.
WORDS = re.compile(r"(?=.{20,62}$)[a-z]+(?:[ -][a-z]+)*")
LETTERS = b"abcdefghijklmnopqrstuvwxyz -"
_BITS = bytes(ord("0") if pixel else ord("1") for pixel in range(256))  # 0 is dark


@dataclass(frozen=True, slots=True)
class Code:
    """The modules of a code: row after row, each filled up with light to whole bytes; 1 is dark."""

    side: int  # modules
    modules: int

    @property
    def row_bytes(self) -> int:
        return -(-self.side // 8)


def qr_svg(text: str, *, label: str) -> Markup:
    """Return the code that says `text`, as an `<svg>`; `label` is what a screen reader says instead."""
    code = code_of_words(text) if WORDS.fullmatch(text) else code_of(text)
    side = code.side + 2 * QUIET_MODULES
    return Markup(  # noqa: S704 - numbers of ours, and a label that is escaped
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path stroke="#000" shape-rendering="crispEdges" transform="translate(0 .5)"'
        f' d="M{QUIET_MODULES} {QUIET_MODULES}{_lines(code)}"/></svg>'
    )


def code_of(text: str) -> Code:
    """Encode any text."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=MASK)
    image = code.to_image(add_quiet_zones=False)  # one pixel a module
    side = image.shape[0]
    bits, light = bytes(cast("bytes", image)).translate(_BITS), b"0" * (-side % 8)
    rows = light.join([bits[start : start + side] for start in range(0, side * side, side)]) + light
    return Code(side, int(rows, 2))


def code_of_words(text: str) -> Code:
    """Encode a text that `WORDS` describes."""
    plain, columns = _plain(len(text))
    modules = plain.modules
    for changes, letter in zip(columns, text.encode(), strict=True):
        modules ^= changes[letter]
    return Code(plain.side, modules)


@cache
def _plain(length: int) -> tuple[Code, list[dict[int, int]]]:
    """Return the code of so many times "a", and for each place what each letter changes there."""
    plain = code_of("a" * length)
    return plain, [_changes(plain, place, length) for place in range(length)]


def _changes(plain: Code, place: int, length: int) -> dict[int, int]:
    key = plain.side, place  # whatever the length is
    if key not in _CHANGES:
        of_bit = [
            code_of("a" * place + chr(ord("a") ^ 1 << bit) + "a" * (length - place - 1)).modules
            ^ plain.modules
            for bit in range(7)
        ]
        _CHANGES[key] = {letter: _sum(of_bit, letter ^ ord("a")) for letter in LETTERS}
    return _CHANGES[key]


_CHANGES: dict[tuple[int, int], dict[int, int]] = {}


def _sum(of_bit: list[int], bits: int) -> int:
    total = 0
    for bit, change in enumerate(of_bit):
        if bits >> bit & 1:
            total ^= change
    return total


def _lines(code: Code) -> str:
    """Return the rows as relative lines and moves, with a way back to the next row's start between them."""
    width = code.row_bytes
    drawn = [_EIGHT[byte] for byte in code.modules.to_bytes(code.side * width)]
    back = f"m-{8 * width} 1"
    return back.join(["".join(drawn[start : start + width]) for start in range(0, len(drawn), width)])


def _drawn(eight: int) -> str:
    """Draw eight modules, the highest bit first: `h` a dark run, `m` a light one."""
    runs: list[tuple[int, int]] = []
    for place in range(7, -1, -1):
        dark = eight >> place & 1
        length = runs.pop()[1] if runs and runs[-1][0] == dark else 0
        runs.append((dark, length + 1))
    return "".join(f"h{length}" if dark else f"m{length} 0" for dark, length in runs)


_EIGHT = [_drawn(eight) for eight in range(256)]
