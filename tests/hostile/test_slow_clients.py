"""200 slow connections: nobody else waits longer for them, and they are cut off."""

import signal
from pathlib import Path

import pytest
from serving import DRIPS, Tree, cut_off_after, dripping, latencies, p99, read_all

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("slow clients")]

# Below this, p99 on two shared cores is the scheduler's: runs without any slow client differ by a factor
# of five (1–10 ms) when other tests run beside. A server that is held up shows seconds.
NOISE_SECONDS = 0.05


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory):
    with Tree(tmp_path_factory.mktemp("tree"), header_seconds=1, body_seconds=1) as running:
        yield running


@pytest.mark.parametrize("kind", sorted(DRIPS))
def test_others_wait_at_most_twice_as_long(tree: Tree, kind: str) -> None:
    quiet = latencies(tree.port, 0.7)
    with dripping(kind, tree.port):
        # longer than the deadline, so that being cut off and coming back is part of it
        dripped = latencies(tree.port, 2)
    assert p99(dripped) <= max(2 * p99(quiet), NOISE_SECONDS)


def test_dripped_headers_are_cut_off_at_the_deadline(tree: Tree) -> None:
    outcomes = cut_off_after("headers", tree.port)
    assert len(outcomes) == 200
    assert all(0.8 < seconds < 4 for seconds, _ in outcomes)


def test_dripped_bodies_are_cut_off_with_a_sentence(tree: Tree) -> None:
    outcomes = cut_off_after("bodies", tree.port)
    assert len(outcomes) == 200
    assert all(0.8 < seconds < 4 for seconds, _ in outcomes)
    assert {line for _, line in outcomes} == {"HTTP/1.1 408 Request Timeout"}


def test_a_body_that_keeps_the_minimum_rate_is_taken(tree: Tree) -> None:
    with tree.connect(
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 40000\r\n\r\n"
    ) as client:
        for _ in range(20):
            client.sendall(b"x" * 2000)
            # 40,000 bytes in 1.6 s, which is longer than the first judgment
            signal.sigtimedwait([], 0.08)
        assert read_all(client).endswith(b"40000")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_tree_ends_during_an_upload(tmp_path: Path, number: int) -> None:
    with Tree(tmp_path) as tree:
        uploads = [tree.connect(DRIPS["bodies"] + b"begun") for _ in range(4)]
        tree.get("/")
        code, seconds = tree.end(number, group=number == signal.SIGINT)
        assert code == 0
        assert seconds < 5
        for upload in uploads:
            assert read_all(upload).startswith(b"HTTP/1.1 503")
            upload.close()
