"""PDF: what a reader sees on the pages goes along; who wrote it, when and with what does not.

The file is written anew from what the pages need, so that earlier versions, which PDF keeps, and
everything that hangs on the catalog by itself are left behind.
"""

from typing import IO, BinaryIO, cast

import pikepdf
from pikepdf import Array, Object, ObjectStreamMode, Pdf, StreamDecodeLevel

from tipline.scrub.engines import pdf_content, pdf_objects
from tipline.scrub.engines.pdf_objects import as_dictionary, keep_only
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType

CATALOG = {
    "/Type", "/Pages", "/Version", "/PageLabels", "/PageLayout", "/PageMode", "/ViewerPreferences",
    "/Outlines", "/Names", "/Dests", "/OCProperties", "/AcroForm", "/Lang",
}  # fmt: skip
CATALOG_KINDS = {
    "/Metadata": Kind.XMP,
    "/PieceInfo": Kind.SOFTWARE,
    "/OpenAction": Kind.SCRIPTS,
    "/AA": Kind.SCRIPTS,
    "/AF": Kind.ATTACHMENTS,
    "/Collection": Kind.ATTACHMENTS,
}
PAGE = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox",
    "/Contents", "/Rotate", "/Group", "/Annots", "/UserUnit", "/Kids", "/Count",
}  # fmt: skip
PAGE_KINDS = {
    "/Metadata": Kind.XMP,
    "/PieceInfo": Kind.SOFTWARE,
    "/LastModified": Kind.TIME,
    "/Thumb": Kind.THUMBNAIL,
    "/AA": Kind.SCRIPTS,
    "/VP": Kind.PLACE,
}
INFO = {
    "/Author": Kind.AUTHOR,
    "/Title": Kind.NAME,
    "/Subject": Kind.COMMENT,
    "/Keywords": Kind.COMMENT,
    "/Creator": Kind.SOFTWARE,
    "/Producer": Kind.SOFTWARE,
    "/CreationDate": Kind.TIME,
    "/ModDate": Kind.TIME,
}
FORM = {"/Fields", "/DA", "/DR", "/Q", "/NeedAppearances"}


def scrub(clear: IO[bytes], clean: IO[bytes], _type: FileType, limits: Limits, found: Found) -> None:
    """Write a PDF anew.

    Raises:
        CannotScrub: it has a password, or more pages than is allowed.
    """
    try:
        given = Pdf.open(cast(BinaryIO, clear), access_mode=pikepdf.AccessMode.stream)
    except pikepdf.PasswordError as error:
        raise CannotScrub(WhySealed.LOCKED) from error
    with given:
        if len(given.pages) > limits.pages:
            raise CannotScrub(WhySealed.TOO_BIG)
        if not given.pages:
            raise CannotScrub(WhySealed.DAMAGED)
        _trailer(given, clear, found)
        _catalog(given.Root, found)
        for page in given.pages:
            keep_only(page.obj, PAGE, PAGE_KINDS, found)
            _annotations(page.obj, found)
        pdf_objects.clean_all(given, found)
        pdf_content.clean_contents(given, found)
        given.save(
            cast(BinaryIO, clean),
            fix_metadata_version=False,
            compress_streams=True,
            stream_decode_level=StreamDecodeLevel.none,
            object_stream_mode=ObjectStreamMode.generate,
            deterministic_id=True,
            encryption=False,
        )
        _check(clean, len(given.pages))


def _check(clean: IO[bytes], pages: int) -> None:
    """See that a damaged file did not become a copy that nobody can open."""
    try:
        with Pdf.open(cast(BinaryIO, clean)) as copy:
            if len(copy.pages) == pages:
                return
    except pikepdf.PdfError:
        pass
    raise CannotScrub(WhySealed.DAMAGED)


def _trailer(given: Pdf, clear: IO[bytes], found: Found) -> None:
    info = as_dictionary(given.trailer.get("/Info"))
    if info is not None:
        found.removed |= {INFO.get(key, Kind.COMMENT) for key in list(info.keys()) if key != "/Trapped"}
    for key in ("/Info", "/ID"):
        if key in given.trailer:
            del given.trailer[key]
    clear.seek(0)
    versions = clear.read().count(b"startxref")
    if versions > (2 if given.is_linearized else 1):  # a file made for the web has two from the start
        found.removed.add(Kind.REVISIONS)


def _catalog(root: Object, found: Found) -> None:
    names = as_dictionary(root.get("/Names"))
    if names is not None:
        if "/EmbeddedFiles" in names:
            found.removed.add(Kind.ATTACHMENTS)
        if "/JavaScript" in names:
            found.removed.add(Kind.SCRIPTS)
        keep_only(names, {"/Dests"}, {}, found)
    keep_only(root, CATALOG, CATALOG_KINDS, found)
    form = as_dictionary(root.get("/AcroForm"))
    if form is not None:
        keep_only(form, FORM, {"/XFA": Kind.SCRIPTS}, found)
        form["/Fields"] = pdf_objects.without_signatures(form.get("/Fields"), found)
    layers = as_dictionary(root.get("/OCProperties"))
    if layers is not None:
        _layers(layers)


def _layers(layers: Object) -> None:
    """Keep which layers are shown; what they are called and who made them goes."""
    keep_only(layers, {"/OCGs", "/D"}, {}, None)
    shown = as_dictionary(layers.get("/D"))
    if shown is not None:
        keep_only(shown, {"/ON", "/OFF", "/BaseState"}, {}, None)
    groups = layers.get("/OCGs")
    for number, group in enumerate(groups if isinstance(groups, Array) else ()):
        if (layer := as_dictionary(group)) is not None:
            keep_only(layer, {"/Type"}, {}, None)
            layer["/Name"] = pikepdf.String(f"Layer {number + 1}")


def _annotations(page: Object, found: Found) -> None:
    annotations = page.get("/Annots")
    if not isinstance(annotations, Array):
        if annotations is not None:
            del page["/Annots"]
        return
    kept = []
    for each in annotations:
        annotation = as_dictionary(each)
        if annotation is not None and pdf_objects.clean_annotation(annotation, found):
            kept.append(each)
    page["/Annots"] = Array(kept)
