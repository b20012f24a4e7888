"""The forms of accounts."""

from wtforms import Field, PasswordField, SelectField, StringField
from wtforms.validators import AnyOf, EqualTo, InputRequired, Length, ValidationError

from tipline.accounts import passwords
from tipline.accounts.actions import MAX_ADDRESS, is_address
from tipline.accounts.queries import as_stored
from tipline.models import Role
from tipline.text.clean import clean_line
from tipline.web.forms import StaffForm

MAX_NAME = 100


def _line(text: str | None) -> str:
    return clean_line(text or "")


def typed(field: Field) -> str:
    """Return what stands in a field of text, "" if nothing does."""
    return field.data or ""


class EmailForm(StaffForm):
    """Ask for a reset link."""

    email = StringField(
        "E-mail address",
        [
            InputRequired("Write your e-mail address."),
            Length(max=MAX_ADDRESS, message="That is too long for an e-mail address."),
        ],
        filters=[_line],
    )


class SignInForm(EmailForm):
    password = PasswordField("Password", [InputRequired("Write your password.")])


class NewPasswordForm(StaffForm):
    """Choose a password, twice the same."""

    password = PasswordField(
        "New password",
        [InputRequired("Choose a password.")],
        description=f"{passwords.MIN_CHARACTERS} characters or more; a few words in a row do well.",
    )
    again = PasswordField("The same once more", [EqualTo("password", "The two are not the same.")])

    def fits(self, email: str) -> bool:
        """Validate, and judge the password for the account `email`."""
        if not self.validate():
            return False
        wrong = passwords.fault(typed(self.password), email=email)
        if wrong:
            self.password.errors = [wrong]
        return not wrong


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField("Your password now", [InputRequired("Write your password of now.")])


class NewUserForm(StaffForm):
    """Add an account."""

    name = StringField("Name", [InputRequired("Write the person’s name."),
                                Length(max=MAX_NAME, message=f"A name has at most {MAX_NAME} characters.")],
                       filters=[_line])  # fmt: skip
    email = StringField(
        "E-mail address", [InputRequired("Write the person’s e-mail address.")], filters=[_line]
    )
    role = SelectField("Role", [AnyOf(list(Role), "Choose a role.")], validate_choice=False,
                       choices={role.value: role.value.capitalize() for role in Role})  # fmt: skip

    def validate_email(self, field: StringField) -> None:
        if not is_address(as_stored(typed(field))):
            raise ValidationError("An e-mail address looks like name@example.org.")
