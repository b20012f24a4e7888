"""How alike two texts are: the share of their telling words, and MinHash bands that find the alike ones.

A. Broder, "On the resemblance and containment of documents" (1997), with banding as in Leskovec, Rajaraman
and Ullman, "Mining of Massive Datasets", ch. 3. The features are the set of content words: three-word
shingles of a text with 40 % of its words changed share an eighth, its words still share half.
"""

import hashlib
from collections.abc import Set

from rensa import RMinHash

from tipline.text.tokens import content_words

MAX_CHARACTERS = 20_000
# Fewer words than this are alike by chance ("they broke up"): such texts are suggested, never joined.
FEWEST_WORDS = 12
BANDS = 20
ROWS = 3
# Stored bands are compared with new ones: neither number may change without grouping all tips anew.
SEED = 7


def telling_words(text: str) -> frozenset[str]:
    """Return the folded words of a text that carry meaning."""
    return frozenset(content_words(text[:MAX_CHARACTERS]))


def bands(words: Set[str]) -> list[int]:
    """Return the bands of a text as signed 64-bit numbers; none for a text without telling words.

    Two texts whose words overlap by a half (Jaccard) share at least one band 93 times in 100; by a fifth,
    15 times.
    """
    if not words:
        return []
    minhash = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    minhash.update(list(words))
    digest = minhash.digest()
    return [_number(band, digest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


def overlap(one: Set[str], other: Set[str]) -> float:
    """Return the share of their words that two texts have in common (Jaccard), 0 to 1."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _number(band: int, rows: list[int]) -> int:
    packed = b"".join(row.to_bytes(8) for row in rows)
    digest = hashlib.blake2b(packed, digest_size=8, key=band.to_bytes(2)).digest()
    return int.from_bytes(digest, signed=True)
