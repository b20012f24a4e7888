"""How well tips that say the same are found: `python tests/benchmarks/similar.py [--tips 20000]`.

Fills a new newsroom with as many invented tips, bands and all; then lets edited copies of some of them come
in (words changed, dropped, added, put in another order, mistyped, emoji added), beside tips that are about
nobody else's event. Prints the recall and the precision of what would be joined by itself, and the median
and the 99th percentile of one look-up.

Invented tips use words as a language does, few of them often (Zipf), and a third are about a person and a
place that others are about too, so that different events share names and words.

Learnt at 20,000 tips on two busy cores: recall 0.9935 at precision 1.0. Among 3,000 a look-up bound through
SQLAlchemy, in two statements, took 2.3 ms of the CPU (p99 4.2); in one statement handed to the driver 0.66
(p99 1.6), of which folding the words takes 0.05 and the bands 0.1. Measure on a quiet machine: on a busy one
the clock tells several times as much as the CPU.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgres import Server
from sqlalchemy import insert, text

from tipline import schema
from tipline.assist.alike import JOIN_AT, Text, judged, likeliest
from tipline.db import Database
from tipline.models import Band, Group, Tip
from tipline.text.likeness import FEWEST_WORDS, bands, telling_words

AT = text("'2026-03-02 12:00:00+00'")
CHUNK = 10_000
WORDS, PEOPLE, PLACES = 20_000, 300, 400
EDITED = 2000
COMMON = ("the", "a", "of", "to", "and", "in", "that", "was", "with", "for", "on", "at", "her", "his", "they")
EMOJI = ("😀", "😱", "🔥", "👀", "🙏", "💍")
SYLLABLES = [
    first + vowel for first in "bdfgklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "er", "ol")
]


class Reporter:
    """Invents what readers write."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.words = [self._word() for _ in range(WORDS)]
        # Zipf: the word of rank r is said in proportion to 1 / r
        self.weights = [1 / (rank + 10) for rank in range(WORDS)]
        self.people = [f"{self._word().title()} {self._word().title()}" for _ in range(PEOPLE)]
        self.places = [f"{self._word().title()} {self._word()}" for _ in range(PLACES)]

    def _word(self) -> str:
        return "".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 4)))

    def tip(self) -> str:
        length = int(min(120, max(14, self.random.lognormvariate(3.4, 0.5))))
        said = self.random.choices(self.words, self.weights, k=length)
        if self.random.random() < 1 / 3:
            said[1:1] = [self.random.choice(self.people), "at", self.random.choice(self.places)]
        filled = [word for each in said for word in (self.random.choice(COMMON), each)]
        return f"{' '.join(filled).capitalize()}."

    def edited(self, body: str) -> str:
        """Tell the same with one to three small edits, each to at most a sixth of the words."""
        told = body.split()
        for edit in self.random.sample(EDITS, self.random.randint(1, 3)):
            told = edit(self, told)
        return " ".join(told)

    def some(self, told: list[str]) -> list[int]:
        return self.random.sample(range(len(told)), max(1, self.random.randint(1, max(1, len(told) // 6))))

    def changed(self, told: list[str]) -> list[str]:
        places = set(self.some(told))
        return [
            self.random.choice(self.words) if place in places else word for place, word in enumerate(told)
        ]

    def dropped(self, told: list[str]) -> list[str]:
        places = set(self.some(told))
        return [word for place, word in enumerate(told) if place not in places]

    def added(self, told: list[str]) -> list[str]:
        more = self.random.choices(self.words, self.weights, k=len(self.some(told)))
        return [*told, *more] if self.random.random() < 0.5 else [*more, *told]

    def turned(self, told: list[str]) -> list[str]:
        cut = self.random.randrange(len(told))
        return told[cut:] + told[:cut]

    def mistyped(self, told: list[str]) -> list[str]:
        places = set(self.some(told))
        return [_mistyped(self.random, word) if place in places else word for place, word in enumerate(told)]

    def with_emoji(self, told: list[str]) -> list[str]:
        told = list(told)
        for place in self.some(told):
            told.insert(place, self.random.choice(EMOJI))
        return told


EDITS: tuple[Callable[[Reporter, list[str]], list[str]], ...] = (
    Reporter.changed, Reporter.dropped, Reporter.added, Reporter.turned, Reporter.mistyped,
    Reporter.with_emoji,
)  # fmt: skip


def _mistyped(rng: random.Random, word: str) -> str:
    if len(word) < 3:
        return word
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def fill(db: Database, reporter: Reporter, tips: int) -> Iterator[tuple[int, str]]:
    """Store tips with their bands, each in a group of its own; yield (id, body)."""
    for start in range(1, tips + 1, CHUNK):
        bodies = {number: reporter.tip() for number in range(start, min(start + CHUNK, tips + 1))}
        with db.write() as session:
            groups = [{"id": number, "rank": number, "lead_id": number} for number in bodies]
            session.execute(insert(Group).values(newest_at=AT), groups)
            rows = [
                {"id": number, "ref": f"{number:08d}", "body": body, "group_id": number}
                for number, body in bodies.items()
            ]
            session.execute(insert(Tip).values(received_at=AT), rows)
            kept = [
                {"value": band, "tip_id": number}
                for number, body in bodies.items()
                for band in set(bands(telling_words(body)))
            ]
            session.execute(insert(Band.__table__), kept)
        yield from bodies.items()


def sample(stored: Iterator[tuple[int, str]], count: int, rng: random.Random) -> list[tuple[int, str]]:
    """Keep `count` of what goes by, each as likely as any other."""
    kept: list[tuple[int, str]] = []
    for number, each in enumerate(stored):
        if len(kept) < count:
            kept.append(each)
        elif (place := rng.randrange(number + 1)) < count:
            kept[place] = each
    return kept


def looked_up(db: Database, body: str) -> tuple[int | None, float, float]:
    """Find what a new tip would be joined to, as the worker does; return its id, milliseconds and CPU's."""
    with db.read() as session:
        session.connection()
        began, busy = time.perf_counter(), time.thread_time()
        words = telling_words(body)
        tip = Text(0, 0, "tip", False, words, bands(words))
        found = judged(tip, likeliest(session, tip), JOIN_AT) if len(words) >= FEWEST_WORDS else []
        spent, busy = 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - busy)
    return (found[0].text.id if found else None), spent, busy


def measure(db: Database, reporter: Reporter, known: list[tuple[int, str]]) -> None:
    planted = [(number, reporter.edited(body)) for number, body in known]
    strange = [(0, reporter.tip()) for _ in known]
    asked = planted + strange
    reporter.random.shuffle(asked)
    for _, body in asked[:200]:
        looked_up(db, body)  # warm
    seen = [(number, *looked_up(db, body)) for number, body in asked]
    right = sum(number == found for number, found, *_ in seen if number)
    said = sum(found is not None for _, found, *_ in seen)
    print(f"recall {right / len(planted):.4f}, precision {right / max(1, said):.4f}"
          f" over {len(planted):,} edited copies and {len(strange):,} strangers")  # fmt: skip
    for name, waits in zip(
        ("on the clock", "of the CPU"), zip(*(each[2:] for each in seen), strict=True), strict=True
    ):
        ordered = sorted(waits)
        print(f"look-up, {name}: median {ordered[len(ordered) // 2]:.3f} ms, "
              f"p99 {ordered[len(ordered) * 99 // 100]:.3f} ms")  # fmt: skip


@contextlib.contextmanager
def database(which: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder}/tipline.sqlite3"
        if which == "postgres":
            server = Server.start(durable=True)
            if server is None:
                raise SystemExit("PostgreSQL is not on this machine.")
            stack.enter_context(server)
            url = server.create_database("similar")
        db = Database(url)
        schema.upgrade(db)
        yield db
        db.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tips", type=int, default=20_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    reporter = Reporter(seed=5)
    with database(asked.database) as db:
        began = time.monotonic()
        known = sample(fill(db, reporter, asked.tips), min(EDITED, asked.tips), reporter.random)
        print(
            f"{asked.tips:,} tips on {asked.database}, stored in {time.monotonic() - began:.0f} s", flush=True
        )
        measure(db, reporter, known)


if __name__ == "__main__":
    main()
