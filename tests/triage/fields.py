"""What a page shows of a form that was refused: the field that has the focus, and what is wrong with it."""

import re
from html import unescape
from html.parser import HTMLParser


class Fields(HTMLParser):
    """The field that has the focus: its value, its attributes, and what stands open round it."""

    def __init__(self, html) -> None:
        super().__init__()
        self.focused, self.text, self.reading, self.folds, self.open = None, "", False, [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "details":
            self.folds.append("open" in values)
        if "autofocus" in values and tag in {"input", "select", "textarea"}:
            assert self.focused is None, "two fields want the focus"
            self.focused, self.open, self.reading = values, all(self.folds), tag == "textarea"

    def handle_endtag(self, tag):
        if tag == "details":
            self.folds.pop()
        if tag == "textarea":
            self.reading = False

    def handle_data(self, data):
        if self.reading:
            self.text += data

    @property
    def value(self):
        return self.focused.get("value", self.text.removeprefix("\n"))


def sentence_of(html, field):
    """Return what is wrong, from the place that the field is described by."""
    [place] = [each for each in field.get("aria-describedby", "").split() if each.endswith("-problem")]
    [said] = re.findall(rf'<p class="error" id="{place}">(.*?)</p>', html, re.DOTALL)
    return unescape(re.sub("<svg.*?</svg>", "", said, flags=re.DOTALL)).strip()
