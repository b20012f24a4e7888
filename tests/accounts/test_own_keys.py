"""Keys of one's own."""

from sqlalchemy import select

from tipline.models import User
from tipline.web.keys import ACTS, Keys

KEYS = "/newsroom/account/keys"


def letters(**changes):
    return [changes.get(act, act) for act in ACTS]


def kept(db, user):
    with db.read() as session:
        return session.scalars(select(User).where(User.id == user.id)).one().keys


def test_letters_are_kept_and_shown(db, signed_in_as, moderator):
    browser = signed_in_as(moderator)
    sent = {"letters": letters(a="y", d=""), "usual": "known"}
    assert browser.post(KEYS, data=sent).status_code == 303
    assert kept(db, moderator) == {"letters": {"a": "y", "d": ""}, "usual": "known", "off": False}
    assert "data-keys='{" in browser.get("/newsroom/account").text


def test_one_key_for_two_acts_is_refused_with_a_sentence(db, signed_in_as, moderator):
    answer = signed_in_as(moderator).post(KEYS, data={"letters": letters(a="j")})
    assert answer.status_code == 422
    assert "“next tip” and “accept” cannot both have the key j." in answer.text
    assert kept(db, moderator) is None


def test_a_key_is_one_character(signed_in_as, moderator):
    assert signed_in_as(moderator).post(KEYS, data={"letters": letters(a="ab")}).status_code == 422


def test_what_is_as_usual_is_not_kept(db, signed_in_as, moderator):
    browser = signed_in_as(moderator)
    browser.post(KEYS, data={"letters": letters(a="y"), "keys_off": "y"})
    assert Keys.of(User(keys=kept(db, moderator))).off
    browser.post(KEYS, data={"reset": "y"})
    assert kept(db, moderator) is None


def test_every_key_is_listed_on_each_page(signed_in_as, moderator):
    html = signed_in_as(moderator).get("/newsroom/queue").text
    assert all(f'data-act="{act}"' in html for act in ACTS)
