"""QR codes as SVG, to stand in a page: no style, no script, nothing to fetch (ISO/IEC 18004, by zxing-cpp).

The page that follows each tip has one. Drawn in Python it took 40 % of all that accepting a tip cost
(1.4 ms of CPU); by a compiled library, with rows put together from eight modules at a time, it is 0.1 ms.
"""

from typing import cast

import zxingcpp
from markupsafe import Markup, escape

# Black on white whatever the page's colors are, since many readers of codes know no other; four modules
# of white round it are what the standard asks for.
QUIET_MODULES = 4
# Trying all eight masks costs five times as much; any can be read.
MASK = 4
_BITS = bytes(ord("0") if pixel else ord("1") for pixel in range(256))  # 0 is dark


def qr_svg(text: str, *, label: str) -> Markup:
    """Return the code that says `text`, as an `<svg>`; `label` is what a screen reader says instead."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=MASK)
    image = code.to_image(add_quiet_zones=False)  # one pixel a module
    count = image.shape[0]
    side = count + 2 * QUIET_MODULES
    return Markup(  # noqa: S704 - numbers of ours, and a label that is escaped
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path stroke="#000" shape-rendering="crispEdges" transform="translate(0 .5)"'
        f' d="M{QUIET_MODULES} {QUIET_MODULES}{_lines(bytes(cast("bytes", image)), count)}"/></svg>'
    )


def _lines(pixels: bytes, count: int) -> str:
    """Return the rows as relative lines and moves, with a way back to the next row's start between them."""
    bits, padding = pixels.translate(_BITS), -count % 8
    width = (count + padding) // 8
    light = b"0" * padding
    rows = light.join([bits[start : start + count] for start in range(0, count * count, count)]) + light
    drawn = [_EIGHT[byte] for byte in int(rows, 2).to_bytes(count * width)]
    back = f"m-{count + padding} 1"
    return back.join(["".join(drawn[start : start + width]) for start in range(0, count * width, width)])


def _drawn(eight: int) -> str:
    """Draw eight modules, the highest bit first: `h` a dark run, `m` a light one."""
    runs: list[tuple[int, int]] = []
    for place in range(7, -1, -1):
        dark = eight >> place & 1
        length = runs.pop()[1] if runs and runs[-1][0] == dark else 0
        runs.append((dark, length + 1))
    return "".join(f"h{length}" if dark else f"m{length} 0" for dark, length in runs)


_EIGHT = [_drawn(eight) for eight in range(256)]
