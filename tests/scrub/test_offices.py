"""An Office file keeps its words, its sums and its pictures."""

import base64
import io
import re
import zipfile

import pytest
from lxml import etree
from PIL import Image
from scrub import offices, pictures
from scrub.judge import leaks
from scrub.workbench import copied, part, parts, why_not

from tipline.scrub.engines import package
from tipline.scrub.found import Kind, WhySealed
from tipline.scrub.types import FileType


def words(xml: str) -> str:
    return " ".join(" ".join(etree.fromstring(xml.encode()).itertext()).split())


def test_changes_are_accepted():
    copy, _ = copied(offices.docx(), FileType.DOCX)
    assert words(part(copy, "word/document.xml")) == "A lighthouse is sold. To a drummer. a page a file"


def test_remarks_stay_without_their_authors():
    copy, _ = copied(offices.docx(), FileType.DOCX)
    assert "a remark" in part(copy, "word/comments.xml")
    assert 'author="Author"' in part(copy, "word/comments.xml")


def test_no_link_leads_to_what_is_not_there():
    for original, kind in (
        (offices.docx(), FileType.DOCX),
        (offices.xlsx(), FileType.XLSX),
        (offices.pptx(), FileType.PPTX),
    ):
        copy, _ = copied(original, kind)
        assert zipfile.ZipFile(io.BytesIO(copy)).testzip() is None
        for name in parts(copy):
            if name.endswith(".rels"):
                known = set(re.findall(r'Id="(\w+)"', part(copy, name)))
                document = name.replace("_rels/", "").removesuffix(".rels")
                used = (
                    set(re.findall(r'r:\w+="(\w+)"', part(copy, document)))
                    if document in parts(copy)
                    else set()
                )
                assert used <= known, name


def test_links_to_pages_stay_and_links_to_files_go():
    copy, found = copied(offices.docx(), FileType.DOCX)
    assert "https://lantern.example/" in part(copy, "word/_rels/document.xml.rels")
    assert "file:" not in part(copy, "word/_rels/document.xml.rels")
    assert Kind.LINKS in found.removed


def test_pictures_that_cannot_be_cleaned_are_left_blank():
    copy, _ = copied(offices.docx(), FileType.DOCX)
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert Image.open(io.BytesIO(archive.read("word/media/image2.emf"))).size == (1, 1)
        assert Image.open(io.BytesIO(archive.read("word/media/image1.jpeg"))).size == (32, 64)


def test_sums_stay_without_the_file_they_came_from():
    copy, _ = copied(offices.xlsx(), FileType.XLSX)
    assert words(part(copy, "xl/worksheets/sheet1.xml")) == "41 42"
    assert words(part(copy, "xl/comments1.xml")) == "Author Author: a remark"
    assert "Sums" in part(copy, "xl/workbook.xml")


def test_open_document_text_keeps_the_words_around_what_goes():
    copy, _ = copied(offices.odt(), FileType.ODT)
    assert words(part(copy, "content.xml")) == "A lighthouse a remark is sold. a file a page"
    assert zipfile.ZipFile(io.BytesIO(copy)).infolist()[0].filename == "mimetype"
    assert zipfile.ZipFile(io.BytesIO(copy)).infolist()[0].compress_type == zipfile.ZIP_STORED


def simple(instruction: str, result: str) -> str:
    return f'<w:fldSimple w:instr=" {instruction} "><w:r><w:t>{result}</w:t></w:r></w:fldSimple>'


def in_a_row(instruction: str, result: str) -> str:
    def mark(kind):
        return f'<w:r><w:fldChar w:fldCharType="{kind}"><w:fldData>CANARY</w:fldData></w:fldChar></w:r>'

    written = f"<w:r><w:instrText> {instruction} </w:instrText></w:r>{mark('separate')}"
    return f"{mark('begin')}{written}<w:r><w:t>{result}</w:t></w:r>{mark('end')}"


@pytest.mark.parametrize("write", [simple, in_a_row])
@pytest.mark.parametrize(
    "instruction", ["AUTHOR", "USERNAME \\* Upper", "LASTSAVEDBY", "FILENAME \\p", "TITLE"]
)
def test_fields_that_show_who_wrote_it_go(write, instruction):
    body = f"<w:p>{write(instruction, 'CANARY')}<w:r><w:t>behind</w:t></w:r></w:p>"
    copy, _ = copied(offices.archive(offices.docx_parts(body)), FileType.DOCX)
    assert leaks(copy) == []
    assert words(part(copy, "word/document.xml")).endswith("a file behind")


