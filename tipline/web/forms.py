"""The base of staff forms: Flask-WTF's, whose token is checked before the view already."""

from flask_wtf import FlaskForm


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A form of the newsroom; what it is given is clean (`web/sent.py`), and its filters make lines of it."""

    class Meta:
        """Switches of WTForms."""

        csrf = False  # web/csrf.py has checked it before the view, for every newsroom POST
