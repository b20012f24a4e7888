"""Hashes that cost nothing, for all tests but those of the hashes themselves, which ask for them."""

import pytest


@pytest.fixture(autouse=True)
def _quick_where_nothing_is_measured(request):
    if request.path.name != "test_passwords.py":
        request.getfixturevalue("quick_hashes")
