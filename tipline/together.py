"""Writers of one process that meet share a commit.

A durable commit waits for the disk (4 ms on the machine of the benchmarks), and SQLite's commits wait one
after the other. So whoever gets the database's lock does the work of all that waited for it with them, and
all are answered once their one commit is on the disk. (PostgreSQL's commits wait together by themselves.)
One of them seldom fails, such as a form sent twice. Only then is the work undone and done anew, each piece on
a savepoint, which copies each page that a piece changes.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

from tipline.prepared import Driver

Work = Callable[[Driver], Any]
BEGUN, NOT_BEGUN = "BEGIN IMMEDIATE", "ROLLBACK"
SAVED, UNDONE, KEPT = "SAVEPOINT shared", "ROLLBACK TO shared", "RELEASE shared"


class Together:
    """What waits for the next commit.

    Args:
        transaction: begins a write transaction, and commits it at its end unless the block raises.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[Driver]]) -> None:
        self._transaction = transaction
        self._waiting: deque[_Waiting] = deque()
        self._turn = threading.Lock()

    def do(self, work: Work) -> Any:
        """Do `work` in a transaction that others may share; return what it returns, once it is durable.

        It may be undone and done anew, so it keeps nothing of what it did.

        Raises:
            Exception: what `work` raised, which is then undone alone; or why the transaction failed.
        """
        mine = _Waiting(work)
        self._waiting.append(mine)
        with self._turn:
            if not mine.over:
                self._lead()
        return mine.result()

    def _lead(self) -> None:
        taken: list[_Waiting] = []
        failure: BaseException | None = None
        try:
            with self._transaction() as driver:
                self._take(taken)
                _do_all(taken, driver)
        except BaseException as error:  # noqa: BLE001 - raised again by each whose work it was
            failure = error
            if not taken:  # who waited for the lock in vain did so with us
                self._take(taken)
        for each in taken:
            each.end(failure)

    def _take(self, taken: "list[_Waiting]") -> None:
        while self._waiting:
            taken.append(self._waiting.popleft())


def _do_all(taken: "list[_Waiting]", driver: Driver) -> None:
    """Do the work of all; when some fails, anew, so that it fails alone."""
    try:
        for each in taken:
            each.do(driver)
    except Exception:
        connection = driver.connection.driver_connection
        # or SQLite itself has undone all of it, as when the disk is full
        if len(taken) == 1 or not connection.in_transaction:
            raise
        connection.execute(NOT_BEGUN)
        connection.execute(BEGUN)
        for each in taken:
            each.attempt(driver)


class _Waiting:
    """One piece of work, and what came of it."""

    def __init__(self, work: Work) -> None:
        self.over = False
        self._work = work
        self._value: Any = None
        self._error: BaseException | None = None

    def do(self, driver: Driver) -> None:
        """Do it; what it raises is everybody's in the transaction."""
        self._value = self._work(driver)

    def attempt(self, driver: Driver) -> None:
        """Do it on a savepoint, so that it fails alone."""
        connection = driver.connection.driver_connection
        connection.execute(SAVED)
        try:
            self.do(driver)
        except Exception as error:  # noqa: BLE001 - raised again by whose work it is
            self._error = error
            connection.execute(UNDONE)
        connection.execute(KEPT)

    def end(self, failure: BaseException | None) -> None:
        self._error, self.over = failure or self._error, True

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return cast(Any, self._value)
