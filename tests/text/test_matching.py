from text.growth import growth

from tipline.text.matching import NameIndex, find_names

KNOWN = {
    "Rose": "rose",
    "Jean-Luc Perrin": "perrin",
    "María López": "lopez",
    "Maria Lopez Garcia": "garcia",
    "Maks": "maks",
    "王菲": "faye",
    "O’Neill": "oneill",
    "": "nobody",
    "Beyoncé": "beyonce",
}


def found(text):
    return find_names(text, KNOWN)


def test_full_names_are_found_in_any_case_and_spelling():
    assert found("JEAN LUC PERRIN and maria lopez") == ["perrin", "lopez"]


def test_single_names_keep_their_case():
    assert found("a rose for Rose") == ["rose"]
    assert found("a rose, maks, MAKS") == []


def test_a_possessive_is_a_boundary_and_a_longer_word_is_none():
    assert found("Maks’s wife") == ["maks"]
    assert found("Maks's wife") == ["maks"]
    assert found("Maksim, Maksy, xMaks") == []


def test_the_longest_name_wins():
    assert found("María López García") == ["garcia"]
    assert found("María López and García") == ["lopez"]


def test_everybody_is_named_once_in_order_of_appearance():
    assert found("Rose, Maks, Rose, María López, Maks") == ["rose", "maks", "lopez"]


def test_names_without_spaces_are_found_within_a_sentence():
    assert found("我看到王菲在机场") == ["faye"]


def test_apostrophes_and_accents_never_matter():
    assert found("O'Neill met Beyonce\u0301 and Beyonce") == ["oneill", "beyonce"]


def test_what_a_name_stands_for_may_be_zero():
    assert find_names("we saw Ana Ruiz", {"Ana Ruiz": 0}) == [0]


def test_nobody_is_named_in_nothing():
    assert found("") == []
    assert find_names("Maks", {}) == []


def test_thousands_of_names_cost_no_more_than_the_text():
    index = NameIndex({f"Person{number} Surname{number}": number for number in range(20_000)})
    assert index.find("then person7 SURNAME7 met Person19999 Surname19999") == [7, 19999]
    assert growth(index.find, "person7 surname7 and ", 40_000) < 9
