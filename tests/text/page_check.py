"""Read a page fragment as a browser's parser would, and say what in it could act."""

from html.parser import HTMLParser

from text.vectors import XSS

_TAGS = "a blockquote br code em h2 h3 h4 hr li ol p pre s strong sub sup table tbody td th thead tr ul"
ALLOWED_TAGS = set(_TAGS.split())
ALLOWED_ATTRIBUTES = {"href", "rel", "target", "dir"}

assert len(set(XSS)) == len(XSS)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("a declaration")


def read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


def text_of(markup: str) -> str:
    return "".join(read(markup).text)


def dangers(markup: str) -> list[str]:
    """List everything in `markup` that is not on our allow-list."""
    reader = read(markup)
    found = reader.wrong + [f"<{tag}> left open" for tag in reader.open]
    for tag, attributes in reader.tags:
        found += [f"<{tag}>"] * (tag not in ALLOWED_TAGS)
        found += [f"{name} on <{tag}>" for name in attributes if tag != "a" and (tag, name) != ("p", "dir")]
        if tag == "a":
            found += [f"{name} on a link" for name in attributes.keys() - ALLOWED_ATTRIBUTES]
            found += [] if attributes.get("rel") == "nofollow noopener noreferrer" else ["a link without rel"]
            address = attributes.get("href", "https://") or ""
            found += [] if address.lower().startswith(("http://", "https://")) else [f"a link to {address}"]
    return found
