"""Word, Excel and PowerPoint files (ECMA-376): the parts that hold the document go along, cleaned.

What a part is, its place in the archive tells; parts that are not on the list stay behind, and with
them whatever pointed to them.
"""

import posixpath
import re
from typing import IO

from lxml import etree

from tipline.scrub.engines import ooxml_parts
from tipline.scrub.engines.package import SAFE_LINK, CleanPackage, Package, remade
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType

XML_PARTS = {
    FileType.DOCX: re.compile(
        r"word/((document|styles|settings|fontTable|numbering|footnotes|endnotes|comments|header\d*|footer\d*)\.xml"
        r"|theme/theme\d*\.xml|(charts|drawings|diagrams)/[\w-]+\.xml)"
    ),
    FileType.XLSX: re.compile(
        r"xl/((workbook|sharedStrings|styles|metadata|comments/?\d*|comments/comment\d*)\.xml"
        r"|(theme|worksheets|chartsheets|charts|drawings|diagrams|tables|pivotTables|pivotCache)/[\w-]+\.(xml|vml))"
    ),
    FileType.PPTX: re.compile(
        r"ppt/((presentation|presProps|tableStyles|commentAuthors)\.xml"
        r"|(slides|slideLayouts|slideMasters|notesSlides|notesMasters|handoutMasters|theme|charts|drawings|diagrams"
        r"|comments)/(?!modernComment)[\w-]+\.(xml|vml))"
    ),
}
PICTURES = re.compile(r"(word|xl|ppt)/media/[^/]+")
NUMBERED = re.compile(r"\w+/media/(image|hdphoto)\d*\.\w{1,5}")  # as Office calls them
ENDING = re.compile(r"(?i)\.(jpe?g|png|gif|webp|bmp|tiff?|emf|wmf|svg|wdp)")
FONTS = re.compile(r"(word|ppt)/fonts/[\w-]+\.(odttf|fntdata)")
MAIN = {
    FileType.DOCX: "word/document.xml",
    FileType.XLSX: "xl/workbook.xml",
    FileType.PPTX: "ppt/presentation.xml",
}
LEFT_BEHIND = (
    (r"docProps/thumbnail", {Kind.THUMBNAIL}),
    (r"modernComment|docProps/custom|customXml/|ppt/tags/|docMetadata/|/glossary/", {Kind.COMMENT}),
    (r"people\.xml|/persons/|authors\.xml|_xmlsignatures/", {Kind.AUTHOR}),
    (r"embeddings/|activeX/|/ctrlProps/|webextensions/|media/", {Kind.ATTACHMENTS}),
    (r"printerSettings", {Kind.DEVICE}),
    (r"externalLinks/|connections\.xml|queryTables/", {Kind.LINKS}),
    (r"/revisions/|revisionInfo|changesInfos|commentsExten|commentsIds|threadedComments", {Kind.REVISIONS}),
)
PROPERTIES = {  # of docProps/core.xml and app.xml
    "creator": Kind.AUTHOR, "lastModifiedBy": Kind.AUTHOR, "Company": Kind.AUTHOR, "Manager": Kind.AUTHOR,
    "created": Kind.TIME, "modified": Kind.TIME, "lastPrinted": Kind.TIME, "TotalTime": Kind.TIME,
    "title": Kind.NAME, "Template": Kind.NAME, "identifier": Kind.NAME, "HyperlinkBase": Kind.LINKS,
    "subject": Kind.COMMENT, "description": Kind.COMMENT, "keywords": Kind.COMMENT, "category": Kind.COMMENT,
    "revision": Kind.REVISIONS, "version": Kind.REVISIONS, "Application": Kind.SOFTWARE,
}  # fmt: skip
TYPES = "[Content_Types].xml"


