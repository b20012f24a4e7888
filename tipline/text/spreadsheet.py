"""Write CSV that a spreadsheet shows and never executes, and read what a spreadsheet writes.

A cell that begins with = + - @ or a tab or a line end is a formula to a spreadsheet, and one that a stranger
sent runs on the desk of whoever opens the file. It is given an apostrophe in front, which spreadsheets take
for "this is text" (OWASP, "CSV Injection"); reading takes it off again, so that what was exported comes back.
"""

import csv
import io
from collections.abc import Collection, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DELIMITERS = ",;\t"  # where a comma divides numbers, spreadsheets write a semicolon
BYTE_ORDER_MARK = "\ufeff"  # without it some spreadsheets take UTF-8 for something else


def csv_line(cells: Sequence[object]) -> str:
    """Return a line of CSV (RFC 4180), each cell made harmless."""
    written = io.StringIO(newline="")
    csv.writer(written).writerow([harmless("" if cell is None else str(cell)) for cell in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would execute, and before one that stands there already."""
    bare = cell.lstrip("'")
    return f"'{cell}" if bare.startswith(_FORMULA) else cell


def as_written(cell: str) -> str:
    """Take off the apostrophe that `harmless` put before a cell."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def delimiter_of(head: str, columns: Collection[str]) -> str:
    """Return what divides the cells of a file: that by which its first line names one of `columns`.

    A comma, where it names none.

    Raises:
        csv.Error: when the line is no CSV.
    """
    for mark in _DELIMITERS:
        cells = next(csv.reader([head], delimiter=mark), [])
        if any(cell.strip().casefold() in columns for cell in cells):
            return mark
    return ","
