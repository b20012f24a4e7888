"""Tell linear from quadratic by the ratio of two sizes, which no slow machine can spoil."""

import gc
from collections.abc import Callable
from time import process_time


def growth(work: Callable[[str], object], unit: str, characters: int, times: int = 4) -> float:
    """Return how many times longer `work` takes on `times` as much text: about `times` if linear.

    A machine that is busy elsewhere makes one measurement too long, hardly three in a row. The garbage
    collector rests meanwhile, as in `timeit`: what it costs grows with all that the suite has loaded.
    """

    def cost(length: int) -> float:
        text = unit * (length // len(unit))
        gc.disable()
        try:
            start = process_time()
            work(text)
            return process_time() - start
        finally:
            gc.enable()

    smallest = float("inf")
    for _ in range(3):
        small = min(cost(characters // times) for _ in range(3))
        smallest = min(smallest, cost(characters) / max(small, 0.002))
        if smallest < 1.5 * times:
            break
    return smallest
