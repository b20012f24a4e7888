"""What stands inside the XML of an Office file: names, dates, traces of editing.

Tracked changes are accepted: what was struck out is gone, as are who did it and when.
"""

import re

from lxml import etree

from tipline.scrub.engines import ooxml_fields
from tipline.scrub.engines.package import blank_paths, remove, unwrap
from tipline.scrub.found import Found, Kind

NOBODY = "Author"
# Elements by their local name; a name means one thing in all three formats.
_REMOVED = {
    Kind.REVISIONS: """
        del moveFrom delText delInstrText rPrChange pPrChange sectPrChange tblPrChange tblPrExChange
        tcPrChange trPrChange tblGridChange numberingChange cellIns cellDel cellMerge
        moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd customXmlInsRangeStart
        customXmlInsRangeEnd customXmlDelRangeStart customXmlDelRangeEnd customXmlMoveFromRangeStart
        customXmlMoveFromRangeEnd customXmlMoveToRangeStart customXmlMoveToRangeEnd rsids
        revisionPtr revisionView
        """,
    Kind.AUTHOR: """
        permStart permEnd fileSharing customWorkbookViews customSheetViews presenceInfo
        writeProtection protectedRanges
        """,
    Kind.COMMENT: "docVars docId dataBinding scenarios fldData",
    Kind.LINKS: """
        absPath attachedTemplate saveThroughXslt mailMerge externalReferences webPublishItems webPublishing
        """,
    Kind.SOFTWARE: "fileVersion fileRecoveryPr",
    Kind.ATTACHMENTS: "oleObjects controls",
}
REMOVED = {name: kind for kind, names in _REMOVED.items() for name in names.split()}
UNWRAPPED = {"ins": Kind.REVISIONS, "moveTo": Kind.REVISIONS, "smartTag": None}
# Attributes by their local name, on whatever they stand.
DROPPED = {
    **dict.fromkeys(
        ("date", "dateUtc", "dT", "dt", "created", "refreshedDate", "refreshedDateIso"), Kind.TIME
    ),
    **dict.fromkeys(("refreshedBy", "userId", "providerId", "displayName"), Kind.AUTHOR),
    **dict.fromkeys(("paraId", "textId"), None),
    "gfxdata": Kind.ATTACHMENTS,
}
# Sums and charts that take from another workbook: by its number, its name or its place on a computer.
OTHER_BOOK = re.compile(r"\[[^\[\]]*\.xl\w+\]|\[\d+\]|[A-Za-z]:\\|\\\\\w|file:", re.IGNORECASE)
NAMED = {"author": NOBODY, "initials": "A"}
RELATIONS = re.compile(
    r"http://(schemas\.openxmlformats\.org/officeDocument/2006|purl\.oclc\.org/ooxml/officeDocument)/relationships"
)
REVISION_MARKS = re.compile(r"http://schemas\.microsoft\.com/office/\w+/\d+/revision\d*")
# Elements that say the same without what they point to.
STAY_WITHOUT = {"hyperlink", "pageSetup", "blip"}
EMPTIED = {"externalReferences", "oleObjects", "controls", "custDataLst"}


def clean(root: etree._Element, gone: set[str], found: Found) -> None:
    """Clean a part whose links with the ids `gone` lead nowhere any more."""
    names = {each.text.strip() for each in root.iter("{*}author") if each.text}
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        local = etree.QName(element).localname
        if local in UNWRAPPED and not (element.text or "").strip():
            kind = UNWRAPPED[local]
            found.removed |= {kind} if kind else set()
            unwrap(element)
        elif local in REMOVED and element is not root:
            found.removed.add(REMOVED[local])
            remove(element)
        else:
            if local == "t" and (element.text or "").strip().rstrip(":") in names - {""}:
                element.text = f"{NOBODY}:"  # Excel begins each remark with its author's name
            _clean_element(element, local, gone, found)
    ooxml_fields.clean(root, found)


def _clean_element(element: etree._Element, local: str, gone: set[str], found: Found) -> None:
    if local in {"cmAuthor", "author"}:
        _forget_author(element, found)
    if local in {"f", "definedName"} and OTHER_BOOK.search(element.text or ""):
        found.removed.add(Kind.LINKS)
        if (etree.QName(element).namespace or "").endswith("/chart"):
            element.text = ""  # a chart shows what it remembers, and must have one
        else:
            remove(element)
        return
    for name in list(element.attrib):
        _clean_attribute(element, name, found)
    blank_paths(element, found)
    _unlink(element, local, gone)


def _forget_author(element: etree._Element, found: Found) -> None:
    """Forget a name in Excel's and PowerPoint's lists of who commented; numbers keep them apart."""
    found.removed.add(Kind.AUTHOR)
    if element.text and element.text.strip():
        element.text = NOBODY
    for name in ("name", "initials"):
        if element.get(name):
            element.set(name, NOBODY[: 1 if name == "initials" else None])


def _clean_attribute(element: etree._Element, name: str, found: Found) -> None:
    qualified = etree.QName(name)
    local = qualified.localname
    if local in NAMED and (local == "author" or qualified.namespace):
        found.removed.add(Kind.AUTHOR)
        element.set(name, NAMED[local])
    elif local in DROPPED:
        kind = DROPPED[local]
        found.removed |= {kind} if kind else set()
        del element.attrib[name]
    elif local.startswith("rsid") or REVISION_MARKS.fullmatch(qualified.namespace or ""):
        found.removed.add(Kind.REVISIONS)
        del element.attrib[name]


def _unlink(element: etree._Element, local: str, gone: set[str]) -> None:
    for name, value in list(element.attrib.items()):
        qualified = etree.QName(name)
        if value not in gone or not (
            RELATIONS.fullmatch(qualified.namespace or "") or qualified.localname == "relid"
        ):
            continue
        if local in STAY_WITHOUT:
            del element.attrib[name]
            continue
        parent = element.getparent()
        remove(element)
        while parent is not None and not len(parent) and etree.QName(parent).localname in EMPTIED:
            parent, emptied = parent.getparent(), parent
            remove(emptied)
        return
