import pytest

from tipline.text.slugs import MAX_SLUG_CHARACTERS, numbered, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Zoë’s BACK — And She’s “Fine”!", "zoe-s-back-and-she-s-fine"),
        ("already-a-slug", "already-a-slug"),
        ("%d8%aa%d8%b3%d8%b1%d9%8a%d8%a8", "تسريب"),
        ("!!! ---", ""),
        ("", ""),
    ],
)
def test_a_slug_is_the_folded_words(text, slug):
    assert slugify(text) == slug


def test_a_long_slug_is_cut_at_a_word():
    slug = slugify("lighthouse " * 40)
    assert len(slug) <= MAX_SLUG_CHARACTERS
    assert set(slug.split("-")) == {"lighthouse"}


def test_the_second_of_a_name_has_a_number():
    assert [numbered("drummer", number) for number in (1, 2, 3)] == ["drummer", "drummer-2", "drummer-3"]
