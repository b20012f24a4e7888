"""Turn stories and people into what the pages print."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from tipline.models import Person, Story
from tipline.text.json_ld import json_ld
from tipline.text.story_html import story_blocks
from tipline.text.times import exact, iso
from tipline.web.language import _, ngettext

_FIRST_RELATED_AFTER = 2  # blocks of the story


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A story in a list."""

    href: str
    headline: str
    dek: str
    at_iso: str
    at_words: str


@dataclass(frozen=True, slots=True)
class PersonLink:
    href: str
    name: str
    stories: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a story's text, or a "Related" line between two of them."""

    html: Markup | None = None
    related: bool = False
    headline: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story's page; the fields are what templates/stories/story.html asks for."""

    headline: str
    dek: str
    byline: str
    at_iso: str
    at_words: str
    printed: str
    credit: str
    canonical: str
    json_ld: Markup
    blocks: Sequence[Block]
    people: Sequence[PersonLink]
    tip_href: str


@dataclass(frozen=True, slots=True)
class Letter:
    letter: str
    anchor: str
    people: Sequence[PersonLink]


def story_line(story: Story, zone: str, language: str) -> StoryLine:
    """Show a story in a list; its time as clocks in `zone` show it, said in `language`."""
    return StoryLine(
        f"/stories/{story.slug}",
        story.headline,
        story.dek or "",
        iso(story.published_at),
        exact(story.published_at, zone, language),
    )


def story_page(
    story: Story, people: Sequence[Person], related: Sequence[tuple[str, Story | None]], *, site_name: str,
    site_url: str, zone: str, language: str
) -> ShownStory:  # fmt: skip
    """Show a whole story."""
    return ShownStory(
        headline=story.headline,
        dek=story.dek or "",
        byline=story.byline or "",
        at_iso=iso(story.published_at),
        at_words=exact(story.published_at, zone, language),
        printed=story.published_raw or "" if story.published_flag else "",
        credit=" / ".join(story.credits),
        canonical=story.url or f"{site_url}/stories/{story.slug}",
        json_ld=json_ld(_news_article(story, people, site_name=site_name, site_url=site_url)),
        blocks=_spread(story_blocks(story.body, story.body_html), related),
        people=[person_link(person) for person in people],
        tip_href=f"/tip?story={story.slug}",
    )


def person_link(person: Person, stories: int | None = None) -> PersonLink:
    """Show a person in a list, with the number of stories if it is told."""
    words = ""
    if stories is not None:
        words = ngettext("%(num)s story", "%(num)s stories", stories) if stories else _("no story yet")
    return PersonLink(f"/stars/{person.slug}", person.name, words)


def by_letter(people: Iterable[tuple[Person, int]]) -> list[Letter]:
    """Group people, already sorted by their folded names, under their first letters."""
    return [
        Letter(letter, f"letter-{ord(letter)}", [person_link(person, stories) for person, stories in group])
        for letter, group in groupby(people, key=lambda row: _letter(row[0]))
    ]


def _letter(person: Person) -> str:
    first = person.folded[:1].upper()[:1]
    return first if first.isalpha() else "#"


def _spread(blocks: Sequence[Markup], related: Sequence[tuple[str, Story | None]]) -> list[Block]:
    """Put the "Related" lines evenly between the blocks: sources tell their order, not always their place."""
    places: dict[int, list[Block]] = {}
    for number, (title, meant) in enumerate(related, start=1):
        after = max(_FIRST_RELATED_AFTER, round(number * len(blocks) / (len(related) + 1)))
        line = Block(
            related=True,
            headline=meant.headline if meant else title,
            href=f"/stories/{meant.slug}" if meant else None,
        )
        places.setdefault(min(after, len(blocks)), []).append(line)
    shown = list(places.get(0, []))
    for number, html in enumerate(blocks, start=1):
        shown += [Block(html=html), *places.get(number, [])]
    return shown


def _news_article(
    story: Story, people: Sequence[Person], *, site_name: str, site_url: str
) -> dict[str, object]:
    """Return the story as schema.org/NewsArticle."""
    article: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": iso(story.published_at),
        "mainEntityOfPage": story.url or f"{site_url}/stories/{story.slug}",
        "url": f"{site_url}/stories/{story.slug}",
        "publisher": {"@type": "NewsMediaOrganization", "name": site_name, "url": site_url},
        "isAccessibleForFree": True,
    }
    if story.dek:
        article["description"] = story.dek
    if story.byline:
        article["author"] = {"@type": "Person", "name": story.byline}
    if story.tags:
        article["keywords"] = story.tags
    if people:
        article["about"] = [
            {"@type": "Person", "name": person.name, "url": f"{site_url}/stars/{person.slug}"}
            for person in people
        ]
    return article
