"""Kind first: the same fields, worded for a tip, a correction, a press release or a question."""

import re

import pytest
from builders import a_story
from intake.readers import errors_on, send, tips_in

from tipline.intake.questions import QUESTIONS
from tipline.models import Kind


@pytest.mark.parametrize("kind", list(Kind))
def test_an_address_can_choose_the_kind(client, kind):
    assert (
        f'value="{kind}"'
        in re.search(r"<input[^>]*name=\"kind\"[^>]* checked>", client.get(f"/tip?kind={kind}").text)[0]
    )


def test_a_kind_we_do_not_know_is_a_tip(client):
    assert re.search(r'value="tip"[^>]* checked', client.get("/tip?kind=gossip").text)


@pytest.mark.parametrize(("kind", "opened"), [("tip", 0), ("question", 0), ("correction", 1), ("release", 1)])
def test_what_matters_for_the_kind_is_open(client, kind, opened):
    assert client.get(f"/tip?kind={kind}").text.count('<details id="details" class="fold" open>') == opened


def test_every_question_has_words_for_every_kind_it_is_asked_of():
    for question in QUESTIONS.values():
        worded = {kind for kinds, _text in question.label for kind in kinds.split()}
        asked_of = set(question.fits.split() or Kind) if worded else set()
        assert worded >= asked_of, question.name


def test_an_answer_that_does_not_fit_the_kind_is_stored_all_the_same(client, db):
    assert send(client, kind="question", place="Leith", happened="Saturday", how="saw").status_code == 201
    tip = tips_in(db)[0]
    assert (tip.kind, tip.place, tip.happened, tip.how) == ("question", "Leith", "Saturday", "saw")


def test_a_sentence_names_the_field_as_its_kind_calls_it(client):
    page = send(client, kind="release", happened="x" * 501)
    assert errors_on(page) == {
        "happened": "Shorten “Is there an embargo?” to 500 characters; it has 501 now."
    }


def test_a_correction_from_a_story_page_need_not_name_the_story(client, db):
    about = re.compile(r'<div class="field"([^>]*)>\s*<label for="about">')
    assert about.search(client.get("/tip").text)[1] == ""
    page = client.get(f"/tip?story={a_story(db).slug}")
    assert about.search(page.text)[1] == ' data-for="tip release question"'


def test_the_same_sentence_stands_at_the_field(client):
    page = send(client, email="vera")
    sentence = errors_on(page)["email"]
    assert page.text.count(sentence) == 2
    field = re.search(r'<input id="email"[^>]*>', page.text)[0]
    assert 'aria-describedby="email-error"' in field
    assert 'aria-invalid="true"' in field
