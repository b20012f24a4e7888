"""What one file may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    seconds: int = 120
    memory_bytes: int = 1536 * 1024 * 1024  # of address space, libraries included
    pixels: int = 120_000_000  # of all frames together
    unpacked_bytes: int = 1024 * 1024 * 1024  # what an archive unpacks to, and the copy
    pages: int = 5000
