"""Who may go where: every route of the application, tried by everybody.

A new route fails here until it has a line in `WHO`. Pages are asked for and forms are sent, with the
token that a page would carry, so that nothing but the role can turn somebody away.
"""

import pytest
from doors import PASSWORD, is_signed_in, sign_in, token_in, with_password
from werkzeug.routing import IntegerConverter, Rule

from tipline import clock
from tipline.accounts import actions

pytestmark = pytest.mark.usefixtures("quick_hashes")

PUBLIC, MODERATOR, EDITOR, ADMIN = range(4)
ROLES = ("stranger", "moderator", "editor", "admin")

WHO = {
    "accounts.account": MODERATOR,
    "accounts.ask_reset": PUBLIC,
    "accounts.change_password": MODERATOR,
    "accounts.end_session": MODERATOR,
    "accounts.finish_reset": PUBLIC,
    "accounts.login": PUBLIC,
    "accounts.logout": MODERATOR,
    "accounts.reset": PUBLIC,
    "accounts.reset_request": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "desks.add": ADMIN,
    "desks.close": ADMIN,
    "desks.edit": ADMIN,
    "desks.listed": ADMIN,
    "handover.hand_back": ADMIN,
    "handover.hand_over": ADMIN,
    "handover.held": ADMIN,
    "drafts.board": EDITOR,
    "drafts.editor": EDITOR,
    "drafts.preview": EDITOR,
    "drafts.preview_unsaved": EDITOR,
    "drafts.promote": EDITOR,
    "drafts.restore": EDITOR,
    "drafts.revision": EDITOR,
    "drafts.save": EDITOR,
    "drafts.step": EDITOR,
    "embed.embed_js": PUBLIC,
    "files.file": MODERATOR,
    "files.original": EDITOR,
    "finding.add_view": MODERATOR,
    "finding.completion": MODERATOR,
    "finding.edit_view": MODERATOR,
    "finding.export": MODERATOR,
    "finding.remove_view": MODERATOR,
    "insight.audit": ADMIN,
    "log.form": MODERATOR,
    "log.log": MODERATOR,
    "intake.erase": PUBLIC,
    "intake.keep_words": PUBLIC,
    "intake.embed": PUBLIC,
    "intake.receipt": PUBLIC,
    "intake.remove_upload": PUBLIC,
    "intake.reply": PUBLIC,
    "intake.tip": PUBLIC,
    "intake.upload": PUBLIC,
    "replies.add": MODERATOR,
    "replies.edit": MODERATOR,
    "replies.remove": MODERATOR,
    "replies.saved": MODERATOR,
    "replies.show": MODERATOR,
    "stats.charts": MODERATOR,
    "stats.file": MODERATOR,
    "keys.choose_keys": MODERATOR,
    "live.arrived": MODERATOR,
    "live.alert": MODERATOR,
    "live.changes": MODERATOR,
    "live.undo_last": MODERATOR,
    "own_alerts.choose_alerts": MODERATOR,
    "stories.confirm_person": MODERATOR,
    "stories.dismiss_person": MODERATOR,
    "stories.front": PUBLIC,
    "stories.newsroom_list": MODERATOR,
    "stories.newsroom_people": MODERATOR,
    "stories.rss": PUBLIC,
    "stories.star": PUBLIC,
    "stories.stars": PUBLIC,
    "stories.story": PUBLIC,
    "together.assign": MODERATOR,
    "together.claim": MODERATOR,
    "together.correct": MODERATOR,
    "together.decide_ticked": MODERATOR,
    "together.escalate": MODERATOR,
    "together.mentions": MODERATOR,
    "together.restrict": EDITOR,
    "together.reveal": MODERATOR,
    "together.suggest": MODERATOR,
    "together.tag": MODERATOR,
    "triage.contact": EDITOR,
    "triage.decide": MODERATOR,
    "triage.legal_hold": EDITOR,
    "triage.link": MODERATOR,
    "triage.message": MODERATOR,
    "triage.newsroom": MODERATOR,
    "triage.note": MODERATOR,
    "triage.queue": MODERATOR,
    "triage.regroup": MODERATOR,
    "triage.search_stories": MODERATOR,
    "triage.take_back_message": MODERATOR,
    "triage.tip": MODERATOR,
    "triage.undo": MODERATOR,
    "triage.unlink": MODERATOR,
    "watch.keep_list": EDITOR,
    "watch.watched": MODERATOR,
    "web.healthz": PUBLIC,
    "web.help": PUBLIC,
    "web.privacy": PUBLIC,
    "web.readyz": PUBLIC,
    "web.static": PUBLIC,
    "web.theme": PUBLIC,
    "users.add": ADMIN,
    "users.change_role": ADMIN,
    "users.disable": ADMIN,
    "users.enable": ADMIN,
    "users.listed": ADMIN,
    "users.reset": ADMIN,
}