@pytest.mark.parametrize("write", [simple, in_a_row])
@pytest.mark.parametrize(
    "instruction",
    [
        "INCLUDEPICTURE &quot;C:\\\\Users\\\\CANARY\\\\a.jpg&quot;",
        "LINK Excel.Sheet.12 CANARY.xlsx",
        "ADDIN ZOTERO_ITEM CANARY",
        "HYPERLINK &quot;file:///CANARY&quot;",
        "HYPERLINK CANARY.docx",
    ],
)
def test_fields_keep_what_they_show_and_forget_where_it_came_from(write, instruction):
    body = f"<w:p>{write(instruction, 'shown')}</w:p>"
    copy, _ = copied(offices.archive(offices.docx_parts(body)), FileType.DOCX)
    assert leaks(copy) == []
    assert words(part(copy, "word/document.xml")).endswith("a file shown")


@pytest.mark.parametrize("write", [simple, in_a_row])
@pytest.mark.parametrize(
    "instruction", ["PAGE", "HYPERLINK https://lantern.example/home/", "HYPERLINK \\l place"]
)
def test_fields_that_count_pages_and_lead_to_pages_stay(write, instruction):
    body = f"<w:p>{write(instruction, '1')}</w:p>"
    copy, _ = copied(offices.archive(offices.docx_parts(body)), FileType.DOCX)
    assert f" {instruction} " in part(copy, "word/document.xml")
    assert leaks(copy) == []


def test_an_instruction_of_no_field_goes():
    body = "<w:p><w:r><w:instrText>ADDIN CANARY</w:instrText></w:r></w:p>"
    assert leaks(copied(offices.archive(offices.docx_parts(body)), FileType.DOCX)[0]) == []


def test_a_drawing_forgets_its_packed_copy():
    body = '<w:p><w:pict><v:shape xmlns:v="v" xmlns:o="o" o:gfxdata="CANARY"/></w:pict></w:p>'
    assert leaks(copied(offices.archive(offices.docx_parts(body)), FileType.DOCX)[0]) == []


@pytest.mark.parametrize(
    "written",
    [
        '<scenarios><scenario name="s" user="CANARY" comment="CANARY"/></scenarios>',
        '<protectedRanges><protectedRange securityDescriptor="CANARY"/></protectedRanges>',
        '<webPublishItems><webPublishItem title="CANARY"/></webPublishItems>',
    ],
)
def test_a_sheet_forgets_who_tried_protected_and_published_it(written):
    assert leaks(copied(offices.xlsx(written), FileType.XLSX)[0]) == []


@pytest.mark.parametrize(
    "sum_", ["[CANARY budget.xlsx]Sums!$A$2", "'C:\\Users\\CANARY\\[Book.xlsx]Sums'!$A$2"]
)
def test_a_chart_forgets_which_file_its_numbers_came_from(sum_):
    spaces = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    chart = f"<c:chartSpace {spaces}><c:f>{sum_}</c:f><c:f>Sums!$A$2</c:f><c:v>41</c:v></c:chartSpace>"
    copy, _ = copied(
        offices.archive({**offices.docx_parts(), "word/charts/chart1.xml": chart}), FileType.DOCX
    )
    assert leaks(copy) == []
    assert words(part(copy, "word/charts/chart1.xml")) == "Sums!$A$2 41"


def odt_saying(body: str) -> bytes:
    """Write a text that begins with this."""
    made = offices.odt_parts()
    made["content.xml"] = made["content.xml"].replace("<text:p>A light", f"{body}<text:p>A light", 1)
    return offices.archive(made, compress_type=zipfile.ZIP_STORED)


def in_the_text(content: str) -> str:
    return f"<text:p><draw:image><office:binary-data>{content}</office:binary-data></draw:image></text:p>"


def picture_in_the_text(copy: bytes) -> bytes:
    root = etree.fromstring(part(copy, "content.xml").encode())
    return base64.b64decode(next(root.iter("{*}binary-data")).text)


def test_pictures_in_the_text_itself_are_cleaned():
    original = odt_saying(in_the_text(base64.encodebytes(pictures.jpeg()).decode()))
    assert leaks(picture_in_the_text(original))
    picture = picture_in_the_text(copied(original, FileType.ODT)[0])
    assert leaks(picture) == []
    assert Image.open(io.BytesIO(picture)).size == (32, 64)


