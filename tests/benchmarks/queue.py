"""What the pages of the queue cost at a thousand and at a million tips: `python tests/benchmarks/queue.py`.

    --tips 1000000     how many tips the large newsroom has; the small one has a thousand
    --keep FOLDER      keep the databases there, so that the next run does not build them again
    --only sqlite      one database instead of both
    --rounds 40        how often each page is asked; --strict fails when a budget is not met

Prints for SQLite and for PostgreSQL each page's time at both sizes (medians of turns that alternate between
the two, so that what else the machine does hits both), their ratio and the number of statements; then what
searches take, and what the queue and an idle screen's poll cost beside a Flask hello. Times are of the CPU on
SQLite, which works in this process, and of the clock on PostgreSQL, which does not: measure that on a quiet
machine.

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
- A row or a pane that prints the values it printed before need not be printed: with what was printed kept
  under its values, templates are a tenth of a page that was seen a moment ago, and a third of a new one.
- Nothing else can be kept by the version that polls ask for: the worker's index, and a backup that is put
  back, change what a page shows without an event that could say so.
- Not met: the queue page takes some hundred and fifty hellos of CPU, a third of them for its statements
  themselves, another for what is known of the tip that is read.

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
