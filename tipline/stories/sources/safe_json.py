"""Read JSON from a stranger: each way in which it can be wrong has a sentence, none a traceback."""

import json
import re
from typing import Any, NoReturn

from tipline.errors import Invalid

MAX_DEPTH = 60

_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*\\?(?:"|\Z)|[\[\]{}]', re.DOTALL)


def read_json(data: bytes) -> Any:
    """Read JSON in UTF-8.

    Raises:
        Invalid: it is not UTF-8, not JSON, nested over `MAX_DEPTH`, or holds NaN or a monstrous number.

    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"It is not UTF-8: byte {error.start} is wrong.") from error
    if _depth(text) > MAX_DEPTH:
        raise Invalid(f"Its JSON is nested more than {MAX_DEPTH} deep.")
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise Invalid(f"It is not JSON: line {error.lineno}, column {error.colno} is wrong.") from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise Invalid("Its JSON holds a number that nothing can be.") from error


def _depth(text: str) -> int:
    """Count how deep brackets nest, before a parser follows them down."""
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        if found.group() in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif found.group() in "]}":
            depth -= 1
    return deepest


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
