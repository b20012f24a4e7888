import pytest

from tipline.errors import Invalid
from tipline.stories.sources import PARSERS, FoundStory, detect, parse


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b'[{"id": 1}]', "posts.txt", "wordpress"),
        (b'\xef\xbb\xbf [\n {"id": 1}]', "x", "wordpress"),
        (b"[]", "x", "wordpress"),
        (b"broken", "posts.JSON", "wordpress"),
        (b"Got A Tip?\n\nStar Seeker\n", "x", "text"),
        (b"[Exclusive] Ana Ruiz\n\nx", "x", "text"),
        (b"", "x", "text"),
        (b"<!DOCTYPE html><p>", "x", "page"),
        (b"<?xml version='1.0'?><rss>", "x", "feed"),
        (b"\xff\xfea\x00", "x.txt", "text"),
    ],
)
def test_the_kind_is_told_by_the_data(data, name, kind):
    assert detect(data, name) == kind


def test_auto_reads_with_the_parser_of_the_kind():
    (story,) = parse(b"Ana Ruiz Buys A Lighthouse\n\nShe likes the sea.", "x", site_timezone="UTC")
    assert isinstance(story, FoundStory)
    assert story.source == "text"


@pytest.mark.parametrize("kind", ["auto", "ghost"])
def test_a_kind_without_a_parser_is_refused_with_the_choice(kind):
    with pytest.raises(Invalid, match="text, wordpress"):
        parse(b"<html>", "x", kind=kind, site_timezone="UTC")


def test_every_parser_is_known_by_its_kind():
    assert set(PARSERS) == {"text", "wordpress"}
