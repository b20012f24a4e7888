"""The objects inside a PDF, cleaned one by one: annotations, links, pictures, color profiles."""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from tipline.scrub.engines.embedded import clean_icc, clean_jp2, clean_jpeg
from tipline.scrub.found import Found, Kind

# Keys that mean the same wherever they stand, and never what is seen on a page.
EVERYWHERE = {
    "/Metadata": Kind.XMP,
    "/PieceInfo": Kind.SOFTWARE,
    "/LastModified": Kind.TIME,
    "/AF": Kind.ATTACHMENTS,
    "/EF": Kind.ATTACHMENTS,
    "/AA": Kind.SCRIPTS,
    "/JS": Kind.SCRIPTS,
    "/Measure": Kind.PLACE,
    "/PtData": Kind.PLACE,
    "/OPI": Kind.NAME,
}
ANNOTATION = {
    "/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/Border", "/BS", "/BE", "/C", "/IC", "/CA", "/ca",
    "/DA", "/DS", "/Q", "/L", "/LE", "/Vertices", "/InkList", "/QuadPoints", "/RD", "/CL", "/Contents",
    "/A", "/Dest", "/H", "/MK", "/Name", "/Open", "/OC", "/FT", "/Ff", "/V", "/DV", "/Opt", "/I", "/TI",
    "/MaxLen", "/Parent", "/Kids", "/BM",
}  # fmt: skip
ANNOTATION_KINDS = {
    "/T": Kind.AUTHOR,
    "/M": Kind.TIME,
    "/CreationDate": Kind.TIME,
    "/NM": Kind.SERIAL,
    "/Subj": Kind.COMMENT,
    "/RC": Kind.COMMENT,
    "/TU": Kind.COMMENT,
    "/AA": Kind.SCRIPTS,
}
# What an image and a form of drawing are made of; programs add keys of their own.
XOBJECT = {
    "/Type", "/Subtype", "/Filter", "/DecodeParms", "/Length", "/OC", "/Width", "/Height", "/ColorSpace",
    "/BitsPerComponent", "/Intent", "/ImageMask", "/Mask", "/Decode", "/Interpolate", "/SMask",
    "/SMaskInData", "/Matte", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group",
}  # fmt: skip
XOBJECT_SILENT = {"/Name", "/ID", "/StructParent", "/StructParents", "/Alternates"}
LAYERS = {"/OCG": {"/Type", "/Name"}, "/OCMD": {"/Type", "/OCGs", "/P", "/VE"}}
# Kinds of annotations whose point is something else than what is seen.
DROPPED = {
    "/FileAttachment": Kind.ATTACHMENTS,
    "/Sound": Kind.ATTACHMENTS,
    "/Movie": Kind.ATTACHMENTS,
    "/Screen": Kind.ATTACHMENTS,
    "/RichMedia": Kind.ATTACHMENTS,
    "/3D": Kind.ATTACHMENTS,
    "/Popup": None,
    "/TrapNet": None,
    "/PrinterMark": None,
}
PICTURES = {"/DCTDecode": clean_jpeg, "/DCT": clean_jpeg, "/JPXDecode": clean_jp2}
MAX_DEPTH = 50  # of what a field inherits from
SAFE_LINK = re.compile(rb"(?i)(https?|mailto|tel):")


def as_dictionary(thing: Object | None) -> Object | None:
    """Return it if it is a dictionary, else None."""
    return thing if isinstance(thing, Dictionary) else None


def keep_only(thing: Object, keys: set[str], kinds: Mapping[str, Kind], found: Found | None) -> None:
    """Take all keys but these out of a dictionary."""
    for key in list(thing.keys()):
        if key not in keys:
            if found is not None and key in kinds:
                found.removed.add(kinds[key])
            del thing[key]


def is_signature(field: Object) -> bool:
    """Say whether a form field is somebody's signature, which it may inherit (ISO 32000-2, §12.7.4.1)."""
    above: Object | None = field
    for _ in range(MAX_DEPTH):
        if above is None:
            return False
        if "/FT" in above:
            return bool(above.get("/FT") == Name.Sig)
        above = as_dictionary(above.get("/Parent"))
    return True  # nobody can tell


def without_signatures(fields: Object | None, found: Found) -> Array:
    """Return form fields, and the fields within them, that are no signatures; each once."""
    return _unsigned(fields, found, set())


def _unsigned(fields: Object | None, found: Found, met: set[tuple[int, int]]) -> Array:
    kept = Array()
    for each in fields if isinstance(fields, Array) else ():
        field = as_dictionary(each)
        if field is None or not field.is_indirect or field.objgen in met:
            continue
        met.add(field.objgen)
        if field.get("/FT") == Name.Sig:
            found.removed.add(Kind.AUTHOR)
            continue
        if "/Kids" in field:
            field["/Kids"] = _unsigned(field["/Kids"], found, met)
        kept.append(each)
    return kept


def clean_annotation(annotation: Object, found: Found) -> bool:
    """Leave of an annotation what is seen and what its link leads to; return False to leave it out whole."""
    subtype = str(annotation.get("/Subtype", ""))
    if subtype in DROPPED or is_signature(annotation):
        kind = DROPPED.get(subtype, Kind.AUTHOR)
        found.removed |= {kind} if kind else set()
        return False
    # a form's field is named by /T, anything else by its author
    is_field = subtype == "/Widget"
    keep_only(annotation, ANNOTATION | ({"/T"} if is_field else set()), ANNOTATION_KINDS, found)
    return True


