"""Files of readers: taken from a form's body, or in parts from a script, and kept until the form is sent."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import jsonify, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Invalid, TiplineError, TooMany
from tipline.intake import file_words, staging, taking
from tipline.intake.forms import TipForm
from tipline.intake.staging import Rights, Sending, Stage
from tipline.intake.views.gate import admitted_bytes, blueprint
from tipline.languages import N_
from tipline.models import parse_ref
from tipline.storage import NoRoom, StorageAway
from tipline.web.access import public
from tipline.web.language import _
from tipline.web.request import keyring, reading, settings, shelf

LONGEST_UPLOAD = 100
UPLOAD = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST_UPLOAD}}}")
NUMBER = re.compile(r"[0-9]{1,15}")
MOST_NAMED = 50
NOT_FROM_OUR_PAGE = N_("We could not tell that this came from our page. Reload it, and add the file again.")
NO_PART = N_("This part of a file came without what belongs to it. Add the file again.")


class NotOurs(Invalid):
    """What came along with a file is nothing that our page sends."""


@dataclass
class FormFiles:
    """The files of one form: what waits for it, and what was wrong with what came."""

    stage: Stage
    rights: Rights
    errors: dict[str, str] = field(default_factory=dict)
    new: bool = False  # its token was issued a moment ago: nothing can wait for it
    known: bool = True  # the database can say what waits for it

    @property
    def sending(self) -> Sending:
        return Sending(keyring(), self.stage, self.rights)

    def shown(self, token: str) -> file_words.FilesShown:
        """Return what a page prints that is about to be given `token`."""
        waiting = staging.staged(reading(), keyring(), self.stage) if self.known and not self.new else []
        carried = (bool(waiting) or not self.known) and self.stage.token != token
        stage = self.stage.token if carried else token
        return file_words.shown(stage, waiting, self.rights, settings(), carried=carried)

    def in_part(self) -> str:
        """Say which files have arrived only in part."""
        waiting = staging.staged(reading(), keyring(), self.stage)
        names = [file.name for file in waiting if not file.complete]
        return " ".join(file_words.said(file_words.IN_PART, name, settings()) for name in names)


def no_files(token: str, rights: Rights | None = None) -> FormFiles:
    """Return the files of a form that is shown for the first time."""
    stage = Stage.of(keyring(), token)
    assert stage is not None, "we have just issued it"
    return FormFiles(stage, rights or Rights(), new=True)


def files_of_form(form: TipForm) -> FormFiles:
    """Return the files that wait for the form that was sent, or for the page on which it is shown again."""
    token = form.presented
    if token is None or "stage" in request.form:
        return files_named(form.fresh_token)
    return FormFiles(Stage.of_token(keyring(), form.token.data, token), Rights.of(request.form))


def files_named(token: str) -> FormFiles:
    """Return the files that wait for what was sent.

    Args:
        token: of the page that would be shown again; files wait for it when the form named no other.
    """
    stage = staging.stage_of(keyring(), request.form)
    return FormFiles(stage, Rights.of(request.form)) if stage else no_files(token, Rights.of(request.form))


def take_files(files: FormFiles) -> FormFiles:
    """Take the files that came in a form's body, and leave out those that its reader ticked."""
    stage = files.stage
    if refs := request.form.getlist("leave_out")[:MOST_NAMED]:
        staging.remove(shelf(), stage, refs)
    sent = request.files.getlist("files")
    sentences = [wrong for upload in sent if (wrong := _take(stage, upload))]
    shown = set(request.form.getlist("has")[:MOST_NAMED]) - set(refs)
    if shown and staging.some_are_gone(reading(), shown):
        sentences.append(_(file_words.GONE))
    files.new = files.new and not sent
    if sentences:
        files.errors["files"] = " ".join(sentences)
    if wrong := file_words.wrong_with_rights(files.rights):
        files.errors["credit"] = wrong
    return files


