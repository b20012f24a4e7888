import pytest

from tipline.intake.receipt import word_list
from tipline.intake.spelling import spelling_of


@pytest.mark.parametrize(
    ("typed", "word", "meant"),
    [
        ("abacus zoom abacus zookeper abacus zoom", "zookeper", ("zookeeper",)),
        ("abacus zoom abacus zom abacus zoom", "zom", ("mom", "zoom")),
        ("abacsu zoom abacus zoom abacus zoom", "abacsu", ("abacus",)),
        ("ABACUS-ZOOM-ABACUSS-ZOOM-ABACUS-ZOOM", "abacuss", ("abacus",)),
        ("abacus zoom t-shit zoom abacus zoom", "t-shit", ("t-shirt",)),
        ("abacus zoom qqqqqq zoom abacus zoom", "qqqqqq", ()),
        ("abacus zoom " + "a" * 300 + " zoom abacus zoom", "a" * 300, ()),
    ],
)
def test_a_slip_is_named_with_what_may_have_been_meant(typed, word, meant):
    (slip,) = spelling_of(typed).slips
    assert (slip.word, slip.meant) == (word, meant)


@pytest.mark.parametrize(
    "numbered",
    [
        "1. {} 2. {} 3. {} 4. {} 5. {} 6. {}",
        "1) {}\n2) {}\n3) {}\n4) {}\n5) {}\n6) {}",
        "– {} – {} – {} – {} – {} – {}",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        "abacsu zoom abacus zombi abacus zoom",
        "abacus zoom abacus zoom abacus",
        "abacus zoom t-shit zoom abacus zoom",
    ],
)
def test_words_in_a_list_get_the_same_answer_as_without_its_numbers(numbered, words):
    listed = numbered.format(*words.split(), *[""] * 6)
    assert spelling_of(listed) == spelling_of(words)


def test_a_word_in_other_letters_is_a_word():
    spelling = spelling_of("1. маяк 2. zoom")
    assert (spelling.count, [slip.word for slip in spelling.slips]) == (2, ["маяк"])


def test_six_words_with_clear_slips_are_put_right():
    typed, meant = "abacsu zoom abacus zombi abacus zoom", "abacus zoom abacus zombie abacus zoom"
    assert spelling_of(typed).corrected == meant


@pytest.mark.parametrize(
    "typed", ["abacus zoom abacus zoom abacus zoom", "abacus zoon", "abacus zoom qqqqqq zoon abacus zoom", ""]
)
def test_nothing_is_put_right_that_is_right_short_or_unclear(typed):
    assert spelling_of(typed).corrected == ""


def test_every_listed_word_is_known_however_it_is_written():
    for word in word_list():
        assert spelling_of(word).slips == ()
        assert spelling_of(word.upper().replace("-", "")).slips == ()
