"""Doors and desks of accounts: signing in and out, one's own account, a new password, the newsroom's people."""

import re
from datetime import timedelta

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from tipline import clock
from tipline.accounts import actions, devices, door, passwords, pages, queries, resets, throttle
from tipline.accounts.forms import ChangePasswordForm, EmailForm, NewPasswordForm, NewUserForm, SignInForm
from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import Permission, Role, User
from tipline.web import sessions
from tipline.web.access import allow, public, staff, staff_session_id
from tipline.web.render import page
from tipline.web.request import db, keyring, reading, settings, writing

blueprint = Blueprint("accounts", __name__)
HOME = "/newsroom/queue"
LOGIN = "/newsroom/login"
