"""The route of one's own keys."""

from flask import Blueprint, redirect, request
from sqlalchemy import update
from werkzeug.wrappers import Response

from tipline.accounts.forms import ChangePasswordForm
from tipline.accounts.views import account_page
from tipline.errors import Invalid
from tipline.models import Permission, User
from tipline.web.access import allow, staff
from tipline.web.keys import USUAL_REASON, Keys
from tipline.web.request import writing

blueprint = Blueprint("keys", __name__)


@blueprint.post("/newsroom/account/keys")
@allow(Permission.ACCOUNT)
def choose_keys() -> Response:
    """Keep the letters that a person typed, or, with `reset`, the usual ones."""
    form, user = request.form, staff()
    reset = bool(form.get("reset"))
    letters = [] if reset else form.getlist("letters")
    usual = USUAL_REASON if reset else form.get("usual", USUAL_REASON)
    keys = Keys.typed(letters, usual, off=bool(form.get("keys_off")) and not reset)
    try:
        keys.check()
    except Invalid as problem:
        return account_page(ChangePasswordForm(formdata=None), 422, keys=keys, keys_problem=problem.message)
    with writing() as session:
        session.execute(update(User).where(User.id == user.id).values(keys=keys.kept()))
    return redirect("/newsroom/account#keys-form", 303)
