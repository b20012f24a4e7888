"""How a tipster's contact is sealed: apart from the tip, bound to it, with a keyed hash of its sender.

The hash tells whether two tips came from one address or number, without opening either. It is made anew
with the key when keys are rotated; while that goes on, some minutes for a million contacts, two tips on
either side of it do not find each other.
"""

import json
from collections.abc import Mapping

from tipline.keys import Keyring

PARTS = ("name", "email", "phone")
FEWEST_DIGITS = 5  # of a phone number: fewer are an extension, or “911”, which strangers share


def sealed_contact(
    keyring: Keyring, ref: str, given: Mapping[str, str | None], *, may_contact: bool, ping: bool = False
) -> dict[str, object] | None:
    """Return the columns of a contact for the tip `ref`, but for its tip's id; None if nothing was given."""
    parts = {name: value for name in PARTS if (value := given.get(name))}
    if not parts:
        return None
    return {**_sealed(keyring, ref, parts), "given": " ".join(parts), "may_contact": may_contact,
            "ping": ping and "email" in parts}  # fmt: skip


def opened_contact(keyring: Keyring, ref: str, sealed: bytes, *, key_id: str) -> dict[str, str]:
    """Open the contact of the tip `ref`: name, email, phone, those that were given.

    Raises:
        SealBroken: when the key is gone, or the value was changed or moved.
    """
    parts: dict[str, str] = json.loads(keyring.open(sealed, key_id=key_id, bound_to=_bound(ref)))
    return parts


def resealed_contact(keyring: Keyring, ref: str, sealed: bytes, *, key_id: str) -> dict[str, object]:
    """Return the columns of a contact sealed anew under the current key.

    Raises:
        SealBroken: see `opened_contact`.
    """
    return _sealed(keyring, ref, opened_contact(keyring, ref, sealed, key_id=key_id))


def _sealed(keyring: Keyring, ref: str, parts: Mapping[str, str]) -> dict[str, object]:
    sender = _sender(parts)
    return {
        "sealed": keyring.seal(json.dumps(parts).encode(), bound_to=_bound(ref)),
        "key_id": keyring.current,
        "sender_hash": keyring.mac("sender", sender.encode()) if sender else None,
    }


def _bound(ref: str) -> str:
    return f"contact:{ref}"


def _sender(parts: Mapping[str, str]) -> str:
    """Return what one sender has in common from tip to tip: the address in lower case, or the digits.

    A name alone is nobody's: two Anas are not one sender.
    """
    if "email" in parts:
        return parts["email"].lower()
    digits = "".join(character for character in parts.get("phone", "") if character.isdigit())
    return digits if len(digits) >= FEWEST_DIGITS else ""
