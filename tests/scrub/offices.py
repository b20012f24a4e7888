"""Office files that say everything about who wrote them."""

import io
import zipfile

from scrub.pictures import jpeg, png

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WHO = 'w:author="CANARY" w:date="2024-05-06T07:08:09Z" w:initials="CANARY"'
WORD = f'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="{OFFICE}"'
EXCEL = f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{OFFICE}"'
SLIDES = f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{OFFICE}"'
CORE = """
<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">
  <dc:creator>CANARY creator</dc:creator><c:lastModifiedBy>CANARY last</c:lastModifiedBy>
  <dc:title>CANARY title</dc:title><dcterms:created>2024-05-06T07:08:09Z</dcterms:created>
</c:coreProperties>"""
APP = "<Properties><Application>CANARY</Application><Company>CANARY</Company></Properties>"


def archive(parts: dict[str, str | bytes], **options) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content.strip(), **options)
        made.comment = b"CANARY of the packer"
    return out.getvalue()


def links(*targets: str) -> str:
    """Write a .rels part, each target as `kind>path`; one that ends in ! lies outside the file."""
    rows = []
    for number, each in enumerate(targets, 1):
        kind, _, path = each.rstrip("!").partition(">")
        mode = ' TargetMode="External"' if each.endswith("!") else ""
        rows.append(f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{path}"{mode}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(rows)}</Relationships>'


def office(main: str, kind: str, parts: dict[str, str | bytes]) -> dict[str, str | bytes]:
    """Put the parts of a document among what every such file has."""
    known = "application/vnd.openxmlformats"
    return {
        "[Content_Types].xml": f"""
            <Types xmlns="{PACKAGE}/content-types">
              <Default Extension="xml" ContentType="application/xml"/>
              <Default Extension="rels" ContentType="{known}-package.relationships+xml"/>
              <Default Extension="jpeg" ContentType="image/jpeg"/>
              <Override PartName="/{main}" ContentType="{known}-officedocument.{kind}.main+xml"/>
              <Override PartName="/docProps/core.xml" ContentType="application/CANARY"/>
            </Types>""",
        "_rels/.rels": links(f"officeDocument>{main}", "core-properties>docProps/core.xml"),
        "docProps/core.xml": CORE,
        "docProps/app.xml": APP,
        "docProps/custom.xml": "<Properties>CANARY</Properties>",
        "docProps/thumbnail.jpeg": jpeg(),
        "customXml/item1.xml": "<a>CANARY</a>",
        **parts,
    }


def docx_parts(body: str = "") -> dict[str, str | bytes]:
    parts = {
        "word/document.xml": f"""
            <w:document {WORD} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
            <!-- CANARY --><w:body>
            <w:p w:rsidR="00CANARY"><w:r><w:t>A lighthouse is sold.</w:t></w:r>
              <w:ins w:id="1" {WHO}><w:r><w:t> To a drummer.</w:t></w:r></w:ins>
              <w:del w:id="2" {WHO}><w:r><w:delText>CANARY struck out</w:delText></w:r></w:del></w:p>
            <w:p><w:hyperlink r:id="rId1"><w:r><w:t>a page</w:t></w:r></w:hyperlink>
              <w:hyperlink r:id="rId2"><w:r><w:t>a file</w:t></w:r></w:hyperlink>
              <a:cNvPr name="CANARY.jpg" descr="C:\\Users\\CANARY\\x.jpg"/><a:blip r:embed="rId3"/>
              <w:object><w:OLEObject r:id="rId4"/></w:object></w:p>{body}</w:body></w:document>""",
        "word/_rels/document.xml.rels": links(
            "hyperlink>https://lantern.example/!",
            "hyperlink>file:///C:/Users/CANARY/x!",
            "image>media/image1.jpeg",
            "oleObject>embeddings/oleObject1.bin",
            "comments>comments.xml",
            "people>people.xml",
            "settings>settings.xml",
            "image>media/image2.emf",
        ),
        "word/comments.xml": f"""
            <w:comments {WORD}><w:comment w:id="1" {WHO}><w:p><w:r><w:t>a remark</w:t></w:r></w:p></w:comment>
            </w:comments>""",
        "word/settings.xml": f"""
            <w:settings {WORD}><w:rsids><w:rsid w:val="00CANARY"/></w:rsids><w:zoom/></w:settings>""",
        "word/people.xml": "<people>CANARY</people>",
        "word/embeddings/oleObject1.bin": b"CANARY",
        "word/media/image1.jpeg": jpeg(),
        "word/media/image2.emf": b"\x01\0\0\0 CANARY EMF",
    }
    return office("word/document.xml", "wordprocessingml.document", parts)


def docx() -> bytes:
    return archive(docx_parts())


def xlsx(on_the_sheet: str = "") -> bytes:
    parts = {
        "xl/workbook.xml": f"""
            <workbook {EXCEL} xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac">
            <fileSharing userName="CANARY"/><x15ac:absPath url="C:\\Users\\CANARY\\"/>
            <sheets><sheet name="Sums" sheetId="1" r:id="rId1"/></sheets>
            <externalReferences><externalReference r:id="rId2"/></externalReferences></workbook>""",
        "xl/_rels/workbook.xml.rels": links(
            "worksheet>worksheets/sheet1.xml", "externalLink>externalLinks/l1.xml"
        ),
        "xl/externalLinks/l1.xml": "<externalLink>CANARY</externalLink>",
        "xl/worksheets/sheet1.xml": f"""
            <worksheet {EXCEL}><sheetData><row r="1"><c r="A1"><v>41</v></c>
            <c r="B1"><f>[1]CANARY!A1</f><v>42</v></c></row></sheetData>
            {on_the_sheet}<pageSetup r:id="rId1"/></worksheet>""",
        "xl/worksheets/_rels/sheet1.xml.rels": links(
            "printerSettings>../printerSettings/p1.bin", "comments>../comments1.xml"
        ),
        "xl/comments1.xml": f"""
            <comments {EXCEL}><authors><author>CANARY</author></authors><commentList>
            <comment ref="A1" authorId="0"><text><r><t>CANARY:</t></r><r><t>a remark</t></r></text></comment>
            </commentList></comments>""",
        "xl/printerSettings/p1.bin": b"CANARY printer",
        "xl/persons/person.xml": "<personList>CANARY</personList>",
    }
    return archive(office("xl/workbook.xml", "spreadsheetml.sheet", parts))


def pptx() -> bytes:
    parts = {
        "ppt/presentation.xml": f"""
            <p:presentation {SLIDES}><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst>
            <p:custDataLst><p:tags r:id="rId2"/></p:custDataLst></p:presentation>""",
        "ppt/_rels/presentation.xml.rels": links(
            "slide>slides/slide1.xml", "tags>tags/tag1.xml", "commentAuthors>commentAuthors.xml"
        ),
        "ppt/slides/slide1.xml": f"<p:sld {SLIDES}><p:cSld>A lighthouse</p:cSld></p:sld>",
        "ppt/slides/_rels/slide1.xml.rels": links(
            "comments>../comments/comment1.xml", "image>https://tracker.example/CANARY.png!"
        ),
        "ppt/comments/comment1.xml": f"""
            <p:cmLst {SLIDES}><p:cm authorId="0" dt="2024-05-06T07:08:09" idx="1">
            <p:text>a remark</p:text></p:cm></p:cmLst>""",
        "ppt/commentAuthors.xml": f"""
            <p:cmAuthorLst {SLIDES}><p:cmAuthor id="0" name="CANARY" initials="CANARY"/></p:cmAuthorLst>""",
        "ppt/tags/tag1.xml": "<tagLst>CANARY</tagLst>",
    }
    return archive(office("ppt/presentation.xml", "presentationml.presentation", parts))


def odt_parts() -> dict[str, str | bytes]:
    spaces = {"office": "office", "text": "text", "draw": "drawing", "meta": "meta"}
    names = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for k, v in spaces.items())
    names += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"""
            <office:document-content {names}><office:body><office:text>
            <text:tracked-changes><text:changed-region><text:p>CANARY struck out</text:p>
            </text:changed-region></text:tracked-changes>
            <text:p>A lighthouse<office:annotation><dc:creator>CANARY</dc:creator>
            <dc:date>2024-05-06T07:08:09</dc:date><text:p>a remark</text:p></office:annotation> is sold.
            <draw:frame draw:name="CANARY.jpg"><draw:image xlink:href="Pictures/1.jpg"/></draw:frame>
            <text:a xlink:href="file:///home/CANARY/x">a file</text:a>
            <text:a xlink:href="https://lantern.example/">a page</text:a></text:p>
            </office:text></office:body></office:document-content>""",
        "styles.xml": f"<office:document-styles {names}/>",
        "meta.xml": f"""
            <office:document-meta {names}><office:meta><dc:creator>CANARY</dc:creator>
            <meta:generator>CANARY</meta:generator><dc:title>CANARY</dc:title></office:meta>
            </office:document-meta>""",
        "settings.xml": "<settings>CANARY printer</settings>",
        "Pictures/1.jpg": jpeg(),
        "Thumbnails/thumbnail.png": png(),
        "META-INF/manifest.xml": "<manifest>CANARY</manifest>",
    }


def odt() -> bytes:
    return archive(odt_parts(), compress_type=zipfile.ZIP_STORED)
