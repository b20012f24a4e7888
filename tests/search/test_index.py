"""The full-text tables are kept in one part, as far as that is affordable."""

import pytest
from builders import a_story
from sqlalchemy import text

from tipline.search import index
from tipline.search.index import index_story, merge_stories
from tipline.search.stories import find_stories


def parts(db) -> int:
    with db.read() as session:
        return session.scalar(text("SELECT count(DISTINCT segid) FROM story_search_idx")) or 0


@pytest.mark.thorough
@pytest.mark.only("sqlite")
def test_the_index_of_stories_becomes_one_part(db, monkeypatch):
    monkeypatch.setattr(index, "STORY_PAGES", 1)  # many small steps
    stories = [a_story(db, f"Lighthouse number {number} is sold") for number in range(30)]
    for story in stories:
        with db.write() as session:
            index_story(
                session, story.id, story.headline, " ".join(f"word{story.id}x{n}" for n in range(400))
            )
    assert parts(db) > 1
    merge_stories(db)
    assert parts(db) == 1
    with db.read() as session:
        found = find_stories(session, f"word{stories[7].id}x9")
    assert [story.slug for story in found] == [stories[7].slug]
    merge_stories(db)  # with nothing to do
    assert parts(db) == 1
