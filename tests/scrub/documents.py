"""A PDF that says everything about who wrote it."""

import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from scrub.pictures import XMP, jpeg, profile


def pdf() -> bytes:
    made, out = pikepdf.new(), io.BytesIO()
    for _ in range(2):
        made.add_blank_page(page_size=(200, 200))
    page = made.pages[0]
    photograph = {
        "Type": Name.XObject,
        "Subtype": Name.Image,
        "Width": 64,
        "Height": 32,
        "BitsPerComponent": 8,
    }
    colors = Array([Name.ICCBased, made.make_indirect(Stream(made, profile(), N=3))])
    plain = Stream(made, jpeg(), **photograph, Filter=Name.DCTDecode, ColorSpace=colors)
    plain.Metadata = made.make_indirect(Stream(made, XMP))
    wrapped = Stream(
        made,
        zlib.compress(jpeg()),
        **photograph,
        Filter=Array([Name.FlateDecode, Name.DCTDecode]),
        ColorSpace=Name.DeviceRGB,
    )
    page.Resources = Dictionary(
        XObject=Dictionary(A=made.make_indirect(plain), B=made.make_indirect(wrapped))
    )
    page.Contents = Stream(made, b"q 64 0 0 32 9 99 cm /A Do Q q 64 0 0 32 99 99 cm /B Do Q")
    page.PieceInfo = Dictionary(App=Dictionary(Private=String("CANARY private")))
    page.VP = Array([Dictionary(Measure=Dictionary(Name=String("CANARY place")))])
    page.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("CANARY()")))
    box = {"Type": Name.Annot, "Rect": [0, 0, 9, 9]}
    signature = Dictionary(
        **box,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=String("Signature"),
        V=Dictionary(Type=Name.Sig, Name=String("CANARY"), ByteRange=Array([0, 1, 2, 3])),
    )
    page.Annots = Array(
        [
            made.make_indirect(each)
            for each in (
                Dictionary(
                    **box,
                    Subtype=Name.Text,
                    Contents=String("a remark"),
                    T=String("CANARY"),
                    M=String("CANARY"),
                ),
                Dictionary(
                    **box, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://lantern.example/"))
                ),
                Dictionary(
                    **box, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("file:///home/CANARY/x"))
                ),
                Dictionary(**box, Subtype=Name.Link, Dest=Array([made.pages[1].obj, Name.Fit])),
                signature,
                Dictionary(**box, Subtype=Name.FileAttachment, FS=Dictionary(F=String("CANARY"))),
            )
        ]
    )
    made.Root.AcroForm = Dictionary(Fields=Array([page.Annots[4]]), SigFlags=3)
    made.attachments["CANARY.txt"] = b"CANARY attachment"
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("CANARY()"))
    made.Root.Metadata = made.make_indirect(Stream(made, XMP, Type=Name.Metadata, Subtype=Name.XML))
    for key in ("Author", "Title", "Producer", "Creator", "Keywords"):
        made.docinfo[f"/{key}"] = f"CANARY {key}"
    made.docinfo["/CreationDate"] = "D:20240506070809+02'00'"
    made.save(out, compress_streams=False, fix_metadata_version=False)
    # a changed PDF keeps what it was before, and ends with a second pointer into itself
    whole = out.getvalue()
    start = whole.rindex(b"startxref")
    return whole + b"% CANARY of an earlier version\n" + whole[start:]
