import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from found import a_found, brought_in, related_of, stories

from tipline.stories.related import same_address
from tipline.stories.sources import Related

KEEPER = "The Keeper’s Wife Is “Forever Grateful”"


def test_a_line_finds_a_story_that_is_here_already(db):
    brought_in(db, a_found(KEEPER))
    brought_in(db, a_found(related=(Related("the keeper's wife is 'forever grateful'"),)))
    keeper, drummer = stories(db)
    assert related_of(db, drummer) == [("the keeper's wife is 'forever grateful'", keeper.id)]


def test_a_line_finds_a_story_that_comes_later(db):
    brought_in(db, a_found(related=(Related(KEEPER), Related("Never Seen Again"))))
    brought_in(db, a_found(KEEPER))
    drummer, keeper = stories(db)
    assert related_of(db, drummer) == [(KEEPER, keeper.id), ("Never Seen Again", None)]


def test_an_address_finds_what_another_title_hides(db):
    brought_in(db, a_found("Some Headline", url="https://www.lantern.example/2026/03/keeper/"))
    line = Related("Told otherwise", "http://lantern.example/2026/03/keeper?from=related")
    brought_in(db, a_found(related=(line,)))
    keeper, drummer = stories(db)
    assert related_of(db, drummer) == [("Told otherwise", keeper.id)]


def test_a_story_is_not_related_to_itself(db):
    brought_in(db, a_found(KEEPER, related=(Related(KEEPER),)))
    (keeper,) = stories(db)
    assert related_of(db, keeper) == [(KEEPER, None)]


def test_the_lines_of_a_changed_story_replace_the_old_ones(db):
    brought_in(db, a_found(related=(Related("One"), Related("Two"))))
    brought_in(db, a_found(related=(Related("Three", "x" * 3000),)))
    (drummer,) = stories(db)
    assert related_of(db, drummer) == [("Three", None)]


def test_addresses_are_compared_without_what_may_differ():
    assert same_address("HTTPS://WWW.A.example/b/?c#d") == same_address("http://a.example/b") == "a.example/b"
    assert same_address("http://[broken") == ""
    assert same_address("no address") == ""
