"""Hashes that cost nothing, for all tests but those of the hashes themselves."""

import pytest
from argon2 import PasswordHasher

from tipline.accounts import passwords


@pytest.fixture(autouse=True)
def quick_hashes(request, monkeypatch):
    if request.path.name == "test_passwords.py":
        return
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "DUMMY", quick.hash("opens for nobody"))
