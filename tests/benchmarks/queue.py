"""What the pages of the queue cost at a thousand and at a million tips: `python tests/benchmarks/queue.py`.

    --tips 1000000     how many tips the large newsroom has; the small one has a thousand
    --keep FOLDER      keep the databases there, so that the next run does not build them again
    --only sqlite      one database instead of both
    --rounds 40        how often each page is asked; --strict fails when a budget is not met

Prints for SQLite and for PostgreSQL each page's time at both sizes (medians of turns that alternate between
the two, so that what else the machine does hits both), their ratio and the number of statements; then what
searches take, and what the queue and an idle screen's poll cost beside a Flask hello: the CPU of the web
processes, both served over HTTP as in `submit.py`, and for comparison in this process, without a server and
its way to a thread, where a hello is a third of one that is served. Times are of the CPU on SQLite, which
works in this process, and of the clock on PostgreSQL, which does not: measure that on a quiet machine.

What it taught:
- A page of 37 small questions spent most of its CPU on asking; they are asked at once (`tipline.at_once`).
- A common word is dear to count in either database, and seldom needs to be counted far.
- A bound limit makes PostgreSQL's kept plan read whole tables (two seconds, not thirty milliseconds), so
  limits stand in the statement.
- Views are counted among the newest 1,000 tips, so that a small newsroom's cost what a large one's do.
- SQLite plans a statement anew whenever a limit is bound to it, or a value of which it keeps samples (STAT4):
  dearer than the answers to what a page asks.
- PostgreSQL starts parallel workers for what it expects much of, ten milliseconds for a poll; it reads the
  whole lists of common words for a window of a few thousand tips, unless no index knows the condition.
- SQLite looks for a word in each part of its index, so that of stories is kept in one (`merge_stories`).
- PostgreSQL reads the row of each tip that says a word: dear where those rows are not in its memory yet.
- In a large newsroom many tips share a band of a text by chance: the few to look at are chosen before their
  rows are read.
- What is asked of few texts would have some pages ask more than others: it stands in the statement before
  it, in a CASE that seldom comes to it.
- SQLite's own memory of 16 MB holds few pages of a large newsroom; where the system keeps them (`mmap`), a
  search of a rare word costs less.
- A list of a rare kind walked all that waits until it had fifty; an index of these few ends that.
- A row, a pane or a page that prints the values it printed before need not be printed, and an answer of the
  database that is the very text it was need not be read.
- Whom a text names and which stories are likely was a third of a page. It follows from the text and from all
  stories and people, so these have a version, and it is remembered under it.
- What follows from other tips (which say the same, what the views count) is remembered under all that tells
  of a change: the newest events, the newest tip, and a version that the worker makes new, since what it finds
  out is no event.
- At a ROLLBACK psycopg lets go of what the server has prepared. Reads that ended with one had each statement
  planned anew, for more than half of the time of a page.
- psycopg looks through a statement's text for its values each time that the text is longer than 4,096
  characters; with its `RawCursor`, which takes `$1`, it does not.
- To take a session and a connection for a page and to give them back cost as much as two of its statements.
- A tip that nobody has read since its web process began costs several times one that was (`tip not read`).
- With more requests than threads a hello costs less (one look at the sockets for several), a page does not.

This file bears the name of a module of Python's own, which libraries import while a program of this folder
runs: they get that one, below.
"""

import sys

if __name__ == "__main__":
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1]))

    from queue_pages import main

    main(__doc__ or "")
else:
    import importlib.util
    import sysconfig
    from importlib.machinery import PathFinder

    found = PathFinder.find_spec(__name__, [sysconfig.get_path("stdlib")])
    assert found is not None
    assert found.loader is not None
    sys.modules[__name__] = module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
