from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from intake.readers import errors_on, send, tips_in, token_on, words_on, written_on

from tipline.intake.limits import RULES, Limits
from tipline.models import Message

ADDRESS = "93.184.216.34"


def tries(limit: Limits, times: int, address: str, now, what: str = "tip") -> list[bool]:
    return [limit.take(what, address, now=now).admitted for _ in range(times)]


def test_thirty_tips_in_ten_minutes_are_admitted(limit, now):
    assert tries(limit, 31, ADDRESS, now) == [True] * 30 + [False]


def test_twenty_receipts_in_ten_minutes_are_admitted(limit, now):
    assert tries(limit, 21, ADDRESS, now, "receipt") == [True] * 20 + [False]


def test_the_window_slides(limit, now):
    tries(limit, 29, ADDRESS, now)
    later = now + timedelta(minutes=5)
    assert tries(limit, 2, ADDRESS, later) == [True, False]
    assert tries(limit, 30, ADDRESS, now + timedelta(minutes=10)) == [True] * 29 + [False]


def test_other_addresses_and_other_acts_are_not_counted_along(limit, now):
    tries(limit, 30, ADDRESS, now)
    assert limit.take("tip", "93.184.216.35", now=now).admitted
    assert limit.take("receipt", ADDRESS, now=now).admitted


def test_a_subscriber_of_ipv6_is_one_source(limit, now):
    tries(limit, 30, "2606:2800:220:1::1", now)
    assert not limit.take("tip", "2606:2800:220:1:ffff::2", now=now).admitted
    assert limit.take("tip", "2606:2800:220:2::1", now=now).admitted


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_source(limit, now):
    tries(limit, 30, ADDRESS, now)
    assert not limit.take("tip", f"::ffff:{ADDRESS}", now=now).admitted


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        (f"{ADDRESS}:5555", ADDRESS),
        ("64:ff9b::5db8:d822", ADDRESS),
        ("[64:ff9b::5db8:d822]:443", ADDRESS),
        ("[2606:2800:220:1::1]:5555", "2606:2800:220:1::2"),
        ("[2606:2800:220:1::1]", "2606:2800:220:1::2"),
    ],
)
def test_an_address_is_the_same_source_however_a_proxy_writes_it(limit, now, seen, meant):
    tries(limit, 30, seen, now)
    assert not limit.take("tip", meant, now=now).admitted


def test_readers_behind_the_same_translator_are_not_one_source(limit, now):
    tries(limit, 30, "64:ff9b::5db8:d822", now)
    assert limit.take("tip", "64:ff9b::5db8:d823", now=now).admitted


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.18.0.2", "::1", "fd00::1", "", "unix", "10.1.2.3:80", "[fd00::1]:80",
     "64:ff9b::a01:203", ":1", "]"],
)  # fmt: skip
def test_a_private_address_is_a_proxy_not_a_reader(limit, now, address):
    assert all(tries(limit, 100, address, now))


def test_it_says_how_many_came_lately(limit, now):
    assert [limit.take("tip", ADDRESS, now=now).lately for _ in range(3)] == [1, 2, 3]
    assert limit.take("tip", "10.1.2.3", now=now).lately == 0


def test_a_new_day_counts_anew(limit, now):
    midnight = now.replace(hour=23, minute=59)
    assert tries(limit, 31, ADDRESS, midnight)[-1] is False
    assert limit.take("tip", ADDRESS, now=midnight + timedelta(minutes=2)).admitted


def test_many_threads_share_a_limit_exactly(limit, now):
    with ThreadPoolExecutor(16) as threads:
        admitted = list(threads.map(lambda _: limit.take("tip", ADDRESS, now=now).admitted, range(100)))
    assert admitted.count(True) == 30


@pytest.fixture
def from_outside(client):
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    return client


def test_too_many_tips_are_turned_away_with_the_text_kept(from_outside, db):
    for _ in range(RULES["tip"].times):
        # as without script, under suspicion: from the eleventh on they are held back
        assert send(from_outside, proof="").status_code == 201
    page = send(from_outside, body="One more thing", email="vera@example.org")
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "600"
    assert page.headers["Cache-Control"] == "no-store"
    assert list(errors_on(page)) == ["token"]
    assert written_on(page) == "One more thing"
    assert 'value="vera@example.org"' in page.text
    assert len(tips_in(db)) == RULES["tip"].times
    from_outside.environ_base["REMOTE_ADDR"] = "93.184.216.99"
    assert send(from_outside, token=token_on(page)).status_code == 201


def test_too_many_receipts_are_turned_away_with_the_words_kept(from_outside):
    for _ in range(RULES["receipt"].times):
        assert from_outside.post("/receipt", data={"code": "no such words"}).status_code == 404
    page = from_outside.post("/receipt/reply", data={"code": "no such words", "message": "Kept too"})
    assert page.status_code == 429
    assert 'value="no such words"' in page.text
    assert written_on(page) == "Kept too"


@pytest.mark.thorough
def test_too_many_messages_are_turned_away_with_the_text_kept(from_outside, db):
    answer = {"code": words_on(send(from_outside)), "message": "One more thing"}
    for _ in range(RULES["reply"].times):
        assert from_outside.post("/receipt/reply", data=answer).status_code == 201
    page = from_outside.post("/receipt/reply", data=answer)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "600")
    assert list(errors_on(page)) == ["message"]
    assert written_on(page) == "One more thing"
    with db.read() as session:
        assert session.query(Message).count() == RULES["reply"].times


def test_limits_can_be_switched_off(an_app):
    client = an_app(rate_limits="off").test_client()
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    pages = [client.post("/receipt", data={"code": "no such words"}).status_code for _ in range(25)]
    assert pages == [404] * 25
