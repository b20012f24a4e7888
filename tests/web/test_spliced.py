import gzip

import pytest

from tipline.web.spliced import MOST_STORED_BYTES, Spliced

PAGE = "<p>Zoë ‹A›</p>" + "much the same, " * 500 + "‹B› and ‹A› again"
MARKS = {"first": "‹A›", "second": "‹B›"}


@pytest.mark.parametrize("words", [("x", "y"), ("", ""), ("é" * 300, "‹A›"), ("z" * MOST_STORED_BYTES, "y")])
def test_words_stand_in_their_places_packed_or_not(words):
    first, second = words
    page = Spliced(PAGE, MARKS)
    # one pass, so that a word which looks like a mark stays a word
    wanted = f"<p>Zoë {first}</p>" + "much the same, " * 500 + f"{second} and {first} again"
    assert page.text({"first": first, "second": second}) == wanted
    assert gzip.decompress(page.gzipped({"first": first, "second": second})).decode() == wanted


def test_a_page_without_marks_is_itself():
    assert Spliced("plain", MARKS).text({}) == "plain"
    assert gzip.decompress(Spliced("plain", MARKS).gzipped({})) == b"plain"


def test_what_stays_is_compressed():
    packed = Spliced(PAGE, MARKS).gzipped({"first": "x", "second": "y"})
    assert len(packed) < len(PAGE) / 20


def test_a_word_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        Spliced(PAGE, MARKS).text({"first": "x"})
