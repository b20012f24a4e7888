"""What leaves the house: the outbox, and those who carry it out."""

from tipline.delivery.carry import drain

__all__ = ["drain"]
