"""Read what a picture says about itself, to tell the reader what goes, and when and where it was taken.

This reading is for honesty, not for safety: the copy holds none of it, whether it was understood or not.
"""

import contextlib
import re
import struct
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from tipline.scrub.found import Facts, Found, Kind

# What notes of other people's making can make a reader of them stumble over.
BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)

TAGS = {  # EXIF, by number: its main table and the camera's
    Kind.DEVICE: (0x010F, 0x0110, 0x013C, 0xA433, 0xA434, 0xC614),
    Kind.SERIAL: (0x927C, 0xA431, 0xA435, 0xC62F, 0xA420),
    Kind.AUTHOR: (0x013B, 0x8298, 0x9C9D, 0xA430),
    Kind.NAME: (0x010D, 0x9C9B),
    Kind.COMMENT: (0x010E, 0x9286, 0x9C9C, 0x9C9E, 0x9C9F),
    Kind.TIME: (0x0132, 0x9003, 0x9004),
    Kind.SOFTWARE: (0x0131, 0x000B),
    Kind.PROFILE: (0x8773,),
}
IPTC = {  # by record and data set
    Kind.AUTHOR: ((2, 80), (2, 85), (2, 110), (2, 116), (2, 122)),
    Kind.PLACE: ((2, 90), (2, 92), (2, 95), (2, 101)),
    Kind.TIME: ((2, 55), (2, 60), (2, 62)),
    Kind.NAME: ((2, 5), (2, 105)),
    Kind.COMMENT: ((2, 25), (2, 120), (2, 40)),
    Kind.SOFTWARE: ((2, 65),),
}
XMP = {
    Kind.PLACE: rb"GPSL|Location|photoshop:City|photoshop:Country",
    Kind.TIME: rb"CreateDate|ModifyDate|DateCreated|DateTimeOriginal",
    Kind.DEVICE: rb"tiff:Make|tiff:Model|aux:Lens",
    Kind.SERIAL: rb"[Ss]erial[Nn]umber",
    Kind.AUTHOR: rb"dc:creator|dc:rights|aux:OwnerName|photoshop:Credit",
    Kind.NAME: rb"dc:title|RawFileName|filePath",
    Kind.COMMENT: rb"dc:description|dc:subject|UserComment|Iptc4xmpExt:Person|mwg-rs:Name",
    Kind.SOFTWARE: rb"CreatorTool|softwareAgent",
    Kind.REVISIONS: rb"xmpMM:History|stEvt:",
    Kind.THUMBNAIL: rb"xmp:Thumbnails|xmpGImg:image",
}
# JPEG segments that are read above or say nothing; cameras put notes of their own into others.
KNOWN_SEGMENTS = (b"JFIF", b"Exif", b"http://ns.adobe.com/", b"ICC_PROFILE", b"MPF", b"Photoshop", b"Adobe")
TEXTS = {  # PNG's keywords (PNG 11.3.4), and what ImageMagick makes of EXIF
    "author": Kind.AUTHOR,
    "copyright": Kind.AUTHOR,
    "title": Kind.NAME,
    "software": Kind.SOFTWARE,
    "source": Kind.DEVICE,
    "creation time": Kind.TIME,
    "date:create": Kind.TIME,
    "date:modify": Kind.TIME,
    "date:timestamp": Kind.TIME,
}


def orientation(picture: Image.Image) -> int:
    """Return how the picture has to be turned (EXIF 0x0112), 1 if it says nothing."""
    with contextlib.suppress(*BROKEN):
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def read(picture: Image.Image, found: Found) -> None:
    """Note what there is. Nothing in it can make this fail."""
    for part in (_exif, _iptc, _xmp, _texts, _rest):
        try:
            part(picture, found)
        except BROKEN:
            found.removed.add(Kind.SERIAL)


def _exif(picture: Image.Image, found: Found) -> None:
    exif = picture.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    found.removed |= {
        kind
        for kind, tags in TAGS.items()
        if any(_says(exif.get(tag)) or _says(camera.get(tag)) for tag in tags)
    }
    if exif.get_ifd(ExifTags.IFD.IFD1):
        found.removed.add(Kind.THUMBNAIL)
    if taken_at := _exif_time(camera):
        found.facts["taken_at"] = taken_at
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if set(place) - {0}:  # 0 is the version of the table
        found.removed.add(Kind.PLACE)
        found.facts.update(_place(place))


