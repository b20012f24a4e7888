"""Which language is meant, and what catalogues, numbers and times say in it."""

import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline import paths
from tipline.languages import LANGUAGES
from tipline.text import catalogue as catalogues
from tipline.text.language import catalogue, direction, negotiate, spoken, tag_of
from tipline.text.numbers import decimal
from tipline.text.times import exact

AT = datetime(2022, 3, 8, 15, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("es", "es"), ("ES-mx", "es"), ("zh-Hant-TW", "zh"), ("de-x-private", "de"), ("zh-a-x-y", "zh"),
        ("ckb", None), ("eng", None), ("", None), ("-", None), ("x-de", None),
    ],
)  # fmt: skip
def test_a_tag_is_looked_up_from_its_end(tag, language):
    assert spoken(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("de;q=0.5,fr;q=0.7", "fr"),
        ("fr, de", "fr"),
        ("ckb, ar;q=0.2", "ar"),
        ("fr ; q=0.8 ,\tde ; q=0.9", "de"),
        ("de;q=0", None),
        ("de;q=0, de-AT", None),
        ("*", None),
        ("tlh", None),
        ("", None),
    ],
)
def test_the_best_liked_language_of_ours_wins(header, language):
    assert negotiate(header) == language


@pytest.mark.parametrize(
    "header", [";;;,,q=9", "de;q=2", "de;q=-1", "de;q=nan", "de;level=1", "dé", "de\x00", "dė;q=0.٥"]
)
def test_what_cannot_be_read_is_passed_over(header):
    assert negotiate(header) is None
    assert negotiate(f"{header}, uk") == "uk"


@given(st.text(max_size=300))
def test_no_header_is_too_strange(header):
    assert negotiate(header) in {*LANGUAGES, None}


def test_a_giant_header_costs_little():
    began = time.process_time()
    for number in range(20):
        assert negotiate(f"x{number}-" + "a-" * 500_000 + ",de") is None
        assert negotiate(f"x{number}," * 200_000 + "de") is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize("tag", ['"><script>', "x" * 40, "e", "en_US", "", "es\n"])
def test_what_is_no_tag_is_none(tag):
    assert tag_of(tag) == ""


def test_directions():
    assert {language for language in LANGUAGES if direction(language) == "rtl"} == {"ar"}
    assert direction("ar-EG") == "rtl"


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        ("en", {0: "0 days", 1: "1 day", 2: "2 days"}),
        ("es", {0: "0 días", 1: "1 día", 2: "2 días"}),
        ("fr", {0: "0 jour", 1: "1 jour", 2: "2 jours"}),
        ("de", {0: "0 Tage", 1: "1 Tag", 2: "2 Tage"}),
        ("pt", {1: "1 dia", 2: "2 dias"}),
        ("uk", {1: "1 день", 2: "2 дні", 5: "5 днів", 11: "11 днів", 21: "21 день", 112: "112 днів"}),
        ("ar", {0: "أقل من يوم", 1: "يوم واحد", 2: "يومان", 3: "3 أيام", 103: "103 أيام"}),
        ("ar", {11: "11 يومًا", 99: "99 يومًا", 100: "100 يوم", 101: "101 يوم", 111: "111 يومًا"}),
        ("zh", {1: "1 天", 2: "2 天"}),
    ],
)  # fmt: skip
def test_plurals_follow_each_language(language, counted):
    said = {
        number: catalogue(language).ngettext("%(num)s day", "%(num)s days", number) % {"num": number}
        for number in counted
    }
    assert said == counted


def test_the_empty_message_stays_empty():
    assert [catalogue(language).gettext("") for language in LANGUAGES] == [""] * len(LANGUAGES)


def test_a_message_without_translation_stays_english():
    assert catalogue("de").gettext("Nobody has written this yet") == "Nobody has written this yet"


def test_a_catalogue_is_read_once():
    catalogues.catalogue.cache_clear()
    for language in LANGUAGES:
        assert catalogue(language) is catalogue(language)


@pytest.mark.parametrize(
    "text",
    [None, "", 'msgid "x', "\x00\x01", 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n**9;\\n"\n'],
)
def test_a_broken_catalogue_leaves_its_readers_english(tmp_path, monkeypatch, caplog, text):
    if text is not None:
        (tmp_path / "de.po").write_text(text)
    monkeypatch.setattr(paths, "translations", lambda: tmp_path)
    catalogues.catalogue.cache_clear()
    try:
        assert catalogue("de").gettext("Send") == "Send"
        assert text == "" or "cannot be read" in caplog.text
    finally:
        catalogues.catalogue.cache_clear()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "8 March 2022, 7:29 am PST"),
        ("es", "8 de marzo de 2022, 7:29 (UTC−8)"),
        ("fr", "8 mars 2022, 07:29 (UTC−8)"),
        ("de", "8. März 2022, 07:29 (UTC−8)"),
        ("pt", "8 de março de 2022 às 07:29 (UTC−8)"),
        ("uk", "8 березня 2022 р., 07:29 (UTC−8)"),
        ("ar", "8 مارس 2022، 7:29 ص (UTC−8)"),
        ("zh", "2022年3月8日 07:29 (UTC−8)"),
    ],
)
def test_times_are_said_as_the_language_says_them_with_their_zone(language, words):
    assert re.sub(r"\s", " ", exact(AT, "America/Los_Angeles", language)) == words


def test_zones_are_told_by_their_distance():
    assert exact(AT, "UTC", "fr").endswith("(UTC)")
    assert exact(AT, "Asia/Kolkata", "fr").endswith("(UTC+5:30)")
    assert exact(AT, "America/St_Johns", "fr").endswith("(UTC−3:30)")


@pytest.mark.parametrize(
    ("language", "written"), [("en", "20,000"), ("de", "20.000"), ("fr", "20\u202f000"), ("ar", "20,000")]
)
def test_numbers_are_written_as_the_language_writes_them(language, written):
    assert decimal(20_000, language) == written
    assert decimal(999, language) == "999"


@pytest.mark.parametrize(("text", "tag"), [("zh-Hant-TW", "zh-Hant-TW"), ("zho-Abcdefgh-1234", "")])
def test_a_tag_is_no_longer_than_what_a_tip_keeps(text, tag):
    assert tag_of(text) == tag
