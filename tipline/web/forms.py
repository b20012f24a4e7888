"""What forms are built on: Flask-WTF's, with less ado."""

from functools import partial
from typing import Any, TypeAlias

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.csrf.core import CSRFTokenField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

Unbound: TypeAlias = "UnboundField[Any]"


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A form of the newsroom; what it is given is clean (`web/sent.py`), and its filters make lines of it."""

    class Meta:
        """Switches of WTForms."""

        csrf = False  # web/csrf.py has checked it before the view, for every newsroom POST


class CopiedFields:
    """A part of the `Meta` of a form that comes often: its fields are put together once, then copied.

    WTForms makes each field of each request anew, with its label, its flags and a look at its validators,
    none of which ever changes.
    """

    def bind_field(self, form: BaseForm, unbound_field: Unbound, options: dict[str, Any]) -> Field:
        """Return the field of `form`; the one that holds the form's token is made for it alone."""
        if unbound_field.field_class is CSRFTokenField:
            made_for_it: Field = unbound_field.bind(form=form, **options)
            return made_for_it
        key = unbound_field, options["name"], options["prefix"]
        if key not in _READY:
            made = dict(vars(unbound_field.bind(form=form, **options)))
            if not callable(made["default"]):
                # WTForms calls it to see whether it can be called: an exception for each field
                made["default"] = partial(_same, made["default"])
            # what belongs to this request must not outlive it
            _READY[key] = {name: value for name, value in made.items() if name not in {"_form", "meta"}}
        # not `copy`: a field's class that is called without a form gives a field not yet bound
        field: Field = object.__new__(unbound_field.field_class)
        field.__dict__.update(_READY[key], _form=form, meta=self)
        return field


def _same(value: object) -> object:
    return value


_READY: dict[tuple[Unbound, str, str], dict[str, Any]] = {}
