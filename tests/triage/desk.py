"""What the tests of the pages share: reading a page, and filling the forms that stand on it."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

HTMX = {"HX-Request": "true"}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict] = []
        self.open: dict | None = None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self.open = {"action": values.get("action", ""), "fields": [], "buttons": []}
            self.forms.append(self.open)
        elif tag == "input" and self.open is not None and values.get("name"):
            self.open["fields"].append((values["name"], values.get("value", "")))
        elif tag == "button" and self.open is not None and values.get("name"):
            self.open["buttons"].append((values["name"], values.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


def forms(html: str) -> list[dict]:
    """List the forms of a page: action, fields and named buttons, in their order."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def form(html: str, action: str, **having: str) -> dict[str, list[str]]:
    """Return what the browser would send from the form for `action` whose fields include `having`."""
    for found in forms(html):
        fields: dict[str, list[str]] = {}
        for name, value in found["fields"]:
            fields.setdefault(name, []).append(value)
        if found["action"].endswith(action) and all(
            fields.get(name) == [value] for name, value in having.items()
        ):
            fields.pop("csrf_token", None)  # the client of the tests sends its own
            return fields
    raise AssertionError(f"no form for {action} with {having}")


def field(html: str, own_id: str) -> str:
    """Return what stands in a textarea."""
    found = re.search(rf'<textarea id="{own_id}"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert found
    return unescape(found[1])


def refs_of(html: str) -> list[str]:
    """List the tips of the queue's list, in order."""
    return re.findall(r'<li class="row[^"]*" id="row-(\w{8})"', html)


def tip_of(html: str) -> str | None:
    """Return the tip in the reading pane."""
    found = re.search(r'<article class="tip" data-ref="(\w{8})"', html)
    return found.group(1) if found else None


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
