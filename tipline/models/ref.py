"""Refs: how tips, drafts and messages are called outside the database.

Eight random characters of Crockford's base 32, shown as K7Q2-FD9X. Whoever types one may use any
case, leave the hyphen out, and mix up O with 0 or I and L with 1.
"""

import secrets

from tipline.errors import NotFound

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_ref() -> str:
    """Return a new ref: 40 random bits, so that two of a million tips clash about once in two."""
    bits = int.from_bytes(secrets.token_bytes(5))
    return "".join(ALPHABET[(bits >> shift) & 31] for shift in range(35, -1, -5))


def show_ref(ref: str) -> str:
    """Return a ref as people read it: K7Q2-FD9X."""
    return f"{ref[:4]}-{ref[4:]}"


def parse_ref(text: str) -> str:
    """Return the stored form of a ref that somebody typed.

    Raises:
        NotFound: when it cannot be one.
    """
    ref = text.upper().translate(_LOOKALIKES)
    if len(ref) != LENGTH or any(character not in ALPHABET for character in ref):
        raise NotFound(f"“{text[:20]}” is not the name of anything here.")
    return ref
