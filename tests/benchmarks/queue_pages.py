"""The measuring behind queue.py: pages in turn at two sizes, searches, and the CPU beside a Flask hello."""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filled import databases
from form_cpu import getting, hello, microseconds
from load import Served, as_fast_as_it_goes
from newsroom_open import QUEUE, SAMPLE, Open, in_turn
from poll import PATH, polling
from search import PENDING, RANKED, VOCABULARY, WORDS, queries

from tipline import clock
from tipline.assist import reading
from tipline.db import Database
from tipline.memory import Memory
from tipline.search.query import Asker, parse
from tipline.search.ranked import rank_tips
from tipline.search.tips import find_tips
from tipline.triage import body_shown
from tipline.triage.changes import version_of

SMALL = 1_000
MOST_GROWN = 1.25
MOST_STATEMENTS = 12
MOST_SEARCH_MS = 50.0
MOST_QUEUE, MOST_IDLE = 20.0, 4.0  # times the CPU of a hello
# Two for each web process, which has as many threads on either database: none waits for another.
AT_A_TIME = 4
MANY = 16  # as `submit.py` has: most wait, so that a hello takes less of the CPU; a page does not
SEARCHES = ("common word", "middling word", "rare word", "word said once or twice", "word nobody says",
            "two common words", "common and rare word", "two middling words", "phrase of common words",
            "phrase of middling words", "phrase of five common words", "common, not common")  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """Of one page: milliseconds of the CPU and of the clock, and statements."""

    cpu: float
    clock: float
    statements: int


class Verdicts:
    """Says of each budget whether it is met, and remembers whether all were."""

    def __init__(self) -> None:
        self.all_met = True

    def of(self, met: bool) -> str:
        self.all_met &= met
        return "OK" if met else "NOT"


def pages(newsroom: Open) -> dict[str, Callable[[], None]]:
    """Return a call for each page; each asks for another tip every time."""
    tips, decided = in_turn(newsroom.tips), iter(newsroom.tips)
    _, after = newsroom.deep()
    rare = in_turn(rare_words(newsroom.size))

    def decide() -> None:
        tip = next(decided)
        newsroom.post(f"/newsroom/tips/{tip.ref}/decision", 303, decision="accept", version=str(tip.version))
        newsroom.decided.append(tip)

    return {
        "queue, first page": lambda: newsroom.get(QUEUE, f"tip={next(tips).ref}"),
        "queue, deep page": lambda: newsroom.get(QUEUE, f"after={after}&tip={next(tips).ref}"),
        "tip": lambda: newsroom.get(f"/newsroom/tips/{next(tips).ref}"),
        "decision": decide,
        "counts (poll with news)": lambda: newsroom.get(PATH, "list=&since=1.0"),
        "search, rare word": lambda: newsroom.get(QUEUE, f"state=all&q={next(rare)}&tip={next(tips).ref}"),
    }


