"""OpenDocument text (ISO/IEC 26300): content, styles and pictures go along, cleaned; the rest does not."""

import base64
import binascii
import re
import zipfile
from typing import IO

from lxml import etree

from tipline.scrub.engines.package import SAFE_LINK, CleanPackage, Package, blank_paths, remade, remove
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType

XML_PARTS = re.compile(r"(Object \d+/)?(content|styles)\.xml")
PICTURES = re.compile(r"(Pictures|ObjectReplacements|media)/[^/]+")
_REMOVED = {
    Kind.REVISIONS: "tracked-changes change change-start change-end",
    Kind.SCRIPTS: "scripts event-listeners",
    Kind.AUTHOR: """
        creator creator-initials sender-initials author-name author-initials initial-creator
        printed-by sender-firstname sender-lastname sender-title sender-position sender-email
        sender-phone-private sender-fax sender-company sender-phone-work sender-street sender-city
        sender-postal-code sender-country sender-state-or-province
        """,
    Kind.TIME: """
        creation-date creation-time modification-date modification-time print-date print-time
        editing-duration date-string
        """,
    Kind.NAME: "file-name template-name",
    Kind.ATTACHMENTS: "object-ole plugin applet",
    Kind.LINKS: "dde-connection-decls",
}
# Fields by their name in text alone: charts and pictures have titles, too.
_FIELDS = {
    Kind.NAME: "title",
    Kind.COMMENT: "subject keywords description user-defined user-field-decls",
    Kind.LINKS: "database-display database-name database-next database-row-select database-row-number",
}
FIELDS = {name: kind for kind, names in _FIELDS.items() for name in names.split()}
SETTLED = {"user-field-get", "user-field-input"}  # what they show stays, as words
REMOVED = {name: kind for kind, names in _REMOVED.items() for name in names.split()}
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
HREF = "{http://www.w3.org/1999/xlink}href"
LEFT_BEHIND = (
    (r"Thumbnails/", Kind.THUMBNAIL),
    (r"(Basic|Scripts|Dialogs)/", Kind.SCRIPTS),
    (r"documentsignatures", Kind.AUTHOR),
    (r"settings\.xml", Kind.DEVICE),
    (r"Object[ \w]*$|\.(ole|bin)$", Kind.ATTACHMENTS),
    (r"\.rdf$", Kind.COMMENT),
    (r"VersionList|Versions/", Kind.REVISIONS),
)
META = {
    "creator": Kind.AUTHOR, "initial-creator": Kind.AUTHOR, "printed-by": Kind.AUTHOR,
    "generator": Kind.SOFTWARE,
    "creation-date": Kind.TIME, "date": Kind.TIME, "print-date": Kind.TIME, "editing-duration": Kind.TIME,
    "title": Kind.NAME, "template": Kind.NAME, "subject": Kind.COMMENT, "editing-cycles": Kind.REVISIONS,
    "description": Kind.COMMENT, "keyword": Kind.COMMENT, "user-defined": Kind.COMMENT,
}  # fmt: skip


def scrub(clear: IO[bytes], clean: IO[bytes], file_type: FileType, limits: Limits, found: Found) -> None:
    """Write an OpenDocument text anew.

    Raises:
        CannotScrub: it is locked, or has no content.
    """
    with Package(clear, limits) as given:
        if "content.xml" not in given.parts:
            raise CannotScrub(WhySealed.DAMAGED)
        if "META-INF/manifest.xml" in given.parts and b"encryption-data" in given.read(
            "META-INF/manifest.xml"
        ):
            raise CannotScrub(WhySealed.LOCKED)
        kept = sorted(name for name in given.parts if XML_PARTS.fullmatch(name) or PICTURES.fullmatch(name))
        with CleanPackage(clean) as packed:
            packed.write("mimetype", file_type.media_type.encode(), zipfile.ZIP_STORED)
            for name in kept:
                _copy_part(given, packed, name, set(kept), limits, found)
            packed.write_xml("META-INF/manifest.xml", _manifest(kept, file_type))
        _note(given, set(given.parts) - set(kept), found)


