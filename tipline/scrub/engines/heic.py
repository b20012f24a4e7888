"""Pictures of iPhones: as other pictures, with a decoder that takes half a picture's time to load."""

import pillow_heif

from tipline.scrub.engines.picture import scrub

__all__ = ["scrub"]

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
