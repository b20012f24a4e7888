"""Office files are zip archives of XML and pictures: read within bounds, written without traces."""

import codecs
import re
import zipfile
from io import BytesIO
from typing import IO, Self

from lxml import etree

from tipline.scrub.engines import picture
from tipline.scrub.engines.picture_notes import BROKEN
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import Family, detect

MAX_PARTS = 10_000
MAX_PART_BYTES = 256 * 1024 * 1024
MAX_XML_BYTES = 64 * 1024 * 1024  # of one part; a tree of it takes several times that
codecs.lookup("cp437")  # of names in archives; loaded while files can still be opened
SAFE_LINK = re.compile(r"(?i)\s*(https?|mailto|tel):")
# What betrays a computer: addresses of files, and pictures' own names.
PATH = re.compile(r"(?i)file:|[a-z]:[\\/]|\\\\\w|/(users|home|volumes|mnt|media|private|var)/")
FILE_NAME = re.compile(
    r"(?i).*\.(jpe?g|png|gif|webp|hei[cf]|tiff?|bmp|svg|emf|wmf|pdf|docx?|xlsx?|pptx?|od[tsp]|mp4|mov)$"
)
BLANK = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\xdac\xf8\xff\xff?\0\x05\xfe\x02\xfe\xa75\x81\x84\0\0\0\0IEND\xaeB`\x82"
)


class Package:
    """The archive that came; no more than `limits.unpacked_bytes` come out of it."""

    def __init__(self, clear: IO[bytes], limits: Limits) -> None:
        self._zip = zipfile.ZipFile(clear)
        self._left = limits.unpacked_bytes
        self.limits = limits
        self.parts = {each.filename: each for each in self._zip.infolist() if not each.is_dir()}
        if any(each.flag_bits & 1 for each in self.parts.values()):
            raise CannotScrub(WhySealed.LOCKED)
        if len(self.parts) > MAX_PARTS:
            raise CannotScrub(WhySealed.TOO_BIG)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """Unpack a part.

        Raises:
            CannotScrub: it is packed in a rare way, or all parts together are too big.
        """
        part = self.parts[name]
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise CannotScrub(WhySealed.UNKNOWN)
        with self._zip.open(part) as stream:
            content = stream.read(min(self._left, MAX_PART_BYTES) + 1)
        self._left -= len(content)
        if self._left < 0 or len(content) > MAX_PART_BYTES:
            raise CannotScrub(WhySealed.TOO_BIG)
        return content

    def read_xml(self, name: str) -> etree._Element:
        """Unpack a part and parse it, without comments and instructions to programs.

        Raises:
            CannotScrub: it is too big, or declares entities, which Office files never do.
        """
        content = self.read(name)
        if len(content) > MAX_XML_BYTES:
            raise CannotScrub(WhySealed.TOO_BIG)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            recover=name.endswith(".vml"),  # which Excel writes as if it were HTML
        )
        root = etree.fromstring(content, parser)
        if root.getroottree().docinfo.internalDTD is not None:
            raise CannotScrub(WhySealed.UNKNOWN)
        return root


class CleanPackage:
    """The archive that is made: no dates, no notes of the machine that packs it."""

    def __init__(self, clean: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(clean, "w")

    def write(self, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
        part = zipfile.ZipInfo(name)
        part.compress_type, part.create_system, part.external_attr = method, 0, 0
        self._zip.writestr(part, content)

    def write_xml(self, name: str, root: etree._Element) -> None:
        self.write(name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()


def remade(content: bytes, limits: Limits, found: Found) -> bytes:
    """Return a picture made anew, or an empty one where we cannot: metafiles, drawings, the broken."""
    kind = detect(BytesIO(content))
    if kind is None or kind.family is not Family.IMAGE or kind.copied_as is not kind:
        found.removed.add(Kind.ATTACHMENTS)
        return BLANK
    inner, clean = Found(), BytesIO()
    try:
        picture.scrub(BytesIO(content), clean, kind, limits, inner)
    except BROKEN:
        return BLANK
    found.removed |= inner.removed
    return clean.getvalue()


def remove(element: etree._Element) -> None:
    """Take an element out, and leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Put what an element holds in its place; it must hold elements only."""
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at:at] = list(element)
        remove(element)


def blank_paths(element: etree._Element, found: Found) -> None:
    """Empty the attributes that name a file on somebody's computer."""
    for name, value in element.attrib.items():
        local = etree.QName(name).localname
        named = local in {"name", "descr", "title", "alt"} and len(value) < 1000 and FILE_NAME.match(value)
        if named or PATH.match(value):
            found.removed.add(Kind.NAME if named else Kind.LINKS)
            element.set(name, "")