@pytest.mark.parametrize("content", ["Q0FOQVJZ", "CANARY", "=", "größe", ""])
def test_what_is_no_picture_in_the_text_is_left_blank(content):
    copy, found = copied(odt_saying(in_the_text(content)), FileType.ODT)
    assert Image.open(io.BytesIO(picture_in_the_text(copy))).size == (1, 1)
    assert Kind.ATTACHMENTS in found.removed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("title", Kind.NAME),
        ("subject", Kind.COMMENT),
        ("keywords", Kind.COMMENT),
        ("description", Kind.COMMENT),
        ("user-defined", Kind.COMMENT),
        ("database-display", Kind.LINKS),
        ("database-name", Kind.LINKS),
        ("database-row-number", Kind.LINKS),
    ],
)
def test_fields_that_show_what_a_file_says_about_itself_go(name, kind):
    field = f'<text:p>Before<text:{name} text:database-name="CANARY">CANARY</text:{name}> after.</text:p>'
    copy, found = copied(odt_saying(field), FileType.ODT)
    assert leaks(copy) == []
    assert words(part(copy, "content.xml")).startswith("Before after. A lighthouse")
    assert kind in found.removed


def test_what_a_readers_own_field_shows_stays_as_words():
    fields = """<text:user-field-decls><text:user-field-decl text:name="CANARY" office:string-value="CANARY"/>
        </text:user-field-decls><text:p>In <text:user-field-get text:name="CANARY">Lantern
        <text:s/>Bay</text:user-field-get> today.</text:p>"""
    copy, _ = copied(odt_saying(fields), FileType.ODT)
    assert leaks(copy) == []
    assert words(part(copy, "content.xml")).startswith("In Lantern Bay today.")


def test_titles_of_pictures_and_charts_stay():
    spaces = 'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    copy, _ = copied(odt_saying(f"<text:p><svg:title {spaces}>A lamp</svg:title></text:p>"), FileType.ODT)
    assert "A lamp" in words(part(copy, "content.xml"))


def test_pictures_are_numbered_instead_of_named():
    named = offices.docx_parts()
    links = named["word/_rels/document.xml.rels"].replace("media/image1.jpeg", "media/CANARY%20x.jpeg")
    named["word/_rels/document.xml.rels"] = links.replace("%20", " ")
    named["word/media/CANARY x.jpeg"] = named.pop("word/media/image1.jpeg")
    named["word/media/photo.CANARY"] = pictures.jpeg()
    copy, found = copied(offices.archive(named), FileType.DOCX)
    assert {name for name in parts(copy) if "media" in name} == {
        "word/media/image2.emf", "word/media/picture1.jpeg", "word/media/picture2"
    }  # fmt: skip
    assert 'Target="/word/media/picture1.jpeg"' in part(copy, "word/_rels/document.xml.rels")
    assert Kind.NAME in found.removed
    assert leaks(copy) == []


def test_an_archive_bomb_is_not_unpacked():
    bomb = offices.archive({**offices.docx_parts(), "word/media/image9.jpeg": bytes(3_000_000)})
    assert len(bomb) < 50_000
    assert why_not(bomb, FileType.DOCX, unpacked_bytes=1_000_000) is WhySealed.TOO_BIG


def test_a_crowd_of_parts_is_too_big(monkeypatch):
    parts = offices.docx_parts()
    monkeypatch.setattr(package, "MAX_PARTS", len(parts))
    copied(offices.archive(parts), FileType.DOCX)
    assert why_not(offices.archive({**parts, "x/1": ""}), FileType.DOCX) is WhySealed.TOO_BIG


@pytest.mark.parametrize(
    "entity",
    ['<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE d [<!ENTITY x "xxxxxxxxxx">]>'],
)
def test_entities_are_refused(entity):
    odd = offices.docx_parts()
    odd["word/document.xml"] = entity + odd["word/document.xml"].strip().replace("A lighthouse", "&x;")
    assert why_not(offices.archive(odd), FileType.DOCX) is WhySealed.UNKNOWN


def test_macros_without_their_project_are_refused():
    odd = offices.docx_parts()
    odd["[Content_Types].xml"] = odd["[Content_Types].xml"].replace(
        "document.main", "document.macroEnabled.main"
    )
    assert why_not(offices.archive(odd), FileType.DOCX) is WhySealed.UNKNOWN


def test_a_locked_document_is_said_to_be_locked():
    locked = offices.odt_parts() | {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}
    assert why_not(offices.archive(locked), FileType.ODT) is WhySealed.LOCKED


def test_an_archive_without_a_document_is_damaged():
    assert why_not(offices.archive({"a": "b"}), FileType.DOCX) is WhySealed.DAMAGED
    assert why_not(offices.archive({"mimetype": "x"}), FileType.ODT) is WhySealed.DAMAGED


def test_parts_nobody_knows_stay_behind():
    copy, _ = copied(
        offices.archive({**offices.docx_parts(), "word/new2030.xml": "<x>CANARY</x>"}), FileType.DOCX
    )
    assert "word/new2030.xml" not in parts(copy)
    assert leaks(copy) == []
