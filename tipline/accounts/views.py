"""The doors: signing in and out, a new password, one's own account."""

from datetime import datetime, timedelta

from flask import Blueprint, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from tipline import clock
from tipline.accounts import (
    actions,
    alerts,
    devices,
    door,
    onward,
    passwords,
    queries,
    resets,
    shown,
    throttle,
)
from tipline.accounts.forms import (
    ChangePasswordForm,
    EmailForm,
    NewPasswordForm,
    SignInForm,
    typed,
)
from tipline.errors import NotFound
from tipline.models import Permission, User
from tipline.web import sessions
from tipline.web.access import LOGIN, allow, public, staff, staff_session_id
from tipline.web.keys import USUAL_REASONS, Keys
from tipline.web.render import page
from tipline.web.request import db, keyring, reading, settings, writing

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/newsroom/login")
@public
def login() -> Response:
    if current_user.is_authenticated:
        return redirect(onward.destination(request.args.get("next", "")))
    return _login_page(SignInForm(formdata=None), next=request.args.get("next", ""))


@blueprint.post("/newsroom/login")
@public
def sign_in() -> Response:
    form, now = SignInForm(), clock.now()
    if not form.validate():
        return _login_page(form, 422)
    knock = door.Knock(typed(form.email), typed(form.password), request.remote_addr, _device())
    answer = door.examine(db(), keyring(), knock, now=now)
    if answer.wait:
        return _slowed(form, answer.wait)
    if answer.user is None:
        form.form_errors.append(door.WRONG)
        return _login_page(form, 422)
    stored = answer.user.password_hash or ""
    rehashed = passwords.hash_password(knock.password) if passwords.is_outdated(stored) else None
    return _let_in(answer, rehashed, now)


@blueprint.post("/newsroom/logout")
@allow(Permission.ACCOUNT)
def logout() -> Response:
    with writing() as session:
        actions.sign_out(session, staff(), staff_session_id(), now=clock.now())
    sessions.sign_out_browser()
    return redirect(LOGIN, 303)


@blueprint.get("/newsroom/reset")
@public
def reset_request() -> Response:
    return _reset_page(EmailForm(formdata=None))


@blueprint.post("/newsroom/reset")
@public
def ask_reset() -> Response:
    form, now = EmailForm(), clock.now()
    if not resets.can_mail(settings()):
        return _reset_page(form)
    if not form.validate():
        return _reset_page(form, 422)
    counted = throttle.by_source(keyring(), request.remote_addr, act="ask for a link")
    with db().write() as session:
        wait = throttle.count(session, counted, now=now)
    if wait:
        form.form_errors.append(door.words_for(wait))
        return _told_when(_reset_page(form, 429), wait)
    with writing() as session:
        resets.ask(session, keyring(), typed(form.email), now=now)
    return _reset_page(form, sent=True)


@blueprint.get("/newsroom/reset/<token>")
@public
def reset(token: str) -> Response:
    user = queries.user_of_reset(reading(), token, now=clock.now())
    return _choose_page(NewPasswordForm(formdata=None), user)


@blueprint.post("/newsroom/reset/<token>")
@public
def finish_reset(token: str) -> Response:
    form, now = NewPasswordForm(), clock.now()
    user = queries.user_of_reset(reading(), token, now=now)
    if not form.fits(user.email):
        return _choose_page(form, user, 422)
    hashed = passwords.hash_password(typed(form.password))
    with writing() as session:
        user = actions.finish_reset(session, token, hashed, now=now)
        secret = actions.sign_in(session, user, device=_device_name(), now=now)
        device = devices.remember(session, _device(), user, now=now)
    sessions.sign_in_browser(secret)
    return _with_device(redirect(onward.HOME, 303), device)


@blueprint.get("/newsroom/account")
@allow(Permission.ACCOUNT)
def account() -> Response:
    return account_page(ChangePasswordForm(formdata=None))


