"""What can go wrong and be told to a person: one family, rendered in one place.

Each error carries an HTTP status, a short title, and a sentence that says what happened and what to
do. `web/errors.py` renders it as a page, a fragment or problem+json; the command line prints the
sentence and exits with 1.
"""

from tipline.languages import N_


class TiplineError(Exception):
    """Something went wrong that a person can act on.

    Args:
        message: one sentence, fit to be shown.
        details: facts for the page or the API, never anything a reader wrote.
    """

    status = 500
    title = N_("Something went wrong")
    advice = ""  # what to do, where the sentence does not say it

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class WrongSetting(TiplineError):
    """A setting that stops the start."""

    title = "A setting is wrong"


class NotFound(TiplineError):
    status = 404
    title = N_("Not here")


class Forbidden(TiplineError):
    status = 403
    title = "Not for your role"


class Invalid(TiplineError):
    """What was sent cannot be taken as it is."""

    status = 422
    title = N_("That cannot be taken as it is")


class Conflict(TiplineError):
    """How things stand does not allow it."""

    status = 409
    title = N_("That did not work")


class Overtaken(Conflict):
    """Somebody else was faster."""

    title = N_("Somebody was faster")
    advice = N_("Reload to see how it stands now.")


class TooLarge(TiplineError):
    status = 413
    title = N_("Too large")


class UnsupportedForm(TiplineError):
    status = 415
    title = N_("Not a form")


class TooMany(TiplineError):
    status = 429
    title = N_("Too many at once")


class Unavailable(TiplineError):
    """A part that we need is away: database, disk, another server."""

    status = 503
    title = N_("We cannot reach a part of the desk")
    advice = N_("Your browser still has what you wrote: go back and send again.")


class InvalidTransition(Conflict):
    """A noun cannot go from its state to the one asked for."""

    title = "That step is not open from here"
    advice = Overtaken.advice  # as a rule somebody took a step since
