"""QR codes as SVG, to stand in a page: no style, no script, nothing to fetch (ISO/IEC 18004, by segno)."""

import segno
from markupsafe import Markup, escape

# Black on white whatever the page's colors are, since many readers of codes know no other; four modules
# of white round it are what the standard asks for.
QUIET_MODULES = 4
# Trying all eight masks costs five times as much, on the page that follows each tip; any can be read.
MASK = 4


def qr_svg(text: str, *, label: str) -> Markup:
    """Return the code that says `text`, as an `<svg>`; `label` is what a screen reader says instead."""
    code = segno.make_qr(text, error="m", boost_error=False, mask=MASK)
    side = code.symbol_size(border=QUIET_MODULES)[0]
    lines = [
        f"M{start + QUIET_MODULES} {row + QUIET_MODULES}h{length}"
        for row, modules in enumerate(code.matrix, start=0)
        for start, length in _runs(modules)
    ]
    return Markup(  # noqa: S704 - numbers of ours, and a label that is escaped
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path stroke="#000" shape-rendering="crispEdges" transform="translate(0 .5)"'
        f' d="{"".join(lines)}"/></svg>'
    )


def _runs(modules: bytearray) -> list[tuple[int, int]]:
    """Return the dark runs of a row: (start, length)."""
    runs: list[tuple[int, int]] = []
    for place, dark in enumerate(modules):
        if not dark:
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
