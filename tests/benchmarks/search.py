"""What searching the queue costs: `python tests/benchmarks/search.py --tips 200000 [--only sqlite]`.

Fills a new newsroom with invented tips straight into the database, their words drawn from a vocabulary that
is spread as those of a language are (Zipf: the commonest word in nearly every tip, half of all words said
once or twice), and asks each kind of query many times with words of its own. Prints p50, p95 and p99 in
milliseconds, on SQLite and on a PostgreSQL of its own.

What it taught: a list of ids belongs into one value (JSON, or an array), not into a thousand parameters; FTS5
takes a quarter of a millisecond to look one row up, and some milliseconds of setting up for each common word,
so windows are asked for once and for few words; SQLite uses a partial index only for a condition in the very
words of the index; PostgreSQL's estimate (EXPLAIN) tells a rare word at a hundredth of counting it.
"""

import argparse
import random
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import NOON, a_person, a_story, a_user
from postgres import Server
from sqlalchemy import insert, select, text

from tipline.db import Database
from tipline.models import Group, State, Tag, Tip
from tipline.models.ref import ALPHABET
from tipline.schema import upgrade
from tipline.search.match import tsvector
from tipline.search.query import Asked, Asker, Field, Query, parse
from tipline.search.ranked import rank_tips
from tipline.search.tips import find_tips

CHUNK = 5_000
VOCABULARY = 60_000
SKEW = 1.02
FEWEST_WORDS, MOST_WORDS = 20, 90
EVERY = timedelta(minutes=2)
ROUNDS = 60
STATES = (State.DECLINED, State.ACCEPTED, State.SPAM, State.PENDING)
SHARES = (60, 25, 14, 1)
CLOCK = time.perf_counter
RANKED = ("common word", "rare word", "two common words", "phrase of common words")
PENDING = Asked(Field.STATE, State.PENDING)
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]


def a_word(number: int) -> str:
    """Invent the word of a rank: common ones are short."""
    made = ""
    while number or not made:
        number, place = divmod(number, len(SYLLABLES))
        made += SYLLABLES[place]
    return made


WORDS = [a_word(number) for number in range(VOCABULARY)]
WEIGHTS = list(accumulate(1 / (rank + 2.7) ** SKEW for rank in range(VOCABULARY)))


def words_of_a_tip(chance: random.Random) -> list[str]:
    total = WEIGHTS[-1]
    count = chance.randint(FEWEST_WORDS, MOST_WORDS)
    return [WORDS[bisect(WEIGHTS, chance.random() * total, 0, VOCABULARY - 1)] for _ in range(count)]


def a_ref(number: int) -> str:
    return "".join(ALPHABET[(number * 2654435761 >> 5 * place) & 31] for place in range(8))


def fill(db: Database, count: int) -> None:
    """Store tips with their groups and their place in the index, in bulk."""
    chance = random.Random(7)
    began = NOON - EVERY * count
    story, person, _ = a_story(db, slug="benchmark"), a_person(db, "Ilka Brandvold"), a_user(db)
    bar = Bar(f"{db.dialect}: {count:,} tips", count)
    run(db, "DROP INDEX ix_tip_search_words")  # made at the end at a tenth of the cost
    for start in range(1, count + 1, CHUNK):
        tips, groups, entries, tags = [], [], [], []
        for number in range(start, min(start + CHUNK, count + 1)):
            said = words_of_a_tip(chance)
            if chance.random() < 0.001:
                said += person.folded.split()
            at, state = began + EVERY * number, chance.choices(STATES, SHARES)[0]
            kind = chance.choices(("tip", "correction", "release", "question"), (85, 6, 6, 3))[0]
            groups.append({"id": number, "state": state, "kind": kind, "rank": float(number), "newest_at": at,
                           "lead_id": number})  # fmt: skip
            tips.append({
                "id": number, "ref": a_ref(number), "body": " ".join(said), "group_id": number, "kind": kind,
                "state": state, "received_at": at,
                "channel": chance.choices(("form", "embed", "phone", "email"), (88, 10, 1, 1))[0],
                "files": int(chance.random() < 0.05),
                "story_id": story.id if chance.random() < 0.0002 else None,
            })  # fmt: skip
            if chance.random() < 0.002:
                tags.append({"tip_id": number, "name": "harbour"})
            entries.append({"id": number, "words": said})
        store(db, groups, tips, entries, tags)
        bar.at(min(start + CHUNK - 1, count))
    settle(db, count)


def store(db: Database, groups: list, tips: list, entries: list, tags: list) -> None:
    with db.write() as session:
        session.execute(insert(Group), groups)
        session.execute(insert(Tip), tips)
        if db.dialect == "sqlite":
            rows = [{"id": each["id"], "words": " ".join(each["words"])} for each in entries]
            session.execute(text("INSERT INTO tip_search(rowid, words) VALUES (:id, :words)"), rows)
        else:
            rows = [{"id": each["id"], "words": tsvector((each["words"], ""))} for each in entries]
            statement = "INSERT INTO tip_search(tip_id, words) VALUES (:id, CAST(:words AS tsvector))"
            session.execute(text(statement), rows)
        if tags:
            session.execute(insert(Tag), tags)


def settle(db: Database, count: int) -> None:
    """Do what the database itself does within minutes: gather its statistics."""
    run(db, "CREATE INDEX ix_tip_search_words ON tip_search USING gin (words)")
    run(db, f"SELECT setval('tips_id_seq', {count}), setval('groups_id_seq', {count})")
    for table in ("tips", "tip_search", "groups", "tags"):
        run(db, f"VACUUM ANALYZE {table}")