def _says(value: Any) -> bool:
    """Tell a field that says something from one that a camera left blank."""
    if isinstance(value, bytes):
        value = value.removeprefix(b"ASCII\0\0\0").strip(b" \0")
    return bool(value.strip(" \0") if isinstance(value, str) else value)


def _exif_time(camera: Mapping[int, Any]) -> str | None:
    """Return when the picture was taken, else when it was digitized, as ISO 8601."""
    for tag, offset_tag in ((0x9003, 0x9011), (0x9004, 0x9012)):
        parts = re.match(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", str(camera.get(tag, "")))
        if parts and parts[1] != "0000":
            offset = re.match(r"[+-]\d\d:\d\d", str(camera.get(offset_tag, "")))
            year, month, day, hour, minute, second = parts.groups()
            return f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset[0] if offset else ''}"
    return None


def _place(place: Mapping[int, Any]) -> Facts:
    latitude = _degrees(place.get(2), str(place.get(1)).startswith("S"))
    longitude = _degrees(place.get(4), str(place.get(3)).startswith("W"))
    if latitude is None or longitude is None:
        return {}
    return {"latitude": latitude, "longitude": longitude}


def _degrees(parts: Any, is_negative: bool) -> float | None:
    if not isinstance(parts, tuple | list) or not parts:
        return None
    degrees = sum(float(part) / 60**power for power, part in enumerate(parts[:3]))
    return round(-degrees if is_negative else degrees, 7) if degrees == degrees else None


def _iptc(picture: Image.Image, found: Found) -> None:
    held = (IptcImagePlugin.getiptcinfo(picture) if isinstance(picture, ImageFile.ImageFile) else None) or {}
    found.removed |= {kind for kind, sets in IPTC.items() if any(each in held for each in sets)}


def _xmp(picture: Image.Image, found: Found) -> None:
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode(errors="replace") if isinstance(packet, str) else bytes(packet)
    if not packet:
        return
    found.removed |= {Kind.XMP, *(kind for kind, words in XMP.items() if re.search(words, packet))}
    found.facts.update({**_xmp_facts(packet.decode(errors="replace")), **found.facts})


def _xmp_facts(packet: str) -> Facts:
    facts: Facts = {}
    taken = re.search(
        r"(?:DateTimeOriginal|DateCreated)(?:=[\"']|>)(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)", packet
    )
    if taken:
        facts["taken_at"] = taken[1]
    latitude, longitude = (
        re.search(rf"exif:{name}(?:=[\"']|>)(\d+),([\d.]+)(?:,([\d.]+))?([{ends}])", packet)
        for name, ends in (("GPSLatitude", "NS"), ("GPSLongitude", "EW"))
    )
    if latitude and longitude:
        facts["latitude"], facts["longitude"] = _xmp_degrees(latitude), _xmp_degrees(longitude)
    return facts


def _xmp_degrees(parts: re.Match[str]) -> float:
    degrees = float(parts[1]) + float(parts[2]) / 60 + float(parts[3] or 0) / 3600
    return round(-degrees if parts[4] in "SW" else degrees, 7)


def _texts(picture: Image.Image, found: Found) -> None:
    for name in getattr(picture, "text", {}):
        if name != "XML:com.adobe.xmp":
            found.removed.add(TEXTS.get(str(name).lower(), Kind.COMMENT))


def _rest(picture: Image.Image, found: Found) -> None:
    for name, kind in (
        ("comment", Kind.COMMENT),
        ("icc_profile", Kind.PROFILE),
        ("mp", Kind.THUMBNAIL),
        ("thumbnails", Kind.THUMBNAIL),
        ("depth_images", Kind.ATTACHMENTS),
        ("aux", Kind.ATTACHMENTS),
    ):
        if picture.info.get(name):
            found.removed.add(kind)
    if any(not body.startswith(KNOWN_SEGMENTS) for _, body in getattr(picture, "applist", ())):
        found.removed.add(Kind.SERIAL)
    if bytes(picture.info.get("extension", (b"",))[0]).startswith(b"XMP"):  # where GIF has it
        found.removed.add(Kind.XMP)
    if getattr(picture, "is_animated", False) and picture.format in {"MPO", "HEIF"}:
        found.removed.add(Kind.THUMBNAIL)