@blueprint.post("/newsroom/account")
@allow(Permission.ACCOUNT)
def change_password() -> Response:
    form, user, now = ChangePasswordForm(), staff(), clock.now()
    if not form.fits(user.email):
        return account_page(form, 422)
    counted = throttle.by_browser(keyring(), f"account {user.id}")
    with db().write() as session:
        wait = throttle.count(session, counted, now=now)
    if wait:
        form.current.errors = [door.words_for(wait)]
        return _told_when(account_page(form, 429), wait)
    if not passwords.matches(user.password_hash, typed(form.current)):
        form.current.errors = ["That is not your password now."]
        return account_page(form, 422)
    hashed = passwords.hash_password(typed(form.password))
    with writing() as session:
        throttle.take_back(session, counted)
        actions.change_password(session, user, hashed, now=now, session_id=staff_session_id())
        device = devices.remember(session, _device(), user, now=now)
    notice = {"words": "Your password is changed, and you are signed out everywhere else."}
    return _with_device(account_page(ChangePasswordForm(formdata=None), notices=[notice]), device)


@blueprint.post("/newsroom/account/end")
@allow(Permission.ACCOUNT)
def end_session() -> Response:
    now, wanted = clock.now(), request.form.get("session", "")
    rows = queries.open_sessions(reading(), staff().id, now=now)
    chosen = next((row.id for row in rows if shown.handle(row) == wanted), None)
    if chosen is None:
        raise NotFound("You are not signed in there any more.")
    with writing() as session:
        actions.sign_out(session, staff(), chosen, now=now)
    return redirect("/newsroom/account", 303)


def _let_in(answer: door.Answer, rehashed: str | None, now: datetime) -> Response:
    assert answer.user is not None
    with writing() as session:
        throttle.take_back(session, answer.counted)
        secret = actions.sign_in(session, answer.user, device=_device_name(), now=now, rehashed=rehashed)
        device = devices.remember(session, _device(), answer.user, now=now)
    sessions.sign_in_browser(secret)
    wanted = request.form.get("next", "")
    if kept := onward.kept(request.form):
        goal = onward.destination(wanted, method="POST")
        return _with_device(page("accounts/go_on.html", kept=kept, action=goal), device)
    return _with_device(redirect(onward.destination(wanted), 303), device)


def _login_page(form: SignInForm, status: int = 200, *, next: str = "") -> Response:  # noqa: A002
    wanted = next or request.form.get("next", "")
    if kept := onward.kept(request.form):
        return page("accounts/signed_out.html", status, form=form, kept=kept, action=wanted)
    return page("accounts/login.html", status, form=form, next=wanted, can_mail=resets.can_mail(settings()))


def _slowed(form: SignInForm, wait: timedelta) -> Response:
    form.form_errors.append(door.words_for(wait))
    return _told_when(_login_page(form, 429), wait)


def _told_when(response: Response, wait: timedelta) -> Response:
    response.headers["Retry-After"] = str(door.whole_seconds(wait))
    return response


def _reset_page(form: EmailForm, status: int = 200, *, sent: bool = False) -> Response:
    return page(
        "accounts/reset_request.html", status, form=form, sent=sent, can_mail=resets.can_mail(settings())
    )


def _choose_page(form: NewPasswordForm, user: User, status: int = 200) -> Response:
    return page("accounts/reset.html", status, form=form, action=request.path, name=user.name)


def account_page(form: ChangePasswordForm, status: int = 200, **context: object) -> Response:
    user, here, now = staff(), staff_session_id(), clock.now()
    rows = queries.open_sessions(reading(), user.id, now=now)
    listed = shown.signed_in(rows, here, user.timezone or settings().site_timezone, now)
    return page("accounts/account.html", status, form=form, section="account",
                account=shown.account(user), sessions=listed, reasons=USUAL_REASONS,
                alerts=alerts.shown(reading(), settings(), user),
                **{"keys": Keys.of(user), **context})  # fmt: skip


def _device() -> str:
    return request.cookies.get(devices.COOKIE, "")


def _device_name() -> str:
    return devices.called(request.headers.get("User-Agent", ""))


def _with_device(response: Response, token: str) -> Response:
    secure = settings().site_url.startswith("https://")
    response.set_cookie(devices.COOKIE, token, max_age=devices.COOKIE_SECONDS, path="/newsroom",
                        secure=secure, httponly=True, samesite="Strict")  # fmt: skip
    return response