def run(db: Database, statement: str) -> None:
    """Run what PostgreSQL alone wants."""
    if db.dialect != "sqlite":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))


class Bar:
    """A progress bar on a terminal, a line now and then elsewhere."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.began, self.said = label, total, time.monotonic(), 0

    def at(self, done: int) -> None:
        seconds = time.monotonic() - self.began
        line = f"{self.label}: {done * 100 // self.total:3} %, {seconds:.0f} s"
        if sys.stderr.isatty():
            print(f"\r{line}", end="" if done < self.total else "\n", file=sys.stderr, flush=True)
        elif done * 10 // self.total > self.said:
            self.said = done * 10 // self.total
            print(line, file=sys.stderr, flush=True)


def queries(chance: random.Random) -> dict[str, Callable[[], str]]:
    """Return what makes a query of each kind; no two of a kind are likely the same."""

    def word(least: int, most: int) -> str:
        return WORDS[chance.randint(least, most - 1)]

    common, middling = (lambda: word(0, 40)), (lambda: word(300, 3000))
    rare, once = (lambda: word(8000, 20_000)), (lambda: word(50_000, VOCABULARY))
    day = lambda: (NOON - EVERY * chance.randint(0, 40_000)).date().isoformat()  # noqa: E731
    return {
        "common word": common,
        "middling word": middling,
        "rare word": rare,
        "word said once or twice": once,
        "word nobody says": lambda: f"qu{chance.random()}",
        "two common words": lambda: f"{common()} {common()}",
        "common and rare word": lambda: f"{common()} {rare()}",
        "two middling words": lambda: f"{middling()} {middling()}",
        "phrase of common words": lambda: f'"{common()} {common()}"',
        "phrase of middling words": lambda: f'"{middling()} {middling()}"',
        "phrase of five common words": lambda: '"' + " ".join(common() for _ in range(5)) + '"',
        "common, not common": lambda: f"{common()} -{common()}",
        "nothing but not common": lambda: f"-{WORDS[0]} -{common()}",
        "24 common words": lambda: " ".join(common() for _ in range(24)),
        "person": lambda: "person:ilka",
        "person and common word": lambda: f"person:brandvold {common()}",
        "common word, rare kind": lambda: f"{common()} kind:question from:phone",
        "rare word, rare kind": lambda: f"{rare()} kind:question",
        "story and common word": lambda: f"story:benchmark {common()}",
        "tag and common word": lambda: f"tag:harbour {common()}",
        "kind and channel, no word": lambda: "kind:question from:phone has:file",
        "a day, no word": lambda: f"before:{day()}",
        "a day and common word": lambda: f"before:{day()} {common()}",
        "a day and rare word": lambda: f"after:{day()} {rare()}",
        "nobody's file": lambda: "has:contact assignee:nobody -kind:tip",
    }


def measure(db: Database, seed: int) -> Iterator[tuple[str, list[float]]]:
    """Yield each kind of query with how long each of its queries took, all and within one state in turn."""
    asker = Asker(now=NOON, user_id=1)
    searches = {"": find_tips, ", ranked": rank_tips}
    for name, make in queries(random.Random(seed)).items():
        for suffix, search in searches.items() if name in RANKED else [("", find_tips)]:
            for more, within in (("", ()), (", pending", (PENDING,))):
                asked = [parse(make(), asker).narrowed(*within) for _ in range(ROUNDS)]
                yield name + suffix + more, [timed(db, search, query, asker) for query in asked]


def timed(db: Database, search: Callable, query: Query, asker: Asker) -> float:
    with db.read() as session:
        session.connection()
        began = CLOCK()
        search(session, query, asker=asker)
        return CLOCK() - began


def databases(urls: list[str]) -> Iterator[Database]:
    """Give each database that was named, or else new ones of both kinds."""
    if urls:
        yield from map(Database, urls)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Database(f"sqlite:///{folder}/search.sqlite3")
    server = Server.start(durable=True)
    if server is None:
        print("PostgreSQL is missing; SQLite alone was measured.", file=sys.stderr)
        return
    with server:
        yield Database(server.create_database("search"))


def is_empty(db: Database) -> bool:
    with db.read() as session:
        return session.scalar(select(Tip.id).limit(1)) is None


def report(db: Database) -> None:
    for turn in ("warming", "measured"):
        for name, took in measure(db, seed=len(turn)):
            took.sort()
            p50, p95, p99 = (took[int((len(took) - 1) * part)] * 1000 for part in (0.5, 0.95, 0.99))
            if turn == "measured":
                slow = "  over 50 ms" if p99 > 50 else ""
                print(f"{name:<42}{p50:>9.2f}{p95:>9.2f}{p99:>9.2f}{slow}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description="What searching the queue costs.")
    options.add_argument("--tips", type=int, default=20_000)
    options.add_argument(
        "--url", action="append", default=[], help="Measure here; filled when empty, and kept."
    )
    chosen = options.parse_args()
    for db in databases(chosen.url):
        upgrade(db)
        if is_empty(db):
            fill(db, chosen.tips)
        print(f"\n{db.dialect:<42}{'p50':>9}{'p95':>9}{'p99':>9}   ms", flush=True)
        report(db)
        db.dispose()


if __name__ == "__main__":
    main()
