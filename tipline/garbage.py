"""What Python's garbage collector looks at, in a process that stays."""

import gc


def settle() -> None:
    """Keep it off what was loaded until now, which stays until the process ends.

    To look through that takes a tenth of a second, in which the process answers nobody; and nobody writes, if
    it happens to hold the database. It was seen a few times in the first seconds of each process.
    """
    gc.collect()
    gc.freeze()
