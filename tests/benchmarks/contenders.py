"""What `submit.py` compares, each behind the same front on the same server: run as a program, it serves one.

`hello` is a Flask view that returns five letters; `bare` is what one writes in an hour with the same
libraries: a Flask-WTF form with its CSRF token, bleach over what was written, one row through the ORM,
committed with the durability that Tipline has. `tipline` is the real application.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import bleach
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from sqlalchemy import DateTime, String, Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from switch import COMMAND
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from tipline.config import Settings
from tipline.serve import attend, begin, serve
from tipline.web.front import Front

BARE_DATABASE = "BARE_DATABASE_URL"
SECRET = "a secret of the benchmarks that is long enough"
FORM = """<!doctype html><title>Got a tip?</title><form method=post>{{ form.hidden_tag() }}
{{ form.body.label }} {{ form.body }} {{ form.name.label }} {{ form.name }}
{{ form.email.label }} {{ form.email }} <button>Send</button></form>"""


class Base(DeclarativeBase):
    """The bare form's own schema."""


class Row(Base):
    __tablename__ = "bare_tips"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(500))
    email: Mapped[str] = mapped_column(String(500))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BareForm(FlaskForm):
    body = TextAreaField("What do you know?", [DataRequired(), Length(max=20_000)])
    name = StringField("Your name", [Length(max=500)])
    email = StringField("E-mail", [Length(max=500)])


def hello() -> Front:
    begin()
    app = Flask("hello")

    @app.route("/", methods=["GET", "POST"])
    def greet() -> str:
        return "hello"

    return _attended(app)


def bare() -> Front:
    begin()
    # With as many threads as Tipline has on SQLite, some of its writers would wait for over two seconds.
    return _attended(bare_application(os.environ[BARE_DATABASE]))


def bare_application(url: str) -> Flask:
    app = Flask("bare")
    app.config["SECRET_KEY"] = SECRET
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection, _record) -> None:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=10000")

    @app.route("/", methods=["GET", "POST"])
    def tip():
        form = BareForm()
        if not form.validate_on_submit():
            return render_template_string(FORM, form=form), 422 if form.is_submitted() else 200
        with Session(engine) as session:
            session.add(Row(body=bleach.clean(form.body.data), name=bleach.clean(form.name.data),
                            email=bleach.clean(form.email.data), received_at=datetime.now(UTC)))  # fmt: skip
            session.commit()
        return render_template_string("<!doctype html><title>Thank you</title><p>We have your tip."), 201

    return app


def make_bare_database(url: str) -> None:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    Base.metadata.create_all(engine)
    engine.dispose()


def _attended(app: Flask) -> Front:
    front = Front(app)
    attend(front)
    return front


def main(name: str, port: str, folder: str) -> None:
    """Serve one of them with two web processes, and say when it is ready; Tipline's worker rests at first."""
    target = "tipline.serve:application" if name == "tipline" else f"contenders:{name}"
    settings = Settings.from_env({**os.environ, "TIPLINE_HOME": folder})
    Path(folder).mkdir(exist_ok=True)
    worker = COMMAND if name == "tipline" else ()
    serve(settings, "127.0.0.1", int(port), 2, target=target, worker_command=worker,
          ready=lambda: print("ready", flush=True))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
