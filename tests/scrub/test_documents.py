"""A PDF keeps its pages, its links and its layers."""

import io
import struct
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image
from scrub import documents, pictures
from scrub.judge import leaks
from scrub.workbench import copied, why_not

from tipline.scrub.engines.embedded import clean_icc, clean_jp2, clean_jpeg
from tipline.scrub.found import Kind, WhySealed
from tipline.scrub.types import FileType


def made(change=lambda pdf: None, **options) -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(100, 100))
    change(pdf)
    pdf.save(out, **options)
    return out.getvalue()


def opened(copy: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(copy))


def test_links_and_remarks_stay_and_their_authors_go():
    copy, _ = copied(documents.pdf(), FileType.PDF)
    pdf = opened(copy)
    remark, page, file, inside = pdf.pages[0].Annots
    assert str(remark.Contents) == "a remark"
    assert "/T" not in remark
    assert str(page.A.URI) == "https://lantern.example/"
    assert "/A" not in file
    assert inside.Dest[0].Type == Name.Page


def test_a_picture_inside_is_the_same_bit_for_bit():
    original = documents.pdf()
    both = [opened(original), opened(copied(original, FileType.PDF)[0])]
    before, after = (pikepdf.PdfImage(pdf.pages[0].Resources.XObject.A) for pdf in both)
    assert before.as_pil_image().tobytes() == after.as_pil_image().tobytes()


def test_a_hidden_layer_stays_hidden_without_its_name():
    def layered(pdf):
        hidden = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("CANARY layer")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([hidden]), D=Dictionary(OFF=Array([hidden])))
        pdf.pages[0].Resources = Dictionary(Properties=Dictionary(L=hidden))

    copy, _ = copied(made(layered), FileType.PDF)
    pdf = opened(copy)
    layers = pdf.Root.OCProperties
    assert str(layers.D.OFF[0].Name) == "Layer 1"
    assert leaks(copy) == []


def test_a_layer_that_is_in_no_list_loses_its_name():
    def layered(pdf):
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("CANARY layer")))
        either = Dictionary(Type=Name.OCMD, OCGs=Array([layer]), Who=String("CANARY"))
        notes = Dictionary(Author=String("CANARY"))
        pdf.pages[0].Resources = Dictionary(Properties=Dictionary(L=layer, M=either, N=notes))

    copy, found = copied(made(layered), FileType.PDF)
    pdf = opened(copy)
    named = pdf.pages[0].Resources.Properties
    assert set(named.keys()) == {"/L", "/M"}
    assert named.M.OCGs[0].Type == Name.OCG
    assert Kind.COMMENT in found.removed
    assert leaks(copy) == []


def test_what_programs_add_to_pictures_and_drawings_goes():
    def drawing(pdf):
        box = {"Type": Name.XObject, "Author": String("CANARY"), "Name": Name.CANARY}
        form = Stream(pdf, b"0 0 9 9 re f", **box, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        image = Stream(
            pdf,
            b"\0",
            **box,
            Subtype=Name.Image,
            Width=1,
            Height=1,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
        )
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(F=form, I=image))

    copy, found = copied(made(drawing), FileType.PDF)
    pdf = opened(copy)
    assert found.removed == {Kind.COMMENT}
    assert pdf.pages[0].Resources.XObject.I.read_bytes() == b"\0"
    assert leaks(copy) == []


def test_a_color_profile_that_says_its_type_is_cleaned():
    def colored(pdf):
        profile = Stream(pdf, pictures.profile(), N=3, Type=Name.ICCProfile)
        pdf.pages[0].Resources = Dictionary(ColorSpace=Dictionary(C=Array([Name.ICCBased, profile])))

    copy, found = copied(made(colored), FileType.PDF)
    assert found.removed == {Kind.PROFILE}
    assert leaks(copy) == []


def test_form_fields_stay_and_signatures_go():
    def form(pdf):
        box = {"Type": Name.Annot, "Subtype": Name.Widget, "Rect": [0, 0, 9, 9]}
        field = pdf.make_indirect(Dictionary(**box, FT=Name.Tx, T=String("town"), V=String("Lantern Bay")))
        signed = pdf.make_indirect(Dictionary(**box, FT=Name.Sig, V=Dictionary(Name=String("CANARY"))))
        pdf.pages[0].Annots = Array([field, signed])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field, signed]), XFA=String("CANARY"))

    copy, found = copied(made(form), FileType.PDF)
    pdf = opened(copy)
    fields = pdf.Root.AcroForm.Fields
    assert [str(field.V) for field in fields] == ["Lantern Bay"]
    assert Kind.AUTHOR in found.removed
    assert leaks(copy) == []


