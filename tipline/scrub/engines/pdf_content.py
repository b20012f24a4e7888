"""What is drawn on a PDF's pages, without what is only written between the drawing.

Comments, the notes on parts of a page and pictures that stand among the operators (ISO 32000-2, §7.8.2,
§14.6 and §8.9.7). Token by token, so that whatever else is there stays byte for byte as it was.
"""

import re

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, Token, TokenFilter, TokenType

from tipline.scrub.engines.embedded import clean_jpeg
from tipline.scrub.engines.pdf_objects import as_dictionary, keep_only, listed, walk
from tipline.scrub.found import Found, Kind

TO_CLEAN = re.compile(rb"%|\bBI\b|BDC|DP")
UNNOTED = {b"BDC": b"BMC", b"DP": b"MP"}
# What a program writes on each part of a page, for a tree of parts that does not go along.
OF_THE_TREE = {"/MCID", "/Lang", "/Type", "/Subtype", "/BBox", "/Attached"}
PICTURE = {
    "/BitsPerComponent", "/ColorSpace", "/Decode", "/DecodeParms", "/Filter", "/Height", "/ImageMask",
    "/Width", "/Interpolate", "/BPC", "/CS", "/D", "/DP", "/F", "/H", "/IM", "/I", "/W",
}  # fmt: skip
JPEG = {"/DCT", "/DCTDecode"}
FILTERS = {
    "/AHx": Name.ASCIIHexDecode,
    "/A85": Name.ASCII85Decode,
    "/LZW": Name.LZWDecode,
    "/Fl": Name.FlateDecode,
    "/RL": Name.RunLengthDecode,
}
# Tuples, which ask the kinds who they are: their hashes cost more than all the rest.
PLAIN = (TokenType.space, TokenType.integer, TokenType.real)
OPENING = (TokenType.array_open, TokenType.dict_open)
CLOSING = (TokenType.array_close, TokenType.dict_close)
ALWAYS_ENDING = {b"BI", b"ID", *UNNOTED}  # never among operands, so that nothing hides in an open bracket


def clean_contents(given: Pdf, found: Found) -> None:
    """Clean what is drawn on the pages, in forms and patterns, and by fonts that are drawings."""
    for page in given.pages:
        page.contents_coalesce()
        contents = page.obj.get("/Contents")
        if isinstance(contents, Stream):
            _clean_content(given, contents, found)
    for thing in given.objects:
        if isinstance(thing, Stream) and _is_drawing(thing):
            _clean_content(given, thing, found)
        for each in walk(thing):
            glyphs = as_dictionary(each.get("/CharProcs"))
            for glyph in dict(glyphs.items()).values() if glyphs is not None else ():
                if isinstance(glyph, Stream):
                    _clean_content(given, glyph, found)


def _is_drawing(stream: Stream) -> bool:
    return stream.get("/Subtype") == Name.Form or stream.get("/PatternType") == 1


def _clean_content(given: Pdf, stream: Stream, found: Found) -> None:
    if TO_CLEAN.search(stream.read_bytes()):
        # only pages give their tokens away, so the stream is one's for a moment
        page = pikepdf.Page(given.make_indirect(Dictionary(Type=Name.Page, Contents=stream)))
        stream.write(page.get_filtered_contents(_Drawing(given, found)))


class _Drawing(TokenFilter):
    """The operators of a stream, each with its operands."""

    def __init__(self, given: Pdf, found: Found) -> None:
        super().__init__()
        self._given, self._found = given, found
        self._waiting: list[Token] = []
        self._depth = 0
        self._picture: bytes | None = None  # what is said of the picture whose bits come next
        self._gone = False  # the picture before the operator that ends it

    def handle_token(self, token: Token) -> Token | list[Token]:
        kind = token.type_
        if kind in PLAIN and not self._waiting and self._picture is None:
            return token  # most of a drawing is numbers
        if self._picture is not None:
            return [] if kind == TokenType.space else self._drawn(token.raw_value)
        if kind == TokenType.comment:
            self._found.removed.add(Kind.COMMENT)
            return []
        self._waiting.append(token)
        self._depth += (kind in OPENING) - (kind in CLOSING)
        if kind == TokenType.eof:
            return self._flushed()
        if kind == TokenType.word and (self._depth <= 0 or token.raw_value in ALWAYS_ENDING):
            return self._ended(token.raw_value)
        return []

    def _ended(self, operator: bytes) -> list[Token]:
        """Return an operator with its operands, or what of them goes along."""
        tokens = self._flushed()
        if operator == b"BI":
            return tokens[:-1]
        if operator == b"ID":
            self._picture = b"".join(each.raw_value for each in tokens[:-1])
            return []
        if operator == b"EI" and self._gone:
            self._gone = False
            return []
        return self._without_notes(tokens) if operator in UNNOTED else tokens

    def _flushed(self) -> list[Token]:
        tokens, self._waiting, self._depth = self._waiting, [], 0
        return tokens

    def _without_notes(self, tokens: list[Token]) -> list[Token]:
        """Leave of the notes on a part of a page which layer it belongs to."""
        at = next((at for at, each in enumerate(tokens) if each.type_ == TokenType.name_), None)
        if at is None:
            return tokens
        notes, operator = tokens[at + 1 : -1], tokens[-1].raw_value
        if tokens[at].raw_value == b"/OC" and all(
            each.type_ in {TokenType.space, TokenType.name_} for each in notes
        ):
            return tokens
        written = _parsed(b"".join(each.raw_value for each in notes))
        if isinstance(written, Dictionary) and set(written.keys()) - OF_THE_TREE:
            self._found.removed.add(Kind.COMMENT)
        return [*tokens[: at + 1], _written(b" " + UNNOTED[operator])]

    def _drawn(self, bits: bytes) -> list[Token]:
        """Return a picture that is clean; one that claims to be what it is not is left out."""
        said, self._picture = _parsed(b"<<" + (self._picture or b"") + b">>"), None
        cleaned = self._cleaned(said, bits) if isinstance(said, Dictionary) else None
        if not isinstance(said, Dictionary) or cleaned is None:
            self._gone = True
            return []
        keep_only(said, PICTURE, {}, None)
        return [_written(b"BI" + said.unparse()[2:-2] + b"ID " + cleaned + b"\n")]

    def _cleaned(self, said: Object, bits: bytes) -> bytes | None:
        key = "/Filter" if "/Filter" in said else "/F"
        filters = listed(said.get(key))
        if not filters or str(filters[-1]) not in JPEG:
            return bits
        raw = self._unpacked(filters[:-1], said, bits)
        cleaned = clean_jpeg(raw)
        if cleaned != raw.rstrip():
            self._found.removed.add(Kind.COMMENT)
        said[key] = filters[-1]
        return cleaned

    def _unpacked(self, filters: list[Object], said: Object, bits: bytes) -> bytes:
        """Return a picture's bytes out of the filters that lie round its own."""
        if not filters:
            return bits
        outer = Stream(self._given, bits)
        outer["/Filter"] = Array([FILTERS.get(str(each), each) for each in filters])
        for key in ("/DecodeParms", "/DP"):
            if key in said:
                outer["/DecodeParms"] = Array(listed(said[key])[:-1])
                del said[key]
        return outer.read_bytes()


def _parsed(written: bytes) -> object:
    try:
        return Object.parse(written)
    except pikepdf.PdfError:
        return None


def _written(raw: bytes) -> Token:
    return Token(TokenType.word, raw)
