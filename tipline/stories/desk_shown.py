"""Turn stories and people into what the newsroom's pages print."""

from collections.abc import Sequence
from dataclasses import dataclass

from tipline.models import Story
from tipline.stories.desk_queries import FoundName, ListedPerson
from tipline.text.times import count, exact, iso

_SOURCES = {"text": "from a pasted page", "wordpress": "from WordPress", "demo": "from the demo"}
_MAX_NAMES = 4


@dataclass(frozen=True, slots=True)
class StoryRow:
    href: str
    headline: str
    at_iso: str
    at_words: str
    source_label: str
    tips_words: str
    tips_href: str
    flag: str
    people: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    name: str
    href: str
    aliases: str
    stories_words: str
    tips_words: str
    tips_href: str


@dataclass(frozen=True, slots=True)
class NameRow:
    name: str
    story_headline: str
    story_href: str
    accept_href: str
    reject_href: str


def story_row(story: Story, names: Sequence[str], zone: str, *, unseen: int = 0) -> StoryRow:
    """Show a story with its tips, without the `unseen` ones that the one who looks may not see."""
    tips = story.tip_count - unseen
    people = ", ".join(names[:_MAX_NAMES])
    return StoryRow(
        href=f"/stories/{story.slug}",
        headline=story.headline,
        at_iso=iso(story.published_at),
        at_words=exact(story.published_at, zone),
        source_label=_SOURCES.get(story.source, f"from {story.source}"),
        tips_words=count(tips, "tip", "tips") if tips > 0 else "",
        tips_href=f"/newsroom/queue?state=all&story={story.slug}",
        flag=_flag(story),
        people=f"{people} and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else people,
    )


def person_row(person: ListedPerson) -> PersonRow:
    """Show somebody in the list of people."""
    return PersonRow(
        name=person.name,
        href=f"/stars/{person.slug}",
        aliases=", ".join(person.aliases),
        stories_words=count(person.stories, "story", "stories"),
        tips_words=count(person.tips, "tip", "tips") if person.tips else "",
        tips_href=f"/newsroom/queue?state=all&person={person.slug}",
    )


def name_row(found: FoundName) -> NameRow:
    """Show a name that waits for a moderator's yes."""
    return NameRow(
        name=found.name,
        story_headline=found.story.headline,
        story_href=f"/stories/{found.story.slug}",
        accept_href=f"/newsroom/people/{found.slug}/confirm",
        reject_href=f"/newsroom/people/{found.slug}/dismiss",
    )


def _flag(story: Story) -> str:
    if not story.published_flag:
        return ""
    return f"“{story.published_raw}”: {story.published_flag}" if story.published_raw else story.published_flag
