"""The privacy page prints the rules that the purge follows, all of them."""

import re
from dataclasses import replace

import pytest
from jinja2 import StrictUndefined

from tipline import clock
from tipline.app import create_app
from tipline.config import Settings
from tipline.keeping.purge import plan
from tipline.keeping.rules import Desk, Fate, of_fate, rules_of
from tipline.terms import Datum
from tipline.web.privacy import span


def printed(settings):
    app = create_app(settings)
    app.jinja_env.undefined = StrictUndefined
    answer = app.test_client().get("/privacy")
    assert answer.status_code == 200
    return answer.text


def lines_on(html):
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)


def test_every_rule_of_the_purge_is_on_the_page_in_its_order(app, settings, db):
    followed = [each.rule for each in plan(db, settings, clock.now())]
    assert followed == rules_of(settings)
    assert len(followed) == len(Fate) * len(Datum) + len(Desk)
    with app.test_request_context():
        expected = [
            (rule.what, span(rule.days)) for fate in (*Fate, None) for rule in of_fate(followed, fate)
        ]
    assert lines_on(printed(settings)) == expected


def test_another_setting_is_another_page(settings):
    changed = Settings.from_env(
        {"TIPLINE_RETENTION_SPAM": "contact 3, text 11", "TIPLINE_RETENTION_GRACE_DAYS": "17"}
    )
    html = printed(
        replace(
            settings, retention_spam=changed.retention_spam, retention_grace_days=changed.retention_grace_days
        )
    )
    spam = html[html.index("If we take it for spam") :]
    assert [how_long for _, how_long in lines_on(spam)[:6]] == [
        "3 days", "7 days", "7 days", "11 days", "11 days", "11 days"
    ]  # fmt: skip
    assert "erased for 17 days" in html
    assert "erased for" not in printed(replace(settings, retention_grace_days=0))


@pytest.mark.parametrize(
    ("days", "words"),
    [(None, "kept"), (1, "1 day"), (30, "30 days"), (365, "1 year"), (1095, "3 years"), (400, "400 days")],
)
def test_days_are_said_in_words(app, days, words):
    with app.test_request_context():
        assert span(days) == words


def test_safer_ways_are_named_when_there_are_some(settings):
    assert "or one of these ways" not in printed(settings)
    assert "<li><bdi>Signal: 1</bdi></li>" in printed(replace(settings, safer_channels=("Signal: 1",)))


def test_readers_get_no_cookie_there(client):
    assert "Set-Cookie" not in client.get("/privacy").headers