def addresses(app) -> list[tuple[str, str, str]]:
    """Every route as (endpoint, method, an address that it takes)."""
    adapter = app.url_map.bind("localhost")
    return [
        (rule.endpoint, method, adapter.build(rule.endpoint, _values(rule), method=method))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def _values(rule: Rule) -> dict[str, object]:
    """Values that no row has, so that whoever is let in finds nothing and changes nothing."""
    return {
        name: 1 if isinstance(converter, IntegerConverter) else "K7Q2FD9X"
        for name, converter in rule._converters.items()
    }


def outcome(response) -> str:
    """Say what a response is to whoever asked: "in", "door" (sign in first), "forbidden", or its status."""
    if response.status_code == 302 and response.location.startswith("/newsroom/login"):
        return "door"
    if response.status_code == 403:
        return "forbidden"
    refused = response.status_code in {400, 401} or response.status_code >= 500
    return str(response.status_code) if refused else "in"


def expected(endpoint: str, rank: int) -> str:
    least = WHO[endpoint]
    if rank >= least:
        return "in"
    return "door" if rank == PUBLIC else "forbidden"


def test_every_route_has_its_line_here_and_every_line_its_route(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(WHO)


@pytest.mark.parametrize("role", ROLES)
def test_each_route_lets_in_those_who_may_and_nobody_else(request, app, signed_in_as, role):
    user = None if role == "stranger" else request.getfixturevalue(role)
    wrong = []
    for endpoint, method, address in addresses(app):
        # A browser of its own for each route, because some of them end the session.
        browser = signed_in_as(user) if user else app.test_client()
        response = _send(browser, method, address, stranger=user is None)
        came_to, should = outcome(response), expected(endpoint, ROLES.index(role))
        if came_to != should:
            wrong.append(f"{role}, {method} {address} ({endpoint}): {came_to}, expected {should}")
    assert wrong == []


def _send(browser, method: str, address: str, *, stranger: bool):
    if method == "GET":
        return browser.get(address)
    assert method == "POST"
    if not stranger:
        return browser.post(address)
    fields = {"csrf_token": token_in(browser.get("/newsroom/login"))}
    return browser.post(address, data=fields, headers={"Sec-Fetch-Site": "same-origin"})


def newsroom_forms(app) -> list[tuple[str, str]]:
    return [
        (endpoint, address)
        for endpoint, method, address in addresses(app)
        if method == "POST" and address.startswith("/newsroom")
    ]


def test_no_form_of_the_newsroom_goes_without_its_token(app, signed_in_as, admin):
    answers = {
        endpoint: signed_in_as(admin).plain_post(address, data={}, headers={"Sec-Fetch-Site": "same-origin"})
        for endpoint, address in newsroom_forms(app)
    }
    assert {endpoint for endpoint, answer in answers.items() if answer.status_code != 400} == set()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_no_form_comes_from_another_site_even_with_its_token(app, signed_in_as, admin, headers):
    browser = signed_in_as(admin)  # whose session ends by none of these
    for endpoint, address in newsroom_forms(app):
        assert browser.post(address, headers=headers).status_code == 403, endpoint


@pytest.mark.thorough
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:81"]
)
def test_a_browser_that_names_only_its_origin_is_checked_by_it(app, signed_in_as, admin, origin):
    browser = signed_in_as(admin)
    token = token_in(browser.get("/newsroom/account"))
    for endpoint, address in newsroom_forms(app):
        answer = browser.plain_post(address, data={"csrf_token": token}, headers={"Origin": origin})
        assert answer.status_code == 403, endpoint


def test_the_token_of_one_browser_is_of_no_use_in_another(app, signed_in_as, admin):
    stolen = token_in(app.test_client().get("/newsroom/login"))
    answer = signed_in_as(admin).plain_post("/newsroom/logout", data={"csrf_token": stolen})
    assert answer.status_code == 400


@pytest.fixture
def stolen(app, db, editor):
    """A browser of Edie's, and a thief's with a copy of its cookie."""
    with_password(db, editor)
    browser, thief = app.test_client(), app.test_client()
    sign_in(browser, editor.email)
    thief.set_cookie("tipline", browser.get_cookie("tipline").value)
    assert is_signed_in(thief)
    return browser, thief


def is_at_the_door(browser):
    return [outcome(browser.get(path)) for path in ("/newsroom/account", "/newsroom/queue")] == [
        "door",
        "door",
    ]


def test_a_cookie_replayed_after_signing_out_leads_to_the_door(stolen):
    browser, thief = stolen
    browser.post("/newsroom/logout", data={"csrf_token": token_in(browser.get("/newsroom/account"))})
    assert is_at_the_door(thief)


def test_a_cookie_replayed_after_a_new_password_leads_to_the_door(app, stolen, editor):
    browser = app.test_client()
    sign_in(browser, editor.email)
    new = "seven boats in the fog"
    fields = {
        "csrf_token": token_in(browser.get("/newsroom/account")),
        "current": PASSWORD,
        "password": new,
        "again": new,
    }
    assert browser.post("/newsroom/account", data=fields).status_code == 200
    assert is_at_the_door(stolen[1])
    assert is_signed_in(browser)


def test_a_cookie_replayed_after_a_reset_leads_to_the_door(db, stolen, editor):
    with db.write() as session:
        token = actions.start_reset(session, editor, now=clock.now())
        actions.finish_reset(session, token, "any hash", now=clock.now())
    assert is_at_the_door(stolen[1])


def test_a_cookie_replayed_after_disabling_leads_to_the_door(db, stolen, editor):
    with db.write() as session:
        actions.disable(session, editor.email, now=clock.now())
    assert is_at_the_door(stolen[1])
    with db.write() as session:
        actions.enable(session, editor.email, now=clock.now())
    assert is_at_the_door(stolen[1])


def test_an_invented_cookie_leads_to_the_door(app):
    browser = app.test_client()
    browser.set_cookie("tipline", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert is_at_the_door(browser)
