"""Pictures that say everything about who took them."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

pillow_heif.register_heif_opener()
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmp:CreatorTool="CANARY tool">'
    b"<dc:creator><rdf:Seq><rdf:li>CANARY creator</rdf:li></rdf:Seq></dc:creator>"
    b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
LATITUDE, LONGITUDE = 43.4675, 11.885
TAKEN_AT = "2024-05-06T07:08:09+02:00"


def exif(orientation: int = 1) -> Image.Exif:
    notes = Image.Exif()
    notes[0x010F], notes[0x0110] = "CANARY make", "CANARY model"
    notes[0x0131], notes[0x013B], notes[0x0132] = "CANARY software", "CANARY artist", "2024:06:01 00:00:00"
    notes[0x010E], notes[0x0112] = "CANARY description", orientation
    notes.get_ifd(0x8769).update(
        {
            0x9003: "2024:05:06 07:08:09",
            0x9011: "+02:00",
            0xA431: "CANARY serial",
            0x927C: b"CANARY maker note",
            0x9286: b"ASCII\0\0\0CANARY user comment",
            0xA430: "CANARY owner",
        }
    )
    notes.get_ifd(0x8825).update(
        {1: "N", 2: (43.0, 28.0, 3.0), 3: "E", 4: (11.0, 53.0, 6.0), 29: "2024:05:06"}
    )
    return notes


def canvas(mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right: wider than high."""
    made = Image.new("RGB", (64, 32), (220, 20, 20))
    made.paste((20, 20, 220), (32, 0, 64, 32))
    return made.convert(mode)


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def profile() -> bytes:
    """A color profile of a screen with a name, whose red is blue and whose blue is red."""
    named = srgb().replace("sRGB built-in".encode("utf-16-be"), "CANARY screen".encode("utf-16-be"))
    return named.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")


def _saved(picture: Image.Image, format_: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def jpeg() -> bytes:
    whole = _saved(
        canvas(), "JPEG", exif=exif(orientation=6), comment="CANARY comment", xmp=XMP, icc_profile=srgb()
    )
    return whole + b"CANARY after the picture"


def png() -> bytes:
    texts = PngInfo()
    texts.add_text("Author", "CANARY author")
    texts.add_text("Comment", "CANARY comment", zip=False)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return _saved(canvas("RGBA"), "PNG", exif=exif(), pnginfo=texts, icc_profile=srgb())


def webp() -> bytes:
    return _saved(canvas(), "WEBP", exif=exif(), xmp=XMP, icc_profile=srgb())


def gif() -> bytes:
    frames = [canvas().rotate(angle) for angle in (0, 90, 180)]
    return _saved(
        frames[0],
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[100, 200, 300],
        loop=0,
        comment=b"CANARY comment",
    )


def heic() -> bytes:
    return _saved(canvas(), "HEIF", exif=exif().tobytes(), xmp=XMP)


def of_no_pixels(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
