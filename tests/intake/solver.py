"""What `static/proof.js` does, in Python: finds the challenge on a page and solves it."""

import json
import re
from html import unescape

import altcha


def challenge_on(page) -> str | None:
    found = re.search(r'data-challenge="([^"]+)"', page.text)
    return unescape(found[1]) if found else None


def solved(challenge: str) -> str:
    asked = altcha.Challenge.from_dict(json.loads(challenge))
    answer = altcha.solve_challenge(asked)
    assert answer is not None
    return altcha.Payload(asked, answer).to_base64()
