"""Look at a page in a browser: what text stands in a place, what elements stand there, what could act."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tipline.text.sanitize import LINK_REL

_READ = """selector => {
  const textOf = node => node.nodeType === 3 ? node.data : node.localName === "br" ? "\\n"
    : [...node.childNodes].map(textOf).join("") + (node.localName === "p" ? "\\n" : "");
  return [...document.querySelectorAll(selector)].map(place => ({
    text: place.value ?? textOf(place),
    inside: [...place.querySelectorAll("*")].map(found => ({
      tag: found.localName,
      attributes: Object.fromEntries(found.getAttributeNames().map(name => [name, found.getAttribute(name)])),
    })),
  }));
}"""
# Whatever stands on a page: nothing inline, nothing framed, no address that is not ours but in a link.
_ACTING = """() => {
  const never = ["iframe", "object", "embed", "base", "style", "math", "foreignobject", "frame", "audio",
    "video", "animate", "set", "marquee", "portal", "fencedframe", "plaintext"];
  const loading = ["src", "action", "formaction", "poster", "data", "background", "xlink:href"];
  const ours = address => URL.parse(address, location.href)?.origin === location.origin;
  const actsBy = (found, name, value) => /^on|^(data-)?hx-on|^(style|srcdoc|srcset|ping)$/.test(name)
    || (loading.includes(name) && !ours(value))
    || (name === "href" && !ours(value) && (found.localName !== "a" || !/^https?:/i.test(value)));
  const acts = found => never.includes(found.localName)
    || (found.localName === "script" && !found.src && found.type !== "application/ld+json")
    || (found.localName === "meta" && found.httpEquiv)
    || found.getAttributeNames().some(name => actsBy(found, name, found.getAttribute(name)));
  return [...document.querySelectorAll("*")].filter(acts).map(found => found.outerHTML.slice(0, 200));
}"""
_LINK = {"rel": LINK_REL, "target": "_blank", "dir": "ltr"}


@dataclass(frozen=True)
class Place:
    """An element in which somebody's text stands."""

    text: str
    inside: list[dict]

    @property
    def lines(self) -> list[str]:
        """Return what stands there, as `lines_of` says it."""
        return lines_of(self.text)

    @property
    def strange(self) -> list[dict]:
        """Return the elements that linkified text has no need of."""
        return [found for found in self.inside if not _is_plain(found["tag"], found["attributes"])]


def places(page: Page, selector: str) -> list[Place]:
    return [Place(**found) for found in page.evaluate(_READ, selector)]


def acting(page: Page) -> list[str]:
    """List what on a page could run, ask another host, or change where things go."""
    return page.evaluate(_ACTING)


def lines_of(text: str) -> list[str]:
    """Return the lines in which something stands: blank ones only part paragraphs."""
    return [line for line in text.splitlines() if line.strip()]


def _is_plain(tag: str, attributes: dict[str, str]) -> bool:
    if tag == "a":
        address = attributes.get("href", "")
        return attributes == {"href": address, **_LINK} and address.lower().startswith(
            ("http://", "https://")
        )
    return (tag, attributes) in (("br", {}), ("p", {"dir": "auto"}))


class Watched:
    """A browser window in which nothing may run; `troubles` says what did."""

    def __init__(self, page: Page) -> None:
        self.page, self.troubles = page, []
        page.on("dialog", self._ran)
        page.on("console", lambda said: self._said(said.type, said.text))

    def _ran(self, dialog) -> None:
        self.troubles.append(f"{self.page.url} ran {dialog.message}")
        dialog.dismiss()

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "Failed to load resource" not in text:
            self.troubles.append(text)

    def goto(self, path: str) -> None:
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        self.troubles += [f"{self.page.url}: {wrong}" for wrong in acting(self.page)]

    def stand(self, selector: str) -> list[Place]:
        found = places(self.page, selector)
        self.troubles += [f"{self.page.url} {selector}: {each.strange}" for each in found if each.strange]
        return found

    def shows(self, selector: str, *texts: str) -> None:
        """See that these texts stand in the places of a selector, in their order, and nothing else does."""
        found, wanted = [place.lines for place in self.stand(selector)], [lines_of(text) for text in texts]
        if found != wanted:
            pairs = zip(found, wanted, strict=False)
            first = next((pair for pair in pairs if pair[0] != pair[1]), (len(found), len(wanted)))
            self.troubles.append(f"{self.page.url} {selector}: {first}")
