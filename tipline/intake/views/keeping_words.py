"""The six words as a text file, for those whose browser runs no script (with one, it writes the file itself).

The file says the six words and nothing else, like the QR code: no address, no name of the newsroom, no
date. Whoever finds it on a shared computer or in a backup should not learn that somebody sent a tip, nor
where; who sent one knows. The words come along in the form and go straight back: nothing is looked up or
stored, and nothing else than six words of the public list is ever sent out.
"""

from http import HTTPStatus

from flask import make_response, request
from werkzeug.wrappers import Response

from tipline.intake import receipt
from tipline.intake.forms import line
from tipline.intake.views.gate import blueprint
from tipline.intake.views.opening import NO_WORDS, code_page
from tipline.web.access import public
from tipline.web.language import _

FILE_NAME = "receipt.txt"


@blueprint.route("/receipt/file", methods=["POST"])
@public
def keep_words() -> Response:
    words = line(request.form.get("words"))
    if not receipt.is_receipt(words):
        return code_page(words, {"code": _(NO_WORDS)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    response = make_response(f"{words}\n")
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f"attachment; filename={FILE_NAME}"
    return response
