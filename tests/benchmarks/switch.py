"""In place of the background worker of a server that is measured: one that works only while it is told to.

The server starts it as it starts its own, in its session, because Linux shares the processors among sessions
first: a worker that is started elsewhere takes them from the web processes as a stranger does.
SIGUSR1 has it work, SIGUSR2 rest.
"""

import os
import signal
import subprocess
import sys

from tipline.serve import ROOT_VARIABLE, WORKER_COMMAND

WORK, REST = signal.SIGUSR1, signal.SIGUSR2
HEARD = {WORK, REST, signal.SIGTERM, signal.SIGINT}
COMMAND = (sys.executable, __file__)


def main() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    for number in (WORK, REST):
        signal.signal(number, lambda _number, _frame: None)  # for who asks whether it is expected
    # whose child it is, the worker is told by nobody, and finds out by itself
    environ = {name: value for name, value in os.environ.items() if name != ROOT_VARIABLE}
    worker: subprocess.Popen[bytes] | None = None
    while True:
        told = signal.sigwait(HEARD)
        if told == WORK:
            worker = worker or subprocess.Popen(WORKER_COMMAND, env=environ, preexec_fn=_listening)
            continue
        if worker:
            worker.terminate()
            worker.wait()
            worker = None
        if told != REST:
            return


def _listening() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)


if __name__ == "__main__":
    main()
