import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.growth import growth

from tipline.text.names import MAX_CANDIDATES, Candidate, candidates, find_candidates

STORY = """Danylo Hrytsenko Planning To Leave 'Ballroom Nights' For Good!
After Danylo Hrytsenko’s long tour, the last thing we’d expect is a farewell. But that’s what Dany plans.
However, Dany apparently told Ines Amaral of Radio Sete first. Ines Amaral asked twice.
He told Amaral: “It was in Warsaw. I spent a Monday with Dany’s mother.” Wow. Interesting.
Related: Dany’s Wife Marta Quiroga Is ‘Forever Grateful’ For His Safe Return"""


def test_the_people_of_a_story_come_in_the_order_of_their_weight():
    found = find_candidates(STORY)
    assert found[0] == Candidate("Danylo Hrytsenko", ("Dany",), 6)
    assert found[1] == Candidate("Ines Amaral", (), 3)
    assert "Marta Quiroga" in [candidate.name for candidate in found]


@pytest.mark.parametrize(
    "absent", ["Wow", "Monday", "However", "Interesting", "Dany", "Amaral", "Forever Grateful", "After"]
)
def test_what_is_no_name_or_part_of_one_is_not_offered(absent):
    assert absent not in candidates(STORY)


@pytest.mark.parametrize(
    ("tip", "names"),
    [
        (
            "I saw Maks at Warsaw Chopin airport this morning, heading to the border",
            ["Maks", "Warsaw Chopin"],
        ),
        ("then Ludwig van der Meer met some friends", ["Ludwig van der Meer"]),
        ("we saw Abdul al-Assadi with her", ["Abdul al-Assadi"]),
        ("it was Siobhán O’Neill’s birthday", ["Siobhán O’Neill"]),
        ("she left with J. K. Marlowe and with Samuel L. Dawson", ["J. K. Marlowe", "Samuel L. Dawson"]),
        ("he knows Jean-Luc Perrin, not Cardi B", ["Jean-Luc Perrin", "Cardi B"]),
        ("it was JJ Whitlock on the phone", ["JJ Whitlock"]),
        ("they say Dr. Ana Ruiz delivered the baby", ["Ana Ruiz"]),
        ("the Ukrainian actor Pavlo Lys was there", ["Pavlo Lys"]),
        ("we met Ukrainian Actor Pavlo Lys there", ["Pavlo Lys"]),
        ("we met d’Artagnan Brown in the bar", ["d’Artagnan Brown"]),
        ("old Henry VIII and his wives", ["Henry VIII"]),
        ("Вчора Олена Коваленко приїхала. З нею був Макс Бондар", ["Олена Коваленко", "Макс Бондар"]),
        ("ayer vi a María José Pérez en Madrid, no a ella", ["María José Pérez", "Madrid"]),
        ("We watched “The Harbor” with Ana Ruiz", ["Ana Ruiz"]),
        ("They live in the United States or in France, say the Kowalskis", []),
        ("Don’t call me. I’m out. It’s CNN and the BBC", []),
        ("she lives far up in the Northern Lakes now", []),
        ("we saw Actor de Luca there", ["Luca"]),
        ("Will Sanders said so", ["Will Sanders"]),
        ("sitting with Ana Ruiz\nLopez called", ["Ana Ruiz"]),
        ("the Dancing thing, that U.S. thing, and Running", []),
        ("maks was there", []),
        ("MAKS WAS THERE", []),
        ("我看到王菲在机场", []),
        ("رأيت محمد صلاح في المطار", []),
        ("", []),
    ],
)
def test_the_names_of_a_short_tip(tip, names):
    assert candidates(tip) == names


def test_a_shorter_full_name_counts_for_the_longer():
    assert find_candidates("we saw Ana Ruiz Peña and later Ana Ruiz") == [Candidate("Ana Ruiz Peña", (), 2)]


def test_the_verb_of_a_headline_is_no_name():
    story = "Ana Ruiz Giggles All The Way Home\nThe night was long for Ana Ruiz and her dog."
    assert find_candidates(story) == [Candidate("Ana Ruiz", (), 2)]
    assert candidates("Ana Ruiz Buys A Lighthouse By The Sea") == ["Ana Ruiz"]


def test_a_short_form_that_fits_two_people_stays_its_own():
    assert candidates("we saw Maksim Horak and Maksym Lysenko; only Maks spoke") == [
        "Maksim Horak",
        "Maksym Lysenko",
        "Maks",
    ]


def test_accents_do_not_make_another_person():
    assert find_candidates("we saw René Moreau, yes, Rene Moreau")[0].count == 2


def test_where_every_noun_has_a_capital_single_words_tell_nothing():
    text = (
        "gestern saß die Frau an der Bar und der Kellner brachte dem Gast mit dem Hut einen Wein,"
        " während im Saal ein Chor das Lied über den Wald und das Meer sang, das Anna Kowalska schrieb"
    )
    assert candidates(text) == ["Anna Kowalska"]


def test_more_names_than_anybody_reads_are_cut():
    text = "\n".join(
        f"so {chr(65 + n % 26)}x{chr(97 + n // 26)} {chr(65 + n % 26)}y{chr(97 + n // 26)} it is"
        for n in range(520)
    )
    assert len(find_candidates(text)) <= 2 * MAX_CANDIDATES


@given(st.text() | st.text("AaIJ.ʼ’'- \n“"))
def test_any_text_can_be_asked(text):
    assert all(name.strip() == name != "" for name in candidates(text))


@pytest.mark.parametrize("text", ["it was ʼAuhea", "seen: ʼ. ʼ‐ Xʼ alʼʼX", "von-ʼ van-"])
def test_an_apostrophe_that_counts_as_a_letter_begins_no_word(text):
    assert all(name.strip("ʼ") == name for name in candidates(text))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "unit",
    ["Ana Ruiz ", "Ana de ", "A. ", "Ana’s ", "Ana\n", "de ", "a-", "Ana. Ana ", "I ", "De ", "Actor "],
)
def test_the_cost_follows_the_length(unit):
    assert growth(candidates, unit, 30_000) < 9
