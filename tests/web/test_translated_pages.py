"""Whatever readers' pages say is in the catalogue of their language: no word of English was forgotten."""

import re
from html.parser import HTMLParser

import pytest
from builders import a_person, a_story
from intake.readers import open_form
from sqlalchemy import insert

from tipline import languages
from tipline.models import StoryPerson
from tipline.text.language import catalogue

NAMES = {
    "The Lantern",
    "Ilka Brandvold",
    "Il",
    "Bea Lindqvist",
    "Drummer buys lighthouse",
    *languages.LANGUAGES.values(),
}
SPOKEN_ATTRIBUTES = {
    "aria-label",
    "alt",
    "title",
    "placeholder",
    "data-copied",
    "data-selected",
    "data-saved",
    "data-left",
    "data-over",
    "data-sending",
    "data-kept",
    "data-back",
    "data-forgotten",
    "data-full",
    "data-once-more",
}
VOID = {"meta", "link", "input", "img", "br", "hr"}
PAGES = [
    "/", "/?after=x", "/tip", "/receipt", "/stars", "/stars?q=Ilka", "/stars?q=zzz", "/stars/ilka-brandvold",
    "/stars/nobody", "/privacy", "/help", "/help/nothing", "/nowhere", "/stories/lighthouse",
    "/stories/nothing",
]  # fmt: skip


class Said(HTMLParser):
    """Collects what a page says in its own language: text and spoken attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._foreign: list[bool] = []

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        foreign = any(self._foreign) or tag in {"script", "style", "time", "code"}
        foreign = foreign or (tag != "html" and "lang" in own)
        if not foreign:
            self.words += [" ".join(value.split()) for name, value in attrs if name in SPOKEN_ATTRIBUTES]
        if tag not in VOID:
            self._foreign.append(foreign)

    def handle_endtag(self, tag):
        self._foreign.pop()

    def handle_data(self, data):
        if data.strip() and not any(self._foreign):
            self.words.append(" ".join(data.split()))


def sentences_of(language: str) -> re.Pattern[str]:
    """A pattern of everything that a catalogue can say."""
    whole = {message for key, message in vars(catalogue(language))["_catalog"].items() if key}
    said = whole.union(*(message.split(" · ") for message in whole))
    patterns = [re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(" ".join(message.split()))) for message in said]
    return re.compile("|".join(patterns))


def forgotten(text: str, language: str) -> list[str]:
    page, known = Said(), sentences_of(language)
    page.feed(text)
    words = [part.strip(" ·()") for each in page.words for part in each.split(" · ")]

    def is_known(word: str) -> bool:
        bare = word.rstrip(": ")
        return (
            bare in NAMES
            or any(map(known.fullmatch, (word, bare, bare + ":")))
            or not re.search(r"[^\W\d]{2}", word)
        )

    return [
        word
        for word in words
        if not is_known(word) and not all(is_known(part + ":") for part in word.split(": "))
    ]


@pytest.fixture
def furnished(db) -> None:
    story = a_story(db, slug="lighthouse", published_flag="odd", published_raw="x", credits=["Nils"])
    other = a_story(db, "Rain", slug="rain")
    person = a_person(db, aliases=("Il",))
    with db.write() as session:
        rows = [{"story_id": each.id, "person_id": person.id} for each in (story, other)]
        session.execute(insert(StoryPerson), rows)


@pytest.mark.thorough
@pytest.mark.parametrize("language", [code for code in languages.LANGUAGES if code != languages.DEFAULT])
def test_no_english_is_left_on_readers_pages(client, furnished, language):
    left = {}
    for path in PAGES:
        text = client.get(path, headers={"Accept-Language": language}).text
        assert f'<html lang="{language}"' in text
        if words := forgotten(text, language):
            left[path] = words
    assert left == {}


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["de", "ar"])
def test_no_english_is_left_after_a_tip_was_sent(client, language):
    address = f"?lang={language}"
    sent = client.post(f"/tip{address}", data={"body": "12", "token": open_form(client)})
    words = " ".join(re.findall(r"<span>(\w[\w-]*)</span>", sent.text))
    status = client.post(f"/receipt{address}", data={"code": words})
    empty = client.post(f"/receipt/reply{address}", data={"code": words})
    long = client.post(f"/receipt/reply{address}", data={"code": words, "message": "1" * 20_001})
    unknown = client.post(f"/receipt{address}", data={"code": "abacus", "message": "12"})
    strange = client.post(f"/receipt{address}", data={"code": "a b c d e zzz"})
    statuses = [page.status_code for page in (sent, status, empty, long, unknown, strange)]
    assert statuses == [201, 200, 422, 422, 404, 404]
    for page in (sent, status, empty, long, unknown, strange):
        assert forgotten(page.text, language) == []


def test_english_that_was_forgotten_is_found(client, furnished):
    text = client.get("/?lang=de").text.replace(
        "</main>", "<p>Read more</p><i aria-label='Go on'></i></main>"
    )
    assert forgotten(text, "de") == ["Read more", "Go on"]