def scrub(clear: IO[bytes], clean: IO[bytes], file_type: FileType, limits: Limits, found: Found) -> None:
    """Write an Office file anew.

    Raises:
        CannotScrub: it is locked, too big, or holds macros.
    """
    with Package(clear, limits) as given:
        kept = {name for name in given.parts if _is_kept(name, file_type)}
        if MAIN[file_type] not in kept or TYPES not in given.parts:
            raise CannotScrub(WhySealed.DAMAGED)
        names = _new_names(kept, found)
        with CleanPackage(clean) as packed:
            packed.write_xml(TYPES, _types(given.read_xml(TYPES), names))
            packed.write_xml("_rels/.rels", _root_links(given))
            for name in sorted(kept):
                if XML_PARTS[file_type].fullmatch(name):
                    _copy_part(given, packed, name, names, found)
                else:
                    content = given.read(name)
                    packed.write(
                        names[name], content if FONTS.fullmatch(name) else remade(content, limits, found)
                    )
        for name in set(given.parts) - kept:
            _note(given, name, found)


def _is_kept(name: str, file_type: FileType) -> bool:
    return any(kind.fullmatch(name) for kind in (XML_PARTS[file_type], PICTURES, FONTS))


def _new_names(kept: set[str], found: Found) -> dict[str, str]:
    """Say under which name each part goes along: pictures whose name somebody chose are only numbered."""
    names = {name: name for name in kept}
    chosen = sorted(name for name in kept if PICTURES.fullmatch(name) and not NUMBERED.fullmatch(name))
    for number, name in enumerate(chosen, 1):
        folder, ending = posixpath.dirname(name), posixpath.splitext(name)[1]
        ending = ending if ENDING.fullmatch(ending) else ""
        names[name] = f"{folder}/picture{number}{ending}"
        found.removed.add(Kind.NAME)
    return names


def _types(root: etree._Element, names: dict[str, str]) -> etree._Element:
    """Keep what the list of types says of the parts that are there."""
    for each in list(root):
        if "macroEnabled" in each.get("ContentType", ""):
            raise CannotScrub(WhySealed.UNKNOWN)
        part = each.get("PartName")
        if part is not None and part.lstrip("/") not in names:
            root.remove(each)
        elif part is not None:
            each.set("PartName", "/" + names[part.lstrip("/")])
    return root


def _root_links(given: Package) -> etree._Element:
    root = given.read_xml("_rels/.rels")
    for each in list(root):
        if not each.get("Type", "").endswith("/officeDocument"):
            root.remove(each)
    return root


def _copy_part(given: Package, packed: CleanPackage, name: str, names: dict[str, str], found: Found) -> None:
    folder, file_name = posixpath.split(name)
    links_name = f"{folder}/_rels/{file_name}.rels"
    gone: set[str] = set()
    if links_name in given.parts:
        links = given.read_xml(links_name)
        gone = _drop_links(links, folder, names, found)
        packed.write_xml(links_name, links)
    root = given.read_xml(name)
    ooxml_parts.clean(root, gone, found)
    packed.write_xml(name, root)


def _drop_links(links: etree._Element, folder: str, names: dict[str, str], found: Found) -> set[str]:
    """Take out the links that lead to what is not there, and out of the file; return their ids."""
    gone = set()
    for each in list(links):
        target = each.get("Target", "")
        if each.get("TargetMode") == "External":
            stays = each.get("Type", "").endswith("/hyperlink") and SAFE_LINK.match(target) is not None
            if not stays:
                found.removed.add(Kind.LINKS)
        else:
            path, _, _ = target.partition("#")
            whole = posixpath.normpath(path if path.startswith("/") else posixpath.join("/", folder, path))
            stays = whole.lstrip("/") in names or not path
            if stays and path and names[whole.lstrip("/")] != whole.lstrip("/"):
                each.set("Target", "/" + names[whole.lstrip("/")])
        if not stays:
            gone.add(each.get("Id", ""))
            links.remove(each)
    return gone


def _note(given: Package, name: str, found: Found) -> None:
    """Note what is lost with a part that stays behind."""
    for words, kinds in LEFT_BEHIND:
        if re.search(words, name):
            found.removed |= kinds
    if name in {"docProps/core.xml", "docProps/app.xml"}:
        try:
            root = given.read_xml(name)
        except etree.XMLSyntaxError:
            found.removed.add(Kind.AUTHOR)
            return
        for each in root:
            if (each.text or "").strip():
                found.removed |= (
                    {PROPERTIES[local]} if (local := etree.QName(each).localname) in PROPERTIES else set()
                )
