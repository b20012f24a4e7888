import pytest

from tipline.text.sanitize import clean_story_html
from tipline.text.story_html import story_blocks


def test_plain_paragraphs_are_escaped_blocks():
    blocks = story_blocks("She <b>laughed</b>.\n\nThen left.", None)
    assert [str(block) for block in blocks] == [
        '<p dir="auto">She &lt;b&gt;laughed&lt;/b&gt;.</p>',
        '<p dir="auto">Then left.</p>',
    ]


def test_html_is_cut_between_elements_that_nothing_holds():
    html = clean_story_html(
        "<p>One<br>line</p>\n<blockquote><p>Two</p><p>Three</p></blockquote><ul><li>Four</li></ul>Five"
    )
    blocks = [str(block).strip() for block in story_blocks("", html)]
    assert len(blocks) == 4
    assert blocks[1] == "<blockquote><p>Two</p><p>Three</p></blockquote>"
    assert blocks[3] == "Five"


@pytest.mark.parametrize("tail", ["</p></p><p>x</p>", "<p>never closed", "<p title='a>b'>x</p>"])
def test_broken_html_still_gives_well_formed_blocks(tail):
    for block in story_blocks("", f"<p>One</p>{tail}"):
        assert block.count("<p") == block.count("</p>")


def test_what_a_database_was_made_to_say_is_cleaned_again():
    html = "<p onclick='x()'>Hi<script>alert(1)</script><img src=x><a href='javascript:x()'>y</a></p>"
    assert "".join(story_blocks("", html)) == '<p>Hi<a rel="nofollow noopener noreferrer">y</a></p>'
