"""What a receipt says of the files that came with a tip."""

import re
from html import unescape

import pytest
from files.conftest import engine, scrubbed, sent  # noqa: F401
from intake.readers import open_form, words_on
from intake.sending import JPEG, send_files, shelf_of
from sqlalchemy import update

from tipline.files import scrubbing
from tipline.keeping.erase import erase_files
from tipline.models import Attachment
from tipline.scrub import run
from tipline.scrub.found import CannotScrub, WhySealed
from tipline.terms import Datum


@pytest.fixture
def receipt(client):
    """A function: sends a tip with a file; returns the words of its receipt."""

    def send(**answers) -> str:
        token = open_form(client)
        return words_on(send_files(client, ("holiday of <Vera>.jpg", JPEG), token=token, **answers))

    return send


def files_on(client, words, query="") -> str:
    page = client.post(f"/receipt{query}", data={"code": words})
    found = re.search(r'<ul class="sent-files".*?</section>', page.text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def scrub(app) -> None:
    while scrubbing.scrub_next(shelf_of(app)):
        pass


def test_a_file_that_waits_is_said_to_be_cleaned(client, receipt):
    assert files_on(client, receipt()) == (
        "holiday of <Vera>.jpg JPEG, 1 kB We are still cleaning it. Nobody has seen it yet."
    )


def test_what_was_taken_out_is_listed(app, client, receipt, engine):  # noqa: F811
    words = receipt()
    scrub(app)
    assert files_on(client, words).endswith(
        "The newsroom sees a copy, from which we took: "
        "where it was taken serial numbers and notes of the camera"
    )


def test_it_is_said_in_the_readers_language(app, client, receipt, engine):  # noqa: F811
    words = receipt()
    scrub(app)
    assert "Die Redaktion sieht eine Kopie, aus der wir entfernt haben:" in files_on(
        client, words, "?lang=de"
    )


def test_nothing_found_is_said_so(app, client, db, receipt, engine):  # noqa: F811
    words = receipt()
    scrub(app)
    with db.write() as session:
        session.execute(update(Attachment).values(removed=[]))
    assert files_on(client, words).endswith("There was nothing in it to take out.")


@pytest.mark.parametrize("allowed", [True, False])
def test_facts_are_spoken_of_only_when_they_were_allowed(app, client, receipt, engine, allowed):  # noqa: F811
    words = receipt(**({"files_facts": "y"} if allowed else {}))
    scrub(app)
    assert ("As you allowed, staff may see when and where" in files_on(client, words)) is allowed


def test_a_sealed_file_says_why(app, client, receipt, monkeypatch):
    def locked(*_arguments, **_more):
        raise CannotScrub(WhySealed.LOCKED)

    monkeypatch.setattr(run, "scrub", locked)
    words = receipt()
    scrub(app)
    assert files_on(client, words).endswith(
        "The newsroom sees that it is here, and does not see what is in it. "
        "It is locked with a password, so we could not clean it."
    )


def test_an_erased_original_is_told_and_an_erased_file_is_gone(app, client, db, receipt, engine, now):  # noqa: F811
    words = receipt()
    scrub(app)
    with db.write() as session:
        erase_files(session, [1], Datum.ORIGINALS, now)
    assert files_on(client, words).endswith("The original is erased.")
    with db.write() as session:
        erase_files(session, [1], Datum.COPIES, now)
    assert files_on(client, words) == ""
