import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.growth import growth

from tipline.text.tokens import MAX_WORD_CHARACTERS, content_words, excerpt, fold, unaccent, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Maks’s Łódź", "maks s lodz"),
        ("Beyoncé BEYONCE\u0301", "beyonce beyonce"),
        ("Straße, ÆSIR & Øre", "strasse aesir ore"),
        ("İstanbul ISTANBUL", "istanbul istanbul"),
        ("東京タワー", "東 京 タ ワ ー"),
        ("iPhone在北京", "iphone 在 北 京"),
        ("ไทย", "ไ ท ย"),
        ("한국어 말", "한국어 말"),
        ("Київ, Їжак", "киів іжак"),
        ("٣ ３ ³ ½", "3 3 3 1 2"),
        ("don't e-mail_me\x00now", "don t e mail me now"),
        ("محمّد", "محمد"),
        ("  ", ""),
        ("😀", ""),
    ],
)
def test_folding(text, folded):
    assert fold(text) == folded


def test_long_words_are_cut():
    assert fold("x" * 500 + " y") == "x" * MAX_WORD_CHARACTERS + " y"


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127) | st.sampled_from("’‘“”–—…"), max_size=200))
def test_a_text_folds_alike_whether_or_not_an_accent_stands_beside_it(text):
    assert fold(f"{text} é") == f"{fold(text)} e".strip()


@given(st.text())
def test_nothing_but_letters_digits_and_single_spaces_is_left(text):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert all(character == " " or character.isalnum() for character in folded)


@given(st.text(st.characters(max_codepoint=0x24FF)))
def test_sqlite_reads_the_very_words_that_we_do(text):
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'unicode61 remove_diacritics 0')")
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'row')")
    database.execute("INSERT INTO t VALUES (?)", (fold(text),))
    known = {word for word in words(text) if word.isascii()}
    assert known <= {row[0] for row in database.execute("SELECT term FROM v")}
    database.close()


def test_a_hostile_text_cannot_fill_the_memory():
    from tipline.text.tokens import _folding

    assert fold("é") == "e"
    fold("".join(map(chr, range(0x20000, 0x24000))))
    assert 0 < max(_folding) < 0x10000


def test_content_words_leave_out_what_every_text_has():
    assert content_words("The café is on 5th Avenue, don't you know") == {"cafe", "5th", "avenue", "know"}
    assert content_words("El anillo de la actriz y su madre") == {"anillo", "actriz", "madre"}
    assert content_words("Вона була у місті з ним, її бачили") == {"місті", "ним", "бачили"}
    assert content_words("我在") == {"我", "在"}


def test_accents_come_off_without_the_letter_case():
    assert unaccent("Beyoncé ŁÓDŹ") == "Beyonce LODZ"


def test_an_excerpt_shows_where_the_words_stand():
    text = "Nothing here. " * 30 + "Then Beyoncé’s sister came to the bar. " + "And more of it. " * 30
    pieces = excerpt(text, ["beyonce", "bar"], 80)
    assert [piece for piece, hit in pieces if hit] == ["Beyoncé", "bar"]
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert len("".join(piece for piece, _ in pieces)) <= 84


def test_a_short_text_is_shown_whole():
    assert excerpt("Ana\n at LAX", ["ana"], 100) == [("Ana", True), (" at LAX", False)]
    assert excerpt("Ana at LAX", [], 100) == [("Ana at LAX", False)]
    assert excerpt("", ["x"], 100) == []


def test_a_long_text_without_a_hit_is_shown_from_its_beginning():
    pieces = excerpt("word " * 100, ["absent"], 30)
    assert pieces[0][0].startswith("word word")
    assert pieces[-1] == (" …", False)


def test_single_characters_are_hits_where_words_have_no_spaces():
    assert excerpt("iPhone在北京a", ["北", "京", "a"], 20) == [
        ("iPhone在", False),
        ("北", True),
        ("京", True),
        ("a", True),
    ]


@given(st.text(), st.lists(st.text(max_size=3), max_size=3), st.integers(1, 50))
def test_an_excerpt_invents_nothing(text, sought, width):
    flat = " ".join(text.split())
    inner = "".join(piece for piece, _ in excerpt(text, sought, width)).removeprefix("… ").removesuffix(" …")
    assert inner in flat or "…" in text


@pytest.mark.thorough
@pytest.mark.parametrize("unit", ["a", "a ", "中", "\u0301", "é", "\U00020000", "  "])
def test_folding_is_linear(unit):
    assert growth(fold, unit, 200_000) < 9


@pytest.mark.thorough
def test_excerpts_are_linear():
    assert growth(lambda text: excerpt(text, ["a"], 200), "a b ", 80_000) < 9
