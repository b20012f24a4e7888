"""What a form sent, also where its bytes are no UTF-8.

Werkzeug gives up the whole form then, and with it what somebody wrote; here each broken byte becomes
U+FFFD and the rest is kept.
"""

from urllib.parse import parse_qsl

from flask import request
from werkzeug.datastructures import MultiDict

from tipline.errors import TooLarge
from tipline.languages import N_

MOST_FIELDS = 200


def posted() -> MultiDict[str, str]:
    """Return the fields of the request's form.

    Raises:
        TooLarge: when there are more fields than any form of ours has.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        return request.form
    text = request.get_data().decode("utf-8", "replace")
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise TooLarge(N_("That form has more fields than ours. Nothing was stored.")) from error
    return MultiDict(fields)