def test_fields_within_fields_stay_without_signatures_and_notes():
    def form(pdf):
        box = {"Type": Name.Annot, "Subtype": Name.Widget, "Rect": [0, 0, 9, 9]}
        said = {"TU": String("CANARY"), "TM": String("CANARY"), "Own": String("CANARY")}
        certificate = Dictionary(Type=Name.Sig, Name=String("CANARY"), Contents=String("CANARY"))
        seen = pdf.make_indirect(Dictionary(**box))  # it inherits that it is a signature
        signed = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=certificate, Kids=Array([seen])))
        town = pdf.make_indirect(
            Dictionary(**box, **said, FT=Name.Tx, T=String("town"), V=String("Lantern Bay"))
        )
        group = pdf.make_indirect(Dictionary(**said, T=String("group"), Kids=Array([signed, town])))
        seen.Parent, signed.Parent, town.Parent = signed, group, group
        pdf.pages[0].Annots = Array([seen, town])
        pdf.Root.AcroForm = Dictionary(Fields=Array([group]))

    copy, found = copied(made(form), FileType.PDF)
    pdf = opened(copy)
    (group,) = pdf.Root.AcroForm.Fields
    assert [str(field.V) for field in group.Kids] == ["Lantern Bay"]
    assert [str(field.T) for field in pdf.pages[0].Annots] == ["town"]
    assert {Kind.AUTHOR, Kind.COMMENT} <= found.removed
    assert leaks(copy) == []


def test_fields_in_a_circle_end():
    def circle(pdf):
        field = pdf.make_indirect(Dictionary(T=String("town")))
        field.Kids, field.Parent = Array([field, field]), field
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    pdf = opened(copied(made(circle), FileType.PDF)[0])
    assert len(pdf.Root.AcroForm.Fields) == 1
    assert len(pdf.Root.AcroForm.Fields[0].Kids) == 0


@pytest.mark.parametrize("kind", ["JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR", "Rendition"])
def test_actions_that_do_things_go(kind):
    def acting(pdf):
        action = Dictionary(
            S=Name("/" + kind), JS=String("CANARY"), F=String("CANARY"), Next=Dictionary(S=Name.JavaScript)
        )
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
        pdf.pages[0].Annots = Array([pdf.make_indirect(link)])

    copy, _ = copied(made(acting), FileType.PDF)
    pdf = opened(copy)
    assert "/A" not in pdf.pages[0].Annots[0]
    assert leaks(copy) == []


def test_what_tex_writes_of_included_files_goes():
    def included(pdf):
        form = Stream(pdf, b"q Q", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
        form["/PTEX.FileName"] = String("/home/CANARY/figure.pdf")
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(F=pdf.make_indirect(form)))

    assert leaks(copied(made(included), FileType.PDF)[0]) == []


def drawn(content: bytes, **resources) -> bytes:
    """Make a PDF of a page with these operators."""

    def change(pdf):
        pdf.pages[0].Contents = Stream(pdf, content)
        pdf.pages[0].Resources = Dictionary(**resources)

    return made(change)


def operators(copy: bytes) -> bytes:
    pdf = opened(copy)
    return b" ".join(pdf.pages[0].Contents.read_bytes().split())


def in_line(picture: bytes, filters: bytes) -> bytes:
    said = b"/W 64 /H 32 /CS /RGB /BPC 8 /Author (CANARY) /F " + filters
    return b"q 64 0 0 32 9 9 cm BI " + said + b" ID " + picture + b"\nEI Q 0 0 9 9 re f"


@pytest.mark.parametrize(
    ("filters", "packed"),
    [
        (b"/DCT", pictures.jpeg()),
        (b"[/DCTDecode]", pictures.jpeg()),
        (b"[/AHx /DCT]", pictures.jpeg().hex().encode() + b">"),
        (b"[/Fl /DCT] /DP [null null]", zlib.compress(pictures.jpeg())),
    ],
)
def test_pictures_among_the_operators_are_cleaned(filters, packed):
    copy, found = copied(drawn(in_line(packed, filters)), FileType.PDF)
    assert leaks(copy) == []
    assert Kind.COMMENT in found.removed
    pdf = opened(copy)
    (picture,) = (
        each.iimage
        for each in pikepdf.parse_content_stream(pdf.pages[0])
        if isinstance(each, pikepdf.ContentStreamInlineImage)
    )
    before = Image.open(io.BytesIO(pictures.jpeg()))
    assert picture.as_pil_image().tobytes() == before.tobytes()
    assert operators(copy).endswith(b"EI Q 0 0 9 9 re f")


