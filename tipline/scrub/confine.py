"""Hold this process to limits and shut it in: what a child does to itself before it opens a file.

The limits hold everywhere. What shuts it in needs Linux (no new privileges; Landlock, since 5.13:
no file can be opened, no secret read; seccomp: no network, no other process), and where a kernel has
none of it the child works with the limits alone.
"""

import ctypes
import os
import platform
import resource
import struct
from typing import NamedTuple

from tipline.scrub.limits import Limits

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SIGKILL = 9


def hold(limits: Limits) -> None:
    """Bound memory, time and what is written; end with the parent."""
    for what, bound in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, limits.unpacked_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        # at the soft bound the kernel says why it kills (SIGXCPU), at the hard one it does not
        resource.setrlimit(
            what, (bound, bound + 5 if what == resource.RLIMIT_CPU and bound < hard else bound)
        )
    _libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def shut_in() -> None:
    """From here on open no file, reach no network, start no process. Whatever is needed is loaded."""
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        _forbid_files()
        _forbid_calls()


_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights to files each version knows


def _forbid_files() -> None:
    """Handle every right to files with Landlock and grant none (landlock(7))."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return
    rights = struct.pack("=Q", (1 << _RIGHTS.get(version, 16)) - 1)
    rules = _libc.syscall(_LANDLOCK_CREATE, rights, len(rights), 0)
    if rules >= 0:
        _libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
        os.close(rules)


class _Machine(NamedTuple):
    audit: int  # AUDIT_ARCH_…
    clone: int
    denied: tuple[int, ...]


# In this order: socket, socketpair, connect, bind, execve, execveat, ptrace, kill, process_vm_readv,
# process_vm_writev, keyctl, bpf, userfaultfd, perf_event_open, then io_uring_setup, pidfd_getfd;
# at last fork and vfork where they exist.
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, 56, (41, 53, 42, 49, 59, 322, 101, 62, 310, 311, 250, 321, 323, 298, 425, 438, 57, 58)
    ),
    "aarch64": _Machine(
        0xC00000B7, 220, (198, 199, 203, 200, 221, 281, 117, 129, 270, 271, 219, 280, 282, 241, 425, 438)
    ),
}
_CLONE3, _CLONE_THREAD, _X32 = 435, 0x10000, 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW, _EPERM, _ENOSYS = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026


def _forbid_calls() -> None:
    """Refuse system calls that a decoder has no business with (seccomp(2)); threads stay possible."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture: another one would have other numbers
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
    ]
    for number in machine.denied:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    # the C library turns to clone, whose flags can be seen, when there is no clone3
    steps += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ENOSYS)]
    steps += [(_EQUAL, 0, 3, machine.clone), (_LOAD, 0, 0, 16)]
    steps += [(_ANY_BIT, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    _libc.prctl(_PR_SET_SECCOMP, 2, program, 0, 0)
