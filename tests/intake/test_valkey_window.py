"""Counting in Valkey: exact across processes, nameless, and no obstacle when Valkey is away."""

import logging
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from intake.test_limits import ADDRESS

from tipline.intake.limits import MIB, RULES, Limits
from tipline.intake.shared_window import SharedWindow
from tipline.intake.valkey_window import ValkeyWindow

RULE = RULES["tip"]
pytestmark = pytest.mark.thorough  # a server of its own
COUNTING = """
import sys
from datetime import datetime
from tipline.intake.limits import MIB, RULES, Limits
from tipline.intake.valkey_window import ValkeyWindow
limits = Limits(ValkeyWindow(sys.argv[1], None))
sys.stdin.read()
now = datetime.fromisoformat(sys.argv[2])
print(sum(limits.take("tip", "93.184.216.34", now=now).admitted for _ in range(50)))
"""


def test_four_processes_share_a_limit_exactly(valkey, now):
    command = [sys.executable, "-c", COUNTING, valkey.url, now.isoformat()]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]
    for process in processes:
        process.stdin.close()
    admitted = [int(process.stdout.read()) for process in processes]
    for process in processes:
        process.stdout.close()
        assert process.wait(20) == 0
    assert sum(admitted) == RULE.times


def test_valkey_holds_no_address_and_lets_all_go(valkey, now):
    Limits(ValkeyWindow(valkey.url, SharedWindow())).take("tip", ADDRESS, now=now)
    names = sorted(valkey.keys())
    assert [name.rpartition(b":")[0] for name in names] == [b"{tipline}:key", b"{tipline}:tries"]
    assert not any(ADDRESS.encode() in name for name in names)
    assert 0 < valkey.ttl(names[0]) <= 12 * 3600
    assert 0 < valkey.ttl(names[1]) <= RULE.window.total_seconds()


def test_a_valkey_that_forgot_everything_gets_one_new_key(valkey, now):
    first, second = (Limits(ValkeyWindow(valkey.url, SharedWindow())) for _ in range(2))
    assert first.take("tip", ADDRESS, now=now).admitted
    assert second.take("tip", ADDRESS, now=now).admitted
    valkey.flushall()
    counted = [limit.take("tip", ADDRESS, now=now).lately for limit in (first, second, first)]
    assert counted == [1, 2, 3]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_while_valkey_is_away_the_machine_counts_and_says_so_once(now, caplog):
    limit = Limits(ValkeyWindow(f"valkey://:secret@127.0.0.1:{closed_port()}/0", SharedWindow()))
    with caplog.at_level(logging.WARNING):
        admitted = [limit.take("tip", ADDRESS, now=now + timedelta(seconds=n)).admitted for n in range(31)]
    assert admitted == [True] * 30 + [False]
    assert len(caplog.records) == 1
    assert "Valkey is away" in caplog.text
    assert "secret" not in caplog.text


def test_a_valkey_that_never_answers_is_not_waited_for(now):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limit = Limits(ValkeyWindow(f"valkey://127.0.0.1:{silent.getsockname()[1]}", SharedWindow()))
        began = time.monotonic()
        assert [limit.take("tip", ADDRESS, now=now).admitted for _ in range(20)] == [True] * 20
        assert time.monotonic() - began < 3


def test_it_counts_in_valkey_again_once_it_is_back(valkey, now, caplog):
    window = ValkeyWindow(f"valkey://127.0.0.1:{closed_port()}/0", SharedWindow())
    limit = Limits(window)
    with caplog.at_level(logging.WARNING):
        limit.take("tip", ADDRESS, now=now)
        back = ValkeyWindow(valkey.url, SharedWindow())
        window._client, window._take = back._client, back._take
        limit.take("tip", ADDRESS, now=now + timedelta(seconds=1))
        assert valkey.keys() == []
        limit.take("tip", ADDRESS, now=now + timedelta(seconds=6))
    assert len(valkey.keys()) == 2
    assert [record.message.split()[2] for record in caplog.records] == ["away", "back;"]


def test_mebibytes_are_counted_there_too(valkey, now):
    limit = Limits(ValkeyWindow(valkey.url, SharedWindow()))
    sent = [limit.admits_bytes(4 * MIB, ADDRESS, most_bytes=10 * MIB, now=now) for _ in range(3)]
    assert sent == [True, True, False]
    assert limit.admits_bytes(2 * MIB, ADDRESS, most_bytes=10 * MIB, now=now)


def test_a_valkey_that_is_full_turns_nobody_away(valkey, now):
    valkey.config_set("maxmemory", "1")
    try:
        limit = Limits(ValkeyWindow(valkey.url, SharedWindow()))
        assert limit.take("tip", ADDRESS, now=now).admitted
    finally:
        valkey.config_set("maxmemory", "0")


def test_two_desks_of_one_newsroom_count_together(valkey, an_app):
    clients = [an_app(valkey_url=valkey.url).test_client() for _ in range(2)]
    for client in clients:
        client.environ_base["REMOTE_ADDR"] = ADDRESS
    codes = [clients[n % 2].post("/receipt", data={"code": "no such words"}).status_code for n in range(24)]
    assert codes == [404] * 20 + [429] * 4


def test_valkey_is_not_imported_where_it_is_not_set(settings):
    code = "import sys, tipline.app; sys.exit('valkey' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
