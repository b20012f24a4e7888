"""What Python's garbage collector looks at, in a process that stays."""

import gc


def settle() -> None:
    """Keep it off what was loaded until now, which stays until the process ends.

    While it looks through that, the process answers nobody, and nobody writes if it happens to hold the
    database: a pause that a reader feels, a few times in the first seconds of each process.
    """
    gc.collect()
    gc.freeze()
