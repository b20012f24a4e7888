"""The memory in which web processes count together."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tipline.intake import shared_window
from tipline.intake.limits import RULES, Rule
from tipline.intake.shared_window import SharedWindow, shared_memory

SOURCE = "tip 93.184.216.34"
RULE = RULES["tip"]
COUNTING = """
import sys
from datetime import datetime
from tipline.intake.limits import RULES, Rule
from tipline.intake.shared_window import SharedWindow
window = SharedWindow(sys.argv[1])
sys.stdin.read()
now = datetime.fromisoformat(sys.argv[2])
print(sum(window.take("tip 93.184.216.34", RULES["tip"], now=now).admitted for _ in range(50)))
"""
HOLDING = """
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def counting_process(path: str, now: datetime) -> subprocess.Popen:
    command = [sys.executable, "-c", COUNTING, path, now.isoformat()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.thorough
def test_four_processes_share_a_limit_exactly(now):
    with shared_memory() as path:
        if not path:
            pytest.skip("this system has no anonymous files")
        processes = [counting_process(path, now) for _ in range(4)]
        for process in processes:
            process.stdin.close()
        admitted = [int(process.stdout.read()) for process in processes]
        for process in processes:
            process.stdout.close()
            assert process.wait(20) == 0
    assert sum(admitted) == RULE.times


def test_a_process_killed_while_it_counts_stops_nobody(now):
    with shared_memory() as path:
        holder = subprocess.Popen([sys.executable, "-c", HOLDING, path], stdout=subprocess.PIPE)
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.communicate()
        assert SharedWindow(path).take(SOURCE, RULE, now=now).admitted


def test_memory_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OSError):
        SharedWindow(str(tmp_path / "gone"))


def test_no_address_is_kept_and_a_day_changes_the_key(now):
    window = SharedWindow()
    window.take(SOURCE, RULE, now=now)
    before = bytes(window._memory)
    assert b"93.184" not in before
    key = window._key_of(now)
    assert key in before
    window.take(SOURCE, RULE, now=now + timedelta(days=1))
    assert key not in bytes(window._memory)


def test_when_it_is_full_the_one_not_seen_for_longest_is_forgotten(now, monkeypatch):
    monkeypatch.setattr(shared_window, "BUCKETS", 1)
    window = SharedWindow()
    for number in range(shared_window.PLACES + 1):
        window.take(f"tip 93.184.216.{number}", RULE, now=now + timedelta(seconds=number))
    later = now + timedelta(minutes=1)
    assert [window.take(f"tip 93.184.216.{number}", RULE, now=later).lately for number in (1, 8)] == [2, 2]
    assert window.take("tip 93.184.216.0", RULE, now=later).lately == 1


def test_no_rule_is_larger_than_a_record():
    of_times = [rule for name, rule in RULES.items() if name != "files"]  # those are MiB
    assert all(rule.times <= shared_window.MOST_TIMES for rule in of_times)


def test_the_memory_ends_with_its_maker():
    with shared_memory() as path:
        assert Path(path).stat().st_size == shared_window.SIZE
    with pytest.raises(FileNotFoundError):
        Path(path).stat()


def test_a_rule_of_many_counts_exactly_what_it_allows_in_a_window(now):
    window, rule = SharedWindow(), Rule(1024, timedelta(hours=1))
    tries = [
        window.take(SOURCE, rule, now=now + timedelta(seconds=10 * n), weight=4).admitted for n in range(300)
    ]
    assert tries == [True] * 256 + [False] * 44
    assert window.take(SOURCE, rule, now=now + timedelta(hours=2), weight=1024).admitted
