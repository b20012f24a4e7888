"""The route of one's own alerts."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline.accounts import alerts
from tipline.accounts.forms import ChangePasswordForm
from tipline.accounts.views import account_page
from tipline.errors import Invalid
from tipline.models import Permission
from tipline.web.access import allow, staff
from tipline.web.request import settings, writing

blueprint = Blueprint("own_alerts", __name__)


@blueprint.post("/newsroom/account/alerts")
@allow(Permission.ACCOUNT)
def choose_alerts() -> Response:
    """Keep how (`alert_by`) and of which tips (`alert_of`) a person wants to hear."""
    form, user = request.form, staff()
    try:
        with writing() as session:
            alerts.choose(session, settings(), user, form.get("alert_by", ""), form.get("alert_of", ""))
    except Invalid as problem:
        form_again = ChangePasswordForm(formdata=None)
        return account_page(form_again, problem.status, alerts_problem=problem.message)
    return redirect("/newsroom/account#alerts", 303)
