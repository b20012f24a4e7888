import gzip
import json

import pytest
from flask import Flask

from tipline.app import create_app
from tipline.errors import Unavailable
from tipline.web import access
from tipline.web.errors import Shown, respond


def test_every_response_is_dressed(client):
    for path in ("/", "/tip", "/nowhere", "/newsroom/login", "/static/tokens.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert len(headers["X-Request-Id"]) == 16
        assert headers["Referrer-Policy"] == (
            "same-origin" if path.startswith("/newsroom") else "no-referrer"
        )
    assert "Strict-Transport-Security" not in headers


def test_https_sites_get_host_cookies_and_hsts(an_app):
    app = an_app(site_url="https://tips.lantern.example")
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.test_client().get("/healthz").headers["Strict-Transport-Security"].startswith("max-age=")


def test_static_files_are_kept_for_ever_under_their_digest(client, app):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("tokens.css")
    assert "immutable" in client.get(address).headers["Cache-Control"]
    for other in ("", "?v=", "?v=1", f"?v={address[-9:]}", "?v=css"):
        assert "immutable" not in client.get(f"/static/tokens.css{other}").headers["Cache-Control"]
    assert client.get("/static/../config.py").status_code == 404


def test_the_accent_reaches_the_theme(an_app, client):
    assert an_app(accent="#123456").test_client().get("/theme.css").text.count("#123456") == 1
    assert client.get("/theme.css").text == ""


def test_operators_see_alive_and_ready(client):
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_away_is_not_ready_and_said(an_app, tmp_path):
    lost = an_app(database_url=f"sqlite:///{tmp_path}/gone/x.sqlite3").test_client()
    assert lost.get("/readyz").status_code == 503
    page = lost.get("/")
    assert page.status_code == 503
    assert "does not answer" in page.text


def test_pages_of_help_open(client):
    assert client.get("/help").status_code == 200
    assert client.get("/help/moderators").status_code == 200
    assert client.get("/help/nothing").status_code == 404


def test_errors_come_as_page_fragment_or_problem(app, client):
    page = client.get("/nowhere")
    assert (page.status_code, "<html" in page.text) == (404, True)
    fragment = client.get("/nowhere", headers={"HX-Request": "true"})
    assert (fragment.status_code, "<html" in fragment.text) == (404, False)
    problem = client.get("/api/v1/nowhere")
    assert problem.content_type == "application/problem+json"
    assert json.loads(problem.text)["status"] == 404
    assert client.delete("/tip").status_code == 405


def test_staff_meet_errors_inside_the_newsroom(signed_in_as, moderator, client):
    desk = signed_in_as(moderator)
    for path, status in (("/newsroom/users", 403), ("/newsroom/nowhere", 404), ("/newsroom/logout", 405)):
        answer = desk.get(path)
        assert answer.status_code == status
        assert "staffbar" in answer.text
        assert 'href="/newsroom/queue">Back to the queue' in answer.text
    stranger = client.get("/newsroom/nowhere")
    assert stranger.status_code == 404
    assert "staffbar" not in stranger.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/newsroom/queue", 405), ("POST", "/newsroom/queue", 405), ("POST", "/newsroom/nope", 404)],
)
def test_what_no_view_takes_is_told_before_its_token_is_asked_for(
    signed_in_as, moderator, client, method, path, status
):
    for browser in (signed_in_as(moderator), client):
        assert browser.open(path, method=method, data={"body": "x"}).status_code == status
        assert browser.open(path, method=method, json={"body": "x"}).status_code == status


def test_an_error_of_ours_leads_staff_back_without_asking_who_they_are(app):
    with app.test_request_context("/newsroom/queue"):
        page = respond(Shown(503, Unavailable.title, "x")).get_data(as_text=True)
    assert "staffbar" not in page
    assert "Back to the queue" in page


def test_what_crashes_is_told_without_its_text(an_app, caplog):
    app = an_app()

    @access.public
    def crash():
        raise ValueError("the tipster's name is Ana")

    app.add_url_rule("/crash", view_func=crash)
    answer = app.test_client().get("/crash")
    assert answer.status_code == 500
    assert "Ana" not in answer.text
    assert any(record.message == "crashed" for record in caplog.records)


def test_service_pages_take_forms_only(client):
    answer = client.post("/tip", json={"body": "x"})
    assert answer.status_code == 415
    assert "This page takes forms only." in answer.text
    assert "/api" not in answer.text
    assert client.post("/newsroom/login", data="x", content_type="text/plain").status_code == 415


def test_a_body_over_the_limit_is_refused_clearly(client):
    answer = client.post("/tip", data={"body": "x" * 2_000_000})
    assert answer.status_code == 413
    assert "larger" in answer.text


def test_a_route_that_names_nobody_stops_the_start(settings, monkeypatch):
    from flask import Blueprint

    from tipline import app as application

    forgetful = Blueprint("forgetful", __name__)
    forgetful.add_url_rule("/forgotten", view_func=lambda: "x", endpoint="view")
    monkeypatch.setattr(application, "FEATURES", (*application.FEATURES, forgetful))
    with pytest.raises(AssertionError, match=r"forgetful\.view"):
        create_app(settings)


def test_failures_of_ours_are_logged_and_shown(app):
    assert isinstance(app, Flask)
    with app.test_request_context("/api/v1/x"):
        assert respond(Shown(503, Unavailable.title, "x")).status_code == 503


def test_unknown_hosts_are_refused(an_app):
    client = an_app(trusted_hosts=("tips.lantern.example",)).test_client()
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"Host": "tips.lantern.example"}).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "evil.example", "no host at all", ""])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_health_addresses_answer_whatever_the_host(an_app, path, host):
    client = an_app(trusted_hosts=("tips.lantern.example",)).test_client()
    assert client.get(path, headers={"Host": host}).status_code == 200
    assert client.post(path, headers={"Host": host}).status_code == 405


def test_an_unknown_host_is_told_to_the_person_and_to_the_operator(an_app, caplog):
    client = an_app(trusted_hosts=("tips.lantern.example",)).test_client()
    answer = client.get("/tip", headers={"Host": "evil.example"})
    assert "by an address that is not ours" in answer.text
    assert [record.setting for record in caplog.records] == ["TIPLINE_TRUSTED_HOSTS"]
    assert "evil.example" not in answer.text + caplog.text


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/newsroom", "/newsroom/"),
        ("/newsroom?a=b%26c&d", "/newsroom/?a=b%26c&d"),
        ("//newsroom", "/newsroom/"),
        ("/stars//evil.example", "/stars/evil.example"),
    ],
)
def test_the_router_sends_nobody_to_another_host(app, asked, location):
    path, _, query = asked.partition("?")
    sent = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "evil.example"}
    answer = app.test_client().open(environ_overrides=sent)
    assert (answer.status_code, answer.headers["Location"]) == (308, location)


def test_texts_travel_compressed_to_those_who_can_read_it(client):
    plain = client.get("/static/base.css")
    packed = client.get("/static/base.css", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.content_type == plain.content_type
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize(
    "name",
    ["nothing.css", "../config.py", "fonts/../../app.py", "fonts", f"{'x' * 300}.css", f"{'x/' * 3000}a.js",
     "fonts/../base.css", "a%00.css"],
)  # fmt: skip
def test_nothing_else_is_served_as_a_static_file(client, name):
    assert client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).status_code == 404


def test_readers_pages_set_no_cookie_and_do_not_vary_by_one(client):
    for path in ("/", "/tip", "/receipt", "/privacy"):
        page = client.get(path)
        assert "Set-Cookie" not in page.headers
        assert "Cookie" not in page.headers.get("Vary", "")