@pytest.mark.parametrize("bits", [b"CANARY", b"\xff\xd8\xff\xe1\0\x08CANARY"])
def test_what_is_no_picture_among_the_operators_is_left_out(bits):
    copy, _ = copied(drawn(in_line(bits, b"/DCT")), FileType.PDF)
    assert operators(copy) == b"q 64 0 0 32 9 9 cm Q 0 0 9 9 re f"


def test_a_picture_among_the_operators_that_never_ends_is_cleaned():
    whole = in_line(pictures.jpeg(), b"/DCT")
    assert leaks(copied(drawn(whole[: whole.rindex(b"\nEI")]), FileType.PDF)[0]) == []


def test_comments_and_notes_between_the_operators_go():
    content = b"""% CANARY made this
        /P <</MCID 0 /Lang (en) /ActualText (CANARY)>> BDC 0 0 9 9 re f EMC /OC /L BDC n EMC
        /P /Named BDC n EMC /Note << /Who [(CANARY) <43>] >> DP (50 % of it) pop"""
    copy, found = copied(drawn(content), FileType.PDF)
    assert operators(copy) == (
        b"/P BMC 0 0 9 9 re f EMC /OC /L BDC n EMC /P BMC n EMC /Note MP (50 % of it) pop"
    )
    assert found.removed == {Kind.COMMENT}


def test_numbers_of_parts_are_nothing_to_tell_of():
    _, found = copied(drawn(b"/P <</MCID 0/Lang (en)>> BDC n EMC"), FileType.PDF)
    assert found.removed == set()


@pytest.mark.parametrize("kind", ["form", "pattern", "font"])
def test_what_is_drawn_elsewhere_is_cleaned_as_well(kind):
    def change(pdf):
        box = {"BBox": [0, 0, 9, 9]}
        extra = {"form": {"Subtype": Name.Form}, "pattern": {"PatternType": 1}, "font": {}}[kind]
        drawing = pdf.make_indirect(Stream(pdf, b"% CANARY\n0 0 9 9 re f", **box, **extra))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type3, CharProcs=Dictionary(A=drawing))
        used = {"form": ("XObject", drawing), "pattern": ("Pattern", drawing), "font": ("Font", font)}[kind]
        pdf.pages[0].Resources = Dictionary({"/" + used[0]: Dictionary(A=used[1])})

    original = made(change)
    assert leaks(original)
    assert leaks(copied(original, FileType.PDF)[0]) == []


def test_a_locked_file_is_said_to_be_locked():
    locked = made(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert why_not(locked, FileType.PDF) is WhySealed.LOCKED


def test_a_file_that_only_forbids_printing_is_copied():
    copy, _ = copied(made(encryption=pikepdf.Encryption(owner="o", user="")), FileType.PDF)
    assert not opened(copy).is_encrypted


def test_too_many_pages_are_too_many():
    assert why_not(documents.pdf(), FileType.PDF, pages=1) is WhySealed.TOO_BIG


def test_two_copies_of_one_file_are_the_same():
    assert copied(documents.pdf(), FileType.PDF)[0] == copied(documents.pdf(), FileType.PDF)[0]


def test_what_is_no_picture_is_none():
    assert clean_jpeg(b"\x89PNG") is None
    assert clean_jpeg(b"\xff\xd8\xff\xe1\0\x08CANARY") is None
    assert clean_jp2(b"\0\0\0\x04jP  ") is None
    assert clean_icc(b"CANARY" * 40) is None


def test_jpeg_2000_loses_its_boxes_and_comments():
    out = io.BytesIO()
    pictures.canvas().save(out, "JPEG2000", comment="CANARY comment")
    box = b"\0\0\0\x1euuidCANARY of a place....."
    at = out.getvalue().index(b"jp2h") - 4
    size = struct.unpack_from(">I", out.getvalue(), at)[0]
    header = out.getvalue()[at + 4 : at + size] + b"\0\0\0\x12xml <x>CANARY</x>" + box
    whole = out.getvalue()[:at] + struct.pack(">I", 4 + len(header)) + header + out.getvalue()[at + size :]
    cleaned = clean_jp2(whole + box)
    from PIL import Image

    assert leaks(cleaned) == []
    assert (
        Image.open(io.BytesIO(cleaned)).convert("RGB").tobytes() == Image.open(out).convert("RGB").tobytes()
    )


def test_a_color_profile_forgets_its_screen_and_keeps_its_colors():
    from PIL import ImageCms

    cleaned = clean_icc(pictures.profile())
    assert leaks(pictures.profile())
    assert leaks(cleaned) == []
    assert clean_icc(cleaned) == cleaned
    kept = ImageCms.ImageCmsProfile(io.BytesIO(cleaned))
    assert ImageCms.profileToProfile(pictures.canvas(), kept, ImageCms.createProfile("sRGB")) is not None
