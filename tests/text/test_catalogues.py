"""Every catalogue is complete and safe: nothing missing, no other placeholders, no HTML of its own."""

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tipline.languages import DEFAULT, LANGUAGES

LOADER = SourceFileLoader("translate", str(Path(__file__).parents[2] / ".ci" / "translate"))
translate = importlib.util.module_from_spec(importlib.util.spec_from_loader("translate", LOADER))
LOADER.exec_module(translate)


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return translate.extracted()


@pytest.mark.thorough
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != DEFAULT])
def test_a_catalogue_is_complete(wanted, language):
    assert list(translate.wrong_with(translate.read(language), wanted)) == []


@pytest.mark.thorough
def test_words_are_found_in_code_constants_and_templates(wanted):
    assert wanted.get("Type the six words of your receipt.") is not None
    assert wanted.get("The database does not answer; nothing was changed. Try again in a minute.") is not None
    assert wanted.get("Star Seeker") is not None
    assert wanted.get(("%(num)s day", "%(num)s days")).pluralizable


def a_catalogue(source, target, **flags) -> tuple[Catalog, Catalog]:
    catalogue, wanted = Catalog(locale="de"), Catalog()
    catalogue.add(source, target, **flags)
    wanted.add(source)
    return catalogue, wanted


@pytest.mark.parametrize(
    ("source", "target", "trouble"),
    [
        ("Hello", "", "untranslated"),
        ("About %(name)s", "Über %(nom)s", "other placeholders"),
        ("About %(name)s", "Über", "other placeholders"),
        ("100 {word}", "100", "other placeholders"),
        (("%(num)s day", "%(num)s days"), ("%(num)s Tag",), "1 plural forms instead of 2"),
        (("%(num)s day", "%(num)s days"), ("%(num)s Tag", ""), "untranslated"),
        (("%(num)s day, %(q)s", "%(num)s days, %(q)s"), ("ein Tag", "%(num)s, %(q)s"), "other placeholders"),
        ("Hello", "<b>Hallo</b>", "HTML that the message does not have"),
        ("Hello", "Hallo <script", "HTML that the message does not have"),
        ("Hello", "Hallo&lt;", "HTML that the message does not have"),
        ("Hello", "Hallo ", "other spaces at its ends"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(source, target, trouble):
    found = list(translate.wrong_with(*a_catalogue(source, target)))
    assert len(found) == 1
    assert found[0].startswith(trouble)


def test_what_is_right_is_not_told():
    assert list(translate.wrong_with(*a_catalogue("<b>%(n)s</b>", "<b>%(n)s</b>"))) == []
    one_word = a_catalogue(("%(num)s day", "%(num)s days"), ("ein Tag", "%(num)s Tage"))
    assert list(translate.wrong_with(*one_word)) == []


def test_missing_fuzzy_and_forgotten_messages_are_told():
    catalogue, wanted = a_catalogue("Hello", "Hallo", flags=["fuzzy"])
    wanted.add("New")
    catalogue.add("Old", "Alt")
    found = list(translate.wrong_with(catalogue, wanted))
    assert found == ["fuzzy: 'Hello'", "missing: 'New'", "no longer said: 'Old'"]
