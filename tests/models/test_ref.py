import pytest

from tipline.errors import NotFound
from tipline.models import new_ref, parse_ref, show_ref


def test_a_ref_survives_being_read_aloud():
    ref = new_ref()
    assert parse_ref(show_ref(ref).lower()) == ref
    assert parse_ref(" " + ref) == ref
    assert parse_ref("o1il-0000") == "01110000"


def test_refs_are_not_repeated():
    assert len({new_ref() for _ in range(5000)}) == 5000


@pytest.mark.parametrize("text", ["", "K7Q2", "K7Q2-FD9X1", "K7Q2-FDUX", "../../..", "K7Q2\0D9X"])
def test_what_cannot_be_a_ref_is_nothing_here(text):
    with pytest.raises(NotFound):
        parse_ref(text)
