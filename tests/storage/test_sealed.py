"""A sealed file: what goes in comes out, from anywhere; whatever was done to its parts is found."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.storage import NoRoom
from tipline.storage.sealed import (
    COPY,
    NONCE_BYTES,
    ORIGINAL,
    PART_BYTES,
    FileBroken,
    SealedFile,
    new_key,
    new_name,
    parts_of,
    write,
)

CONTENT = os.urandom(2 * PART_BYTES + 1000)
CANARY = b"canary of the clear text " * 40


class Shelf(dict):
    """A storage in memory, with room for so many objects."""

    room = 99

    def put(self, key, content):
        if len(self) >= self.room:
            raise NoRoom("full")
        self[key] = content

    def delete(self, key):
        self.pop(key, None)

    get = dict.__getitem__


def sealed(storage, content=CONTENT, *, name="ab/f-", key=b"k" * 32, role=ORIGINAL):
    write(storage, name, key, io.BytesIO(content), role=role, size_bytes=len(content))
    return SealedFile(storage, name, key, role=role, size_bytes=len(content))


@pytest.mark.parametrize("size", [1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES])
def test_what_is_sealed_is_read(size):
    storage = Shelf()
    assert sealed(storage, CONTENT[:size]).read() == CONTENT[:size]
    assert len(storage) == parts_of(size)


@given(st.lists(st.tuples(st.integers(0, len(CONTENT) + 9), st.integers(1, 900_000)), max_size=6))
def test_it_is_read_from_anywhere(steps):
    file, clear = sealed(Shelf()), io.BytesIO(CONTENT)
    for place, size in steps:
        assert file.seek(place) == clear.seek(place)
        assert file.read(size) == clear.read(size)
        assert file.tell() == clear.tell()


def test_it_is_given_part_by_part():
    assert b"".join(sealed(Shelf()).pieces()) == CONTENT


def test_nothing_of_it_stands_in_the_storage_in_clear():
    storage = Shelf()
    sealed(storage, CANARY)
    assert not any(b"canary" in kept or b"clear" in kept for kept in storage.values())


def test_no_two_parts_are_sealed_alike():
    storage = Shelf()
    sealed(storage, b"\0" * (2 * PART_BYTES))
    sealed(storage, b"\0" * (2 * PART_BYTES), name="ab/g-")
    assert len({kept[:NONCE_BYTES] for kept in storage.values()}) == 4
    assert len({kept[NONCE_BYTES:] for kept in storage.values()}) == 4


def cut(storage):
    del storage["ab/f-2"]
    storage["ab/f-2"] = storage["ab/f-1"]


def exchange(storage):
    storage["ab/f-0"], storage["ab/f-1"] = storage["ab/f-1"], storage["ab/f-0"]


def flip(storage):
    changed = bytearray(storage["ab/f-1"])
    changed[5000] ^= 1
    storage["ab/f-1"] = bytes(changed)


def shorten(storage):
    storage["ab/f-1"] = storage["ab/f-1"][:-100]


def empty(storage):
    storage["ab/f-1"] = b""


@pytest.mark.parametrize("harm", [cut, exchange, flip, shorten, empty])
def test_whatever_was_done_to_its_parts_is_found(harm):
    storage = Shelf()
    file = sealed(storage)
    harm(storage)
    with pytest.raises(FileBroken):
        file.read()


def test_a_file_that_was_cut_at_a_part_does_not_pass_for_a_shorter_one():
    storage = Shelf()
    sealed(storage)
    shorter = SealedFile(storage, "ab/f-", b"k" * 32, role=ORIGINAL, size_bytes=2 * PART_BYTES)
    with pytest.raises(FileBroken):
        shorter.read()


def test_the_copy_does_not_pass_for_the_original_nor_another_files_part_for_its_own():
    storage = Shelf()
    sealed(storage, role=COPY)
    with pytest.raises(FileBroken):
        SealedFile(storage, "ab/f-", b"k" * 32, role=ORIGINAL, size_bytes=len(CONTENT)).read()
    with pytest.raises(FileBroken):
        SealedFile(storage, "ab/f-", new_key(), role=COPY, size_bytes=len(CONTENT)).read()


def test_a_storage_that_is_full_in_the_middle_is_left_empty():
    storage = Shelf()
    storage.room = 2
    with pytest.raises(NoRoom):
        sealed(storage)
    assert storage == {}


def test_names_are_drawn_and_say_nothing():
    assert new_name() != new_name()
    assert len(new_name() + "399") < 100
