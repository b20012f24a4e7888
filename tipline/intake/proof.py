"""The proof of work that a browser is asked for under suspicion: a challenge in ALTCHA's format, version 2.

It asks for a number below `STEPS` whose SHA-256, together with salt and nonce, begins as the challenge says:
a second for a phone, and a cost for a program that sends thousands. Each challenge is bound to the form's
token and runs out. Since a token makes one tip only, a proof is good for one tip; nothing is stored.
"""

import base64
import json
import secrets
from datetime import datetime, timedelta

import altcha

from tipline.intake.token import FormToken
from tipline.keys import Keyring

STEPS = 300_000
LIFETIME = timedelta(hours=1)
LONGEST = 2_000  # characters; an honest proof has about 700


def challenge(keyring: Keyring, token: FormToken, *, now: datetime) -> str:
    """Return a challenge for the form that carries `token`, as JSON for `static/proof.js`."""
    made = altcha.create_challenge(
        "SHA-256",
        1,
        counter=secrets.randbelow(STEPS),
        expires_at=int((now + LIFETIME).timestamp()),
        data={"form": _form(keyring, token)},
        hmac_secret=_secret(keyring, token),
    )
    return json.dumps(made.to_dict())


def holds(keyring: Keyring, token: FormToken, proof: str) -> bool:
    """Say whether `proof` solves a challenge of ours for the form that carried `token`."""
    if len(proof) > LONGEST or not altcha.verify_solution(proof, _secret(keyring, token)).verified:
        return False
    # Signed by us, so it has the shape that we gave it.
    solved = json.loads(base64.b64decode(proof))["challenge"]
    return bool(solved["parameters"]["data"]["form"] == _form(keyring, token))


def _form(keyring: Keyring, token: FormToken) -> str:
    return keyring.mac("proven form", token.nonce, key_id=token.key_id).hex()


def _secret(keyring: Keyring, token: FormToken) -> bytes:
    return keyring.mac("proof of work", key_id=token.key_id)