def clean_all(given: Pdf, found: Found) -> None:
    """Clean every object of a file, whatever it hangs on."""
    for thing in given.objects:
        if isinstance(thing, Stream):
            _clean_stream(given, thing, found)
        for inner in walk(thing):
            _clean_dictionary(inner, found)


def walk(thing: Object) -> Iterable[Object]:
    """Yield the dictionaries that an object is made of; what it refers to comes by itself."""
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Dictionary | Stream):
            yield each
            waiting += [value for value in dict(each.items()).values() if _has_parts(value)]
        elif isinstance(each, Array):
            waiting += [value for value in each if _has_parts(value)]


def _has_parts(value: object) -> bool:
    return isinstance(value, Dictionary | Array) and not value.is_indirect


def _clean_dictionary(thing: Object, found: Found) -> None:
    for key in list(thing.keys()):
        if key in EVERYWHERE or key.startswith("/PTEX."):
            found.removed.add(EVERYWHERE.get(key, Kind.NAME))
            del thing[key]
    if _signs(thing):
        found.removed.add(Kind.AUTHOR)
        keep_only(thing, {"/Type"}, {}, None)
    elif "/FT" in thing or {"/T", "/Kids"} <= set(thing.keys()):
        keep_only(thing, ANNOTATION | {"/T"}, ANNOTATION_KINDS, found)
    _clean_layers(thing, found)
    action = as_dictionary(thing.get("/A"))
    if action is not None and not _is_safe(action):
        reaches = str(action.get("/S")) in {"/URI", "/GoToR", "/GoToE", "/Launch"}
        found.removed.add(Kind.LINKS if reaches else Kind.SCRIPTS)
        del thing["/A"]
    elif action is not None:
        keep_only(action, {"/S", "/URI", "/D", "/N"}, {}, found)


def _signs(thing: Object) -> bool:
    """Say whether it is the signature itself, with its maker's certificate."""
    return "/ByteRange" in thing or thing.get("/Type") in (Name.Sig, Name.DocTimeStamp)


def _clean_layers(thing: Object, found: Found) -> None:
    """Name a layer that is in no list of them, and leave out the notes that stand among layers."""
    kind = str(thing.get("/Type", ""))
    if kind in LAYERS:
        keep_only(thing, LAYERS[kind], {}, None)
        if kind == "/OCG" and not re.fullmatch(r"Layer \d+", str(thing.get("/Name", ""))):
            thing["/Name"] = pikepdf.String("Layer")
    named = as_dictionary(thing.get("/Properties"))
    for name, each in dict(named.items()).items() if named is not None else ():
        layer = as_dictionary(each)
        if layer is None or str(layer.get("/Type", "")) not in LAYERS:
            found.removed.add(Kind.COMMENT)
            del thing["/Properties"][name]


def _is_safe(action: Object) -> bool:
    """Say whether an action only turns to a page or opens a web address; others run or reach something."""
    kind = action.get("/S")
    if kind == Name.URI:
        address = action.get("/URI")
        return isinstance(address, pikepdf.String) and SAFE_LINK.match(bytes(address)) is not None
    return kind in (Name.GoTo, Name.Named)


def _clean_stream(given: Pdf, stream: Stream, found: Found) -> None:
    """Clean pictures and profiles; a picture that claims to be what it is not is left blank."""
    if stream.get("/Subtype") in (Name.Image, Name.Form):
        if set(stream.keys()) - XOBJECT - XOBJECT_SILENT:
            found.removed.add(Kind.COMMENT)
        keep_only(stream, XOBJECT, {}, None)
    filters = listed(stream.get("/Filter"))
    last = str(filters[-1]) if filters else ""
    if last in PICTURES:
        raw = _outer_bytes(given, stream, filters)
        picture = PICTURES[last](raw) or b""
        if picture != raw:
            found.removed.add(Kind.COMMENT)
        parms = listed(stream.get("/DecodeParms"))
        own = as_dictionary(parms[-1]) if len(parms) == len(filters) else None
        stream.write(picture, filter=Name(last), decode_parms=cast(Dictionary | None, own))
    elif "/N" in stream and stream.get("/Type") != Name.ObjStm and "/Subtype" not in stream:
        _clean_profile(stream, found)


def listed(value: Object | None) -> list[Object]:
    """Return what may stand alone or in an array, as a list."""
    return list(value) if isinstance(value, Array) else [] if value is None else [value]


def _outer_bytes(given: Pdf, stream: Stream, filters: list[Object]) -> bytes:
    """Return a picture's bytes out of the filters that lie round its own."""
    raw = stream.read_raw_bytes()
    if len(filters) == 1:
        return raw
    outer = Stream(given, raw)
    outer["/Filter"] = Array(filters[:-1])
    parms = listed(stream.get("/DecodeParms"))
    if len(parms) == len(filters):
        outer["/DecodeParms"] = Array(parms[:-1])
    return outer.read_bytes()


def _clean_profile(stream: Stream, found: Found) -> None:
    profile = stream.read_bytes()
    cleaned = clean_icc(profile)
    if cleaned is not None and cleaned != profile:
        found.removed.add(Kind.PROFILE)
        stream.write(cleaned)
