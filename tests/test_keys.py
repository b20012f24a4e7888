import pytest

from tipline.keys import Keyring, SealBroken

RING = Keyring({"new": b"n" * 32, "old": b"o" * 32})


def test_what_is_sealed_opens_for_its_row_only():
    sealed = RING.seal(b"ana@example.org", bound_to="contact:A")
    assert RING.open(sealed, key_id="new", bound_to="contact:A") == b"ana@example.org"
    for key_id, bound_to, value in [
        ("old", "contact:A", sealed),
        ("new", "contact:B", sealed),
        ("new", "contact:A", sealed[:-1] + b"x"),
        ("gone", "contact:A", sealed),
    ]:
        with pytest.raises(SealBroken):
            RING.open(value, key_id=key_id, bound_to=bound_to)


def test_sealing_twice_gives_nothing_away():
    assert RING.seal(b"a", bound_to="x") != RING.seal(b"a", bound_to="x")


def test_hashes_differ_by_purpose_key_and_the_edges_of_their_parts():
    hashes = {RING.mac("a", b"xy"), RING.mac("b", b"xy"), RING.mac("a", b"x", b"y")}
    hashes.add(RING.mac("a", b"xy", key_id="old"))
    assert len(hashes) == 4
    assert RING.mac("a", b"xy") in hashes
