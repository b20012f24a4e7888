"""Word's fields: what they show of people and files goes, and so does what tells them where to look.

A field is one element, or stands in a row of marks: begin, instruction, separate, result, end
(ECMA-376 Part 1, §17.16).
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from tipline.scrub.engines.package import PATH, SAFE_LINK, remove, unwrap
from tipline.scrub.found import Found, Kind

_GONE = {
    Kind.AUTHOR: "AUTHOR LASTSAVEDBY USERNAME USERINITIALS USERADDRESS",
    Kind.NAME: "FILENAME TITLE TEMPLATE",
    Kind.COMMENT: "SUBJECT KEYWORDS COMMENTS DOCPROPERTY DOCVARIABLE INFO",
    Kind.TIME: "CREATEDATE SAVEDATE PRINTDATE EDITTIME",
    Kind.REVISIONS: "REVNUM",
}
GONE = {name: kind for kind, names in _GONE.items() for name in names.split()}
# Fields whose result stays as it is, without what it came from.
_SETTLED = {
    Kind.LINKS: "INCLUDEPICTURE INCLUDETEXT INCLUDE IMPORT LINK DDE DDEAUTO DATABASE RD EMBED",
    Kind.COMMENT: "ADDIN CITATION BIBLIOGRAPHY PRIVATE MACROBUTTON GOTOBUTTON MERGEFIELD",
}
SETTLED = {name: kind for kind, names in _SETTLED.items() for name in names.split()}
LINK = re.compile(r"(?i)\s*HYPERLINK\s+\"?([^\s\"\\][^\s\"]*)")


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    has_result: bool = False
    marks: list[etree._Element] = field(default_factory=list)
    result: list[etree._Element] = field(default_factory=list)


def clean(root: etree._Element, found: Found) -> None:
    """Clean the fields of a part."""
    for each in list(root.iter("{*}fldSimple")):
        _clean_simple(each, found)
    open_fields: list[_Field] = []
    for each in list(root.iter("{*}fldChar", "{*}instrText", "{*}t")):
        local = etree.QName(each).localname
        kind = next((value for name, value in each.attrib.items() if name.endswith("fldCharType")), "")
        if kind == "begin":
            open_fields.append(_Field())
        if local == "t":
            for outer in open_fields:
                outer.result += [each] if outer.has_result else []
        elif not open_fields:
            remove(each)  # of no field
        else:
            _note(open_fields[-1], each, kind)
        if kind == "end" and open_fields:
            _clean_field(open_fields.pop(), found)
    for each in open_fields:  # which never end
        _clean_field(each, found)


def _note(inner: _Field, mark: etree._Element, kind: str) -> None:
    inner.marks.append(mark)
    inner.has_result |= kind == "separate"
    if not kind:
        inner.instruction += mark.text or ""


def _clean_field(one: _Field, found: Found) -> None:
    name = _name(one.instruction)
    if name in GONE:
        found.removed.add(GONE[name])
        for each in (*one.marks, *one.result):
            remove(each)
    elif _leads_away(one.instruction):
        found.removed.add(SETTLED.get(name, Kind.LINKS))
        for each in one.marks:
            remove(each)


def _clean_simple(element: etree._Element, found: Found) -> None:
    instruction = next((value for name, value in element.attrib.items() if name.endswith("instr")), "")
    _clean_field(_Field(instruction, result=[element]), found)
    if _leads_away(instruction):
        unwrap(element)


def _name(instruction: str) -> str:
    return next(iter(instruction.upper().split()), "")


def _leads_away(instruction: str) -> bool:
    link = LINK.match(instruction)
    if link is not None:
        return SAFE_LINK.match(link[1]) is None
    return _name(instruction) in SETTLED or PATH.search(instruction) is not None
