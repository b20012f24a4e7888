"""How a delivery fails: for now, or for good."""

from tipline.errors import TiplineError


class DeliveryFailed(TiplineError):
    """A delivery did not get through; `permanent` when trying again is of no use."""

    status = 502
    title = "It could not be delivered"

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
