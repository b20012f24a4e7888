"""Put data into a page for machines: JSON-LD inside a script element that nothing executes."""

import json
from collections.abc import Mapping

from markupsafe import Markup

# In a script element only "</script" and "<!--" mean something to a browser; without these characters
# neither can be written. U+2028 and U+2029 end a line in old JavaScript.
_ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&'\u2028\u2029"})


def json_ld(data: Mapping[str, object]) -> Markup:
    """Return `data` as the text of a script element; still JSON, with the dangerous characters escaped."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False).translate(_ESCAPED)
    return Markup(text)  # noqa: S704 - no character is left that could end the element