def _take(stage: Stage, upload: FileStorage) -> str:
    """Store one file; return what is wrong with it."""
    name, size_bytes = taking.clean_name(upload.filename), _size_of(upload)
    if not name and not size_bytes and not _is_lost(upload):
        return ""  # a field in which nobody chose anything
    if _is_lost(upload):
        return file_words.sentence(NoRoom(""), name, settings())
    if size_bytes and not admitted_bytes(size_bytes):
        return file_words.said(file_words.TOO_OFTEN, name, settings())
    try:
        taking.take_whole(shelf(), stage, upload.stream, name, now=clock.now())
    except (Invalid, NoRoom, StorageAway) as error:
        return file_words.sentence(error, name, settings())
    return ""


@blueprint.route("/tip/files", methods=["POST"])
@public
def upload() -> Response:
    """Take a part of a file; without one, begin the file and say how much of it is here."""
    stage, part = _stage(), _part()
    # Beginning a file costs a row, so it counts as if a byte had come.
    if not admitted_bytes(max(len(part.content), 1)):
        raise TooMany(file_words.said(file_words.TOO_OFTEN, part.name, settings()))
    if not part.content:
        return _progress(taking.begin(shelf(), stage, part, now=clock.now()))
    return _progress(taking.take_part(shelf(), stage, part))


@blueprint.route("/tip/files/remove", methods=["POST"])
@public
def remove_upload() -> Response:
    """Erase a file that is not sent yet, by its ref or by the script's own name for it, or all of a form."""
    stage, upload = _stage(), request.form.get("upload", "")
    if request.form.get("all"):
        staging.remove_all(shelf(), stage)
    elif upload:
        staging.remove(shelf(), stage, uploads=[taking.upload_hash(shelf(), stage, upload[:LONGEST_UPLOAD])])
    else:
        staging.remove(shelf(), stage, [parse_ref(request.form.get("ref", ""))])
    return jsonify({"removed": True})


@blueprint.errorhandler(taking.NotTaken)
@blueprint.errorhandler(taking.BrokenUpload)
@blueprint.errorhandler(staging.TooManyFiles)
@blueprint.errorhandler(NoRoom)
@blueprint.errorhandler(StorageAway)
def refused(error: TiplineError) -> Response:
    """Tell a script what is wrong with its file."""
    return _refusal(
        file_words.sentence(error, taking.clean_name(request.form.get("name")), settings()), error.status
    )


@blueprint.errorhandler(NotOurs)
@blueprint.errorhandler(TooMany)
def turned_away(error: TiplineError) -> Response:
    return _refusal(_(error.message), error.status)


def _refusal(sentence: str, status: int) -> Response:
    response: Response = jsonify({"ref": "", "received": 0, "done": False, "error": sentence})
    response.status_code = status
    return response


def _stage() -> Stage:
    stage = staging.stage_of(keyring(), request.form)
    if stage is None:
        raise NotOurs(NOT_FROM_OUR_PAGE)
    return stage


def _part() -> taking.Part:
    fields = request.form
    upload = fields.get("upload", "")
    numbers = [fields.get(name, "0") for name in ("offset", "size")]
    if not UPLOAD.fullmatch(upload) or not all(NUMBER.fullmatch(number) for number in numbers):
        raise NotOurs(NO_PART)
    chunk = request.files.get("chunk")
    if chunk is not None and _is_lost(chunk):
        raise NoRoom("There is no room for files right now.")
    return taking.Part(
        upload=upload,
        name=fields.get("name", ""),
        offset=int(numbers[0]),
        size_bytes=int(numbers[1]),
        content=chunk.stream.read() if chunk else b"",
    )


def _progress(progress: taking.Progress) -> Response:
    answer = {"ref": progress.ref, "received": progress.received, "done": progress.done, "error": ""}
    response: Response = jsonify(answer)
    response.status_code = HTTPStatus.CREATED if progress.done else HTTPStatus.OK
    return response


def _size_of(upload: FileStorage) -> int:
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    return size


def _is_lost(upload: FileStorage) -> bool:
    """Say whether the disk was too full to hold it while it came."""
    return bool(getattr(upload.stream, "lost", False))
