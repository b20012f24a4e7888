"""A person at the newsroom's door: opens a page, and sends its form with the token that stands in it."""

import re
from functools import cache

from sqlalchemy import update

from tipline.accounts import passwords
from tipline.models import User

PASSWORD = "a lighthouse for the drummer"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@cache
def hash_of(password):
    return passwords.hash_password(password)


def with_password(db, user, password=PASSWORD):
    """Give a user of the tests a password."""
    with db.write() as session:
        session.execute(update(User).where(User.id == user.id).values(password_hash=hash_of(password)))
    user.password_hash = hash_of(password)
    return user


def token_in(response):
    """Return the token of the form on a page."""
    return re.search(r'name="csrf_token" value="([^"]+)"', response.text)[1]


def send(client, path, *, page="", headers=None, address="192.0.2.7", **fields):
    """Open `page` (or `path`) and post `path` with its token, as a browser does."""
    token = token_in(client.get(page or path))
    return client.post(
        path,
        data={"csrf_token": token, **fields},
        headers={"Sec-Fetch-Site": "same-origin", "User-Agent": FIREFOX, **(headers or {})},
        environ_base={"REMOTE_ADDR": address},
    )


def sign_in(client, email, password=PASSWORD, **more):
    return send(client, "/newsroom/login", email=email, password=password, **more)


def is_signed_in(client):
    """Say whether this browser may see its account."""
    return client.get("/newsroom/account").status_code == 200
