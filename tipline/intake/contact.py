"""How a tipster's contact is sealed: apart from the tip, bound to it, with a keyed hash of its sender."""

import json
from collections.abc import Mapping

from tipline.keys import Keyring

PARTS = ("name", "email", "phone")


def sealed_contact(
    keyring: Keyring, ref: str, given: Mapping[str, str | None], *, may_contact: bool, ping: bool = False
) -> dict[str, object] | None:
    """Return the columns of a contact for the tip `ref`, but for its tip's id; None if nothing was given."""
    parts = {name: value for name in PARTS if (value := given.get(name))}
    if not parts:
        return None
    sender = _sender(parts)
    return {
        "sealed": keyring.seal(json.dumps(parts).encode(), bound_to=f"contact:{ref}"),
        "key_id": keyring.current,
        "given": " ".join(parts),
        "may_contact": may_contact,
        "ping": ping and "email" in parts,
        "sender_hash": keyring.mac("sender", sender.encode()) if sender else None,
    }


def _sender(parts: Mapping[str, str]) -> str:
    """Return what one sender has in common from tip to tip: the address in lower case, or the digits."""
    if "email" in parts:
        return parts["email"].lower()
    return "".join(character for character in parts.get("phone", "") if character.isdigit())
