"""Pictures are made anew: their pixels go into a fresh picture, and nothing else goes with them.

They are turned the way they were meant to be seen, and their colors brought to sRGB, because what said
so is left behind. Animations stay animations.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageCms, ImageSequence, JpegImagePlugin, MpoImagePlugin, WebPImagePlugin
from PIL.Image import Transpose

from tipline.scrub.engines import picture_notes
from tipline.scrub.found import CannotScrub, Found, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType

FORMATS = {
    FileType.JPEG: "JPEG",
    FileType.PNG: "PNG",
    FileType.WEBP: "WEBP",
    FileType.GIF: "GIF",
    FileType.HEIC: "HEIF",
}
JPEG_QUALITY = 92
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
# Modes that are kept; what is not here becomes RGB, or RGBA where something shines through.
MODES = {
    FileType.JPEG: {"L", "RGB"},
    FileType.PNG: {"1", "L", "LA", "I;16", "RGB", "RGBA"},
    FileType.WEBP: {"RGB", "RGBA"},
    FileType.GIF: {"RGB", "RGBA"},
}
SRGB = ImageCms.createProfile("sRGB")

# All of it is loaded while files can still be opened.
Image.preinit()
LOADED = (MpoImagePlugin, WebPImagePlugin)
Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded


def scrub(clear: IO[bytes], clean: IO[bytes], file_type: FileType, limits: Limits, found: Found) -> None:
    """Make a picture anew.

    Raises:
        CannotScrub: it has more pixels than is allowed.
    """
    with Image.open(clear, formats=[FORMATS[file_type]]) as picture:
        _count(picture, limits.pixels)
        picture_notes.read(picture, found)
        frames = _frames(picture, file_type, limits.pixels)
        first, timing = next(frames)
        how = _how(picture, clear, file_type.copied_as)
        if file_type in {FileType.GIF, FileType.PNG, FileType.WEBP} and getattr(
            picture, "is_animated", False
        ):
            _save_animation(first, timing, frames, picture, clean, how)
        else:
            picture.close()
            first.save(clean, **how)


def _count(picture: Image.Image, left: int) -> int:
    left -= picture.width * picture.height
    if left < 0:
        raise CannotScrub(WhySealed.TOO_BIG)
    return left


def _frames(picture: Image.Image, file_type: FileType, left: int) -> Iterator[tuple[Image.Image, int]]:
    """Make each frame anew, with how many milliseconds it is shown."""
    turn = TURNS.get(picture_notes.orientation(picture))
    profile = _profile(picture)
    for frame in ImageSequence.Iterator(picture):
        left = _count(frame, left)
        frame.load()
        fresh = _fresh(frame, MODES[file_type.copied_as], profile)
        yield fresh if turn is None else fresh.transpose(turn), int(frame.info.get("duration") or 0)


def _profile(picture: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """Return the profile that colors must be brought to sRGB from."""
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(picture.info["icc_profile"]))
        return None if "sRGB" in ImageCms.getProfileDescription(profile) else profile
    except (KeyError, OSError, TypeError, ValueError, ImageCms.PyCMSError):
        return None


def _fresh(frame: Image.Image, modes: set[str], profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    shines = "transparency" in frame.info or frame.mode in {"RGBA", "LA", "PA", "La", "RGBa"}
    mode = frame.mode if frame.mode in modes else "RGBA" if shines and "RGBA" in modes else "RGB"
    if "transparency" in frame.info and "RGBA" in modes:
        mode = "RGBA"
    plain = _in_srgb(frame, mode, profile)
    fresh = Image.new(mode, frame.size)
    fresh.paste(plain if plain.mode == mode else plain.convert(mode))
    return fresh


def _in_srgb(frame: Image.Image, mode: str, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    if profile is None or mode not in {"RGB", "RGBA"} or frame.mode not in {"RGB", "RGBA", "CMYK"}:
        return frame
    target = frame.mode if frame.mode in {"RGB", "RGBA"} else "RGB"
    try:
        return ImageCms.profileToProfile(frame, profile, SRGB, outputMode=target) or frame
    except ImageCms.PyCMSError:
        return frame  # a profile of another color space than the picture's means nothing


def _how(picture: Image.Image, clear: IO[bytes], copied_as: FileType) -> dict[str, Any]:
    """Say how to save a copy that looks like its original."""
    how: dict[str, Any] = {"format": FORMATS[copied_as]}
    if copied_as is FileType.JPEG:
        how["quality"] = JPEG_QUALITY
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            sampling = JpegImagePlugin.get_sampling(picture)
            how |= {"subsampling": sampling} if sampling >= 0 else {}
    if copied_as is FileType.WEBP:
        clear.seek(0)
        how |= {"quality": JPEG_QUALITY, "lossless": b"VP8L" in clear.read(4096)}
    return how


def _save_animation(
    first: Image.Image,
    timing: int,
    frames: Iterator[tuple[Image.Image, int]],
    picture: Image.Image,
    clean: IO[bytes],
    how: dict[str, Any],
) -> None:
    rest = list(frames)
    how |= {"save_all": True, "append_images": [frame for frame, _ in rest]}
    how["duration"] = [timing, *(each for _, each in rest)]
    if "loop" in picture.info:
        how["loop"] = picture.info["loop"]
    if how["format"] == "GIF":
        how["disposal"] = 2
    first.save(clean, **how)