def rare_words(tips: int) -> list[str]:
    """Choose words that about eighty tips say, so that a page is full at either size.

    A word of a rank r is said in proportion to 1 / r, and there are about 55 words in each tip. A dozen of
    them, for the small newsroom has no more: else its pages alone would have been printed before.
    """
    about = min(55 * tips // (12 * 80), VOCABULARY * 9 // 10)
    return [WORDS[rank] for rank in range(about * 9 // 10, about * 11 // 10)][:12]


def spent(newsroom: Open, call: Callable[[], None]) -> Spent:
    with newsroom.statements.counting() as asked:
        busy, began = time.process_time(), time.perf_counter()
        call()
        cpu, took = time.process_time() - busy, time.perf_counter() - began
    return Spent(1000 * cpu, 1000 * took, len(asked))


def compare(dbs: dict[int, Database], rounds: int, verdicts: Verdicts) -> None:
    """Print each page's medians at both sizes."""
    small, large = dbs
    opened = {size: Open(db, size) for size, db in dbs.items()}
    calls = {size: pages(newsroom) for size, newsroom in opened.items()}
    by_cpu = dbs[small].path is not None
    deep = " and ".join(f"{newsroom.deep()[0]:,}" for newsroom in opened.values())
    print(f"deep page: {deep}; ratios of {'the CPU' if by_cpu else 'the clock'}")
    print(f"{'':26}{'CPU ms':>18}{'clock ms':>18}{'ratio':>8}{'statements':>14}")
    for name in calls[small]:
        is_page = name != "decision"
        # Each of the tips once, for one that names somebody asks more than another; it warms, too.
        turns = range(SAMPLE if is_page else 1)
        most = [max(spent(opened[size], calls[size][name]).statements for _ in turns) for size in dbs]
        seen: dict[int, list[Spent]] = {small: [], large: []}
        for turn in range(rounds):
            for size in (small, large) if turn % 2 else (large, small):
                seen[size].append(spent(opened[size], calls[size][name]))
        for newsroom in opened.values():
            newsroom.take_back()
        cpu, took = ([statistics.median(getattr(one, what) for one in seen[size]) for size in (small, large)]
                     for what in ("cpu", "clock"))  # fmt: skip
        ratio = cpu[1] / cpu[0] if by_cpu else took[1] / took[0]
        met = ratio <= MOST_GROWN and (not is_page or most[0] == most[1] <= MOST_STATEMENTS)
        print(f"{name:26}{cpu[0]:9.2f}{cpu[1]:9.2f}{took[0]:9.2f}{took[1]:9.2f}{ratio:8.2f}"
              f"{most[0]:8}{most[1]:6}  {verdicts.of(met)}", flush=True)  # fmt: skip


def searched(db: Database, rounds: int) -> Iterator[tuple[str, list[float], list[float]]]:
    """Yield each kind of search with the milliseconds of each: of the CPU, of the clock."""
    asker = Asker(now=clock.now(), user_id=1)
    for name, make in queries(random.Random(11)).items():
        if name not in SEARCHES:
            continue
        for suffix, search in {"": find_tips, ", ranked": rank_tips}.items():
            if suffix and name not in RANKED:
                continue
            for more, within in (("", ()), (", pending", (PENDING,))):
                both = [_timed(db, search, make(), within, asker) for _ in range(rounds)]
                yield name + suffix + more, [one[0] for one in both], [one[1] for one in both]


def _timed(db: Database, search: Callable, typed: str, within: tuple, asker: Asker) -> tuple[float, float]:
    query = parse(typed, asker).narrowed(*within)
    with db.read() as session:
        session.connection()
        busy, began = time.process_time(), time.perf_counter()
        search(session, query, asker=asker)
        return 1000 * (time.process_time() - busy), 1000 * (time.perf_counter() - began)


def searches(db: Database, rounds: int, verdicts: Verdicts) -> None:
    """Print what searches take in the large newsroom."""
    print(f"{'search':46}{'CPU p50':>9}{'p99':>9}{'clock p50':>11}{'p99':>9}   ms")
    for turn in ("warming", "measured"):
        for name, cpu, took in searched(db, rounds if turn == "measured" else 3):
            if turn == "warming":
                continue
            (low, high), (fast, slow) = (
                (statistics.median(each), sorted(each)[int((len(each) - 1) * 0.99)]) for each in (cpu, took)
            )
            met = (high if db.path else slow) <= MOST_SEARCH_MS
            print(f"{name:46}{low:9.2f}{high:9.2f}{fast:11.2f}{slow:9.2f}   {verdicts.of(met)}", flush=True)


def beside_hello(db: Database, size: int, rounds: int, verdicts: Verdicts) -> None:
    """Print the CPU of the queue page and of an idle poll, in hellos: served, and without a server."""
    newsroom = Open(db, size, uncounted=True)  # a cursor that counts is no cursor of C
    with db.read() as session:
        tag = f'"{version_of(session, clock.now())}"'
    _served(newsroom, tag, max(3, rounds // 5), verdicts)
    _in_process(newsroom, tag, rounds)


def _served(newsroom: Open, tag: str, rounds: int, verdicts: Verdicts) -> None:
    """Ask both contenders over HTTP, in turn, as `submit.py` does, and print medians of the rounds."""
    who = [f"Cookie: {newsroom.cookie}", "Host: localhost"]
    pages = [f"{QUEUE}?tip={tip.ref}" for tip in newsroom.tips]
    asked = {
        "queue page": (pages, who, MOST_QUEUE),
        "poll, idle": (f"{PATH}?list=&since=1.0", [*who, f"If-None-Match: {tag}"], MOST_IDLE),
    }
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ending:
        contenders = Served("hello", Path(folder)), newsroom.served()
        for each in contenders:
            ending.callback(each.end)
        for connections in (AT_A_TIME, MANY):
            seen: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
            for turn in range(rounds + 1):
                unit = as_fast_as_it_goes(contenders[0], "/", seconds=2, connections=connections).cpu
                for name, (paths, headers, _) in asked.items():
                    cpu = as_fast_as_it_goes(
                        contenders[1], paths, (), headers, seconds=2, connections=connections
                    ).cpu
                    if turn:  # the first one warms
                        seen[name].append((cpu, cpu / unit))
            for name, (_, _, most) in asked.items():
                cpu, times = (statistics.median(each) for each in zip(*seen[name], strict=True))
                of_few = connections == AT_A_TIME
                met = f", at most {most:.0f}   {verdicts.of(times <= most)}" if of_few else ""
                print(f"{name:12}{cpu:9.3f} ms of CPU served, {connections:2} at a time, {times:6.2f} × hello"
                      f"{met}", flush=True)  # fmt: skip


def _in_process(newsroom: Open, tag: str, rounds: int) -> None:
    """Print what both take without a server; the quietest of short rounds counts.

    A tip that nobody has read since the process began costs more than one that was read: that is told apart.
    """
    reading._told, body_shown._shown = Memory(reading.MOST_BYTES), Memory(body_shown.MOST_BYTES)
    tips = in_turn(newsroom.tips)
    first = [microseconds(lambda: newsroom.get(QUEUE, f"tip={next(tips).ref}"), 1) for _ in newsroom.tips]
    calls = {
        "Flask hello": (getting(hello(), "/"), 20),
        "queue page": (lambda: newsroom.get(QUEUE, f"tip={next(tips).ref}"), 3),
        "poll, idle": (polling(newsroom.app, newsroom.cookie, tag, 304), 20),
    }
    rows = [
        {name: microseconds(call, calls_) for name, (call, calls_) in calls.items()} for _ in range(rounds)
    ]
    least = {name: min(row[name] for row in rows) for name in calls}
    told = {"queue page": least["queue page"], "tip not read": statistics.median(first[1:]),
            "poll, idle": least["poll, idle"]}  # fmt: skip
    for name, cpu in told.items():
        print(f"{name:12}{cpu / 1000:9.3f} ms of CPU in process, {cpu / least['Flask hello']:6.2f} × hello "
              f"({least['Flask hello']:.0f} µs)", flush=True)  # fmt: skip


def main(doc: str) -> None:
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tips", type=int, default=1_000_000)
    parser.add_argument("--keep", default="")
    parser.add_argument("--only", choices=("sqlite", "postgres"), default="")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--strict", action="store_true")
    asked = parser.parse_args()
    verdicts = Verdicts()
    with databases((SMALL, asked.tips), asked.keep, asked.only) as found:
        for kind, dbs in found.items():
            print(f"\n{kind}, {SMALL:,} and {asked.tips:,} tips")
            compare(dbs, asked.rounds, verdicts)
            searches(dbs[asked.tips], asked.rounds, verdicts)
            beside_hello(dbs[asked.tips], asked.tips, asked.rounds, verdicts)
    if asked.strict and not verdicts.all_met:
        sys.exit("Some budgets are not met.")