def _copy_part(
    given: Package, packed: CleanPackage, name: str, kept: set[str], limits: Limits, found: Found
) -> None:
    if XML_PARTS.fullmatch(name):
        root = given.read_xml(name)
        _clean(root, kept, limits, found)
        packed.write_xml(name, root)
    else:
        packed.write(name, remade(given.read(name), limits, found))


def _clean(root: etree._Element, kept: set[str], limits: Limits, found: Found) -> None:
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element is root:
            continue
        name = etree.QName(element)
        if kind := _kind_of(name):
            found.removed.add(kind)
            remove(element)
            continue
        if name.namespace == TEXT and name.localname in SETTLED:
            _settle(element, found)
            continue
        if name.localname == "binary-data":
            _remake(element, limits, found)
        for attribute in list(element.attrib):
            if etree.QName(attribute).localname in {"rsid", "paragraph-rsid"}:
                found.removed.add(Kind.REVISIONS)
                del element.attrib[attribute]
        _unlink(element, kept, found)
        blank_paths(element, found)


def _kind_of(name: etree.QName) -> Kind | None:
    """Return what an element tells that does not go along."""
    if name.namespace == TEXT and name.localname in FIELDS:
        return FIELDS[name.localname]
    if name.namespace == DUBLIN_CORE and name.localname == "date":
        return Kind.TIME
    return REMOVED.get(name.localname)


def _settle(element: etree._Element, found: Found) -> None:
    """Put what a field shows in its place."""
    found.removed.add(Kind.COMMENT)
    element.tail = "".join(element.itertext()) + (element.tail or "")
    remove(element)


def _remake(element: etree._Element, limits: Limits, found: Found) -> None:
    """Make a picture anew that stands in the text itself (ISO/IEC 26300-1, §10.4.5)."""
    try:
        content = base64.b64decode("".join(element.itertext()))
    except (binascii.Error, ValueError):
        content = b""  # which leaves it blank
    del element[:]
    element.text = base64.b64encode(remade(content, limits, found)).decode()


def _unlink(element: etree._Element, kept: set[str], found: Found) -> None:
    """Empty a link that leads to a computer's files, or loads something when the document opens."""
    target = element.get(HREF)
    if target is None or target.startswith("#"):
        return
    inside = target.removeprefix("./")
    if inside in kept or f"{inside}/content.xml" in kept:
        return
    if etree.QName(element).localname != "a" or not SAFE_LINK.match(target):
        found.removed.add(Kind.LINKS)
        element.set(HREF, "")


def _manifest(kept: list[str], file_type: FileType) -> etree._Element:
    root = etree.Element(
        f"{{{MANIFEST}}}manifest", {f"{{{MANIFEST}}}version": "1.2"}, nsmap={"manifest": MANIFEST}
    )
    for name, kind in (("/", file_type.media_type), *((each, _type_of(each)) for each in kept)):
        entry = {f"{{{MANIFEST}}}full-path": name, f"{{{MANIFEST}}}media-type": kind}
        etree.SubElement(root, f"{{{MANIFEST}}}file-entry", entry)
    return root


def _type_of(name: str) -> str:
    return "text/xml" if name.endswith(".xml") else ""


def _note(given: Package, left: set[str], found: Found) -> None:
    """Note what is lost with the parts that stay behind."""
    for name in left:
        found.removed |= {kind for words, kind in LEFT_BEHIND if re.search(words, name)}
    if "meta.xml" in left:
        try:
            root = given.read_xml("meta.xml")
        except etree.XMLSyntaxError:
            found.removed.add(Kind.AUTHOR)
            return
        found.removed |= {
            META[local] for each in root.iter("{*}*") if (local := etree.QName(each).localname) in META
        }
