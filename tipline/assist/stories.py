"""Suggest which story a tip belongs to, and say why: its page, whom it names, what it says, how fresh it is.

Candidates come out of indexes, in a fixed number of queries however many stories there are: the newest
stories of the people named, those that share the text's rarest words, and the one from whose page it was
sent. Which of them is likeliest is worked out by `likelihood`, which is pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select, union
from sqlalchemy.orm import Session

from tipline.assist.names import Known
from tipline.at_once import AtOnce, each_of, ids_of, listed
from tipline.models import Link, LinkState, Person, Story, StoryPerson, StoryState
from tipline.search.rarest import Sharing, Telling, stories_sharing, telling_words
from tipline.text.tokens import content_words, fold, word_spans

SHARING = 60  # candidates by their words
OF_PEOPLE = 30  # candidates by the people named, the newest
NAMES_SHOWN = 2
WORDS_SHOWN = 3

# Of what a likelihood is made. Words weigh most, and a fresh story beats an old one that says a little more.
OWN_PAGE = 10.0
WORDS = 1.0  # where a headline has all the telling words
FIRST_NAME = 0.1
MORE_NAMES = 0.1
FRESH = 0.4
HALF_AS_FRESH = timedelta(days=3)
LEAST_SHARED = 0.1  # of the telling words' worth, where nobody is named: less is chance

# Made once, as making them takes longer than running them.
_OF_PEOPLE = (
    select(StoryPerson.story_id, Story.slug, Story.headline, Story.published_at, Person.name)
    .join(Story, Story.id == StoryPerson.story_id)
    .join(Person, Person.id == StoryPerson.person_id)
    .where(Person.slug.in_(each_of("slugs")), Story.state == StoryState.PUBLISHED)
)
# Who of some people is named in their newest stories, and in those of `sharing`.
NAMED = select(
    union(
        _OF_PEOPLE.order_by(Story.published_at.desc(), Story.id.desc()).limit(OF_PEOPLE).subquery().select(),
        _OF_PEOPLE.where(StoryPerson.story_id.in_(ids_of("sharing"))),
    ).subquery()
)
NAMING = AtOnce(naming=NAMED)
_SHOWN = select(Story.id, Story.slug, Story.headline, Story.published_at).where(
    Story.id.in_(bindparam("ids", expanding=True)), Story.state == StoryState.PUBLISHED
)


@dataclass(frozen=True)
class Said:
    """What a tip tells of its story."""

    text: str
    at: datetime
    people: Collection[Known] = ()
    page_id: int | None = None  # the story from whose page it was sent


@dataclass(frozen=True)
class Evidence:
    """What speaks for one story."""

    own_page: bool
    named: tuple[str, ...]
    words: tuple[str, ...]  # shared, rarest first
    share: float  # of all that the telling words are worth, from 0 to 1
    away: timedelta  # between the story and the tip


@dataclass(frozen=True)
class Likely:
    """A story that a tip may belong to, with the reasons as words: "names Ida Marlowe"."""

    id: int
    slug: str
    headline: str
    published_at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A published story from whose page a tip was sent."""

    id: int
    slug: str
    headline: str
    published_at: datetime


@dataclass(frozen=True)
class _Naming:
    """A story that names some of the people."""

    slug: str
    headline: str
    published_at: datetime
    names: list[str] = field(default_factory=list)


def likely_stories(
    session: Session, said: Said, limit: int = 3, *, without: Collection[int] = ()
) -> list[Likely]:
    """List the stories that a tip most likely belongs to, likeliest first.

    Args:
        without: ids of stories that are not to be offered.
    """
    telling = telling_words(session, said.text)
    sharing = stories_sharing(session, telling, SHARING)
    rows = NAMING.ask(session, **naming_asked(said.people, sharing))["naming"] if said.people else []
    return likeliest(session, said, telling, sharing, rows, limit, without=without)


def likeliest(
    session: Session, said: Said, telling: Telling, shared: Sequence[Sharing], naming: Iterable[Any],
    limit: int = 3, *, without: Collection[int] = (), page: Page | None = None,
) -> list[Likely]:  # fmt: skip
    """Weigh the stories that share words with a tip (`shared`) or name its people (`naming`).

    `page` is the story from whose page it was sent, for who has read it already.
    """
    sharing, named = {each.story_id: each for each in shared}, _named(naming)
    ids = {*sharing, *named, *([said.page_id] if said.page_id else ())}.difference(without)
    weighed = {each: _evidence(each, said, telling, sharing.get(each), named.get(each)) for each in ids}
    enough = [story_id for story_id in ids if is_enough(weighed[story_id])]
    best = sorted(enough, key=lambda story_id: (likelihood(weighed[story_id]), story_id), reverse=True)
    # One more than asked for: the page it was sent from may be gone.
    known: dict[int, Page | Sharing | _Naming] = {**named, **sharing}
    if page and page.id not in known:
        known[page.id] = page
    told = {each: _with_words(weighed[each], sharing.get(each)) for each in best[: limit + 1]}
    return _likely(session, told, known, said.text)[:limit]


def settled_of(tip_id: Any) -> Select[Any]:
    """Select the ids of the stories that people have linked a tip to, or have said it does not belong to."""
    return select(Link.story_id).where(Link.tip_id == tip_id, Link.state != LinkState.SUGGESTED)


def likelihood(evidence: Evidence) -> float:
    """Weigh what speaks for a story; larger is likelier."""
    names = FIRST_NAME + MORE_NAMES * (len(evidence.named) - 1) if evidence.named else 0.0
    fresh: float = FRESH * 0.5 ** (evidence.away / HALF_AS_FRESH)
    return OWN_PAGE * evidence.own_page + WORDS * evidence.share + names + fresh


def is_enough(evidence: Evidence) -> bool:
    """Say whether more than chance and freshness speaks for a story."""
    return evidence.own_page or bool(evidence.named) or evidence.share >= LEAST_SHARED


def reasons(evidence: Evidence, text: str) -> tuple[str, ...]:
    """Put into words what speaks for a story; its words are spelled as `text` has them."""
    said = ["sent from its page"] if evidence.own_page else []
    if evidence.named:
        said.append(f"names {', '.join(evidence.named[:NAMES_SHOWN])}")
    of_names = content_words(" ".join(evidence.named))
    telling = [word for word in evidence.words if word not in of_names][:WORDS_SHOWN]
    if telling:
        said.append("says " + ", ".join(f"“{word}”" for word in _spelled(text, telling)))
    return tuple(said)


def naming_asked(people: Collection[Known], sharing: Iterable[Sharing]) -> dict[str, object]:
    """Return what `NAMED` binds: people, and stories that share words with a text."""
    slugs, ids = (person.slug for person in people), (each.story_id for each in sharing)
    return {"slugs": listed(slugs), "sharing": listed(ids)}


def _named(rows: Iterable[Any]) -> dict[int, _Naming]:
    """Gather who is named in which story, out of rows of `NAMED`."""
    found: dict[int, _Naming] = {}
    for story_id, slug, headline, published_at, name in rows:
        found.setdefault(story_id, _Naming(slug, headline, published_at)).names.append(name)
    return found


def _evidence(
    story_id: int, said: Said, telling: Telling, shared: Sharing | None, naming: _Naming | None
) -> Evidence:
    dated = shared or naming
    return Evidence(
        own_page=story_id == said.page_id,
        named=tuple(naming.names) if naming else (),
        words=(),
        share=shared.worth / telling.most if shared else 0.0,
        away=abs(said.at - dated.published_at) if dated else timedelta(),
    )


def _with_words(evidence: Evidence, shared: Sharing | None) -> Evidence:
    """Say which words a story shares, which its likelihood does not ask for."""
    return replace(evidence, words=shared.words) if shared else evidence


def _likely(
    session: Session, best: Mapping[int, Evidence], known: Mapping[int, Page | Sharing | _Naming], text: str
) -> list[Likely]:
    """Return stories, in their order, with what speaks for them; one that is gone is left out.

    Of a page that a tip was sent from, nothing may be known yet.
    """
    pages = [each for each in best if each not in known]
    rows = session.execute(_SHOWN, {"ids": pages}) if pages else ()
    stories: dict[int, Any] = {**known, **{row.id: row for row in rows}}
    return [_as_likely(each, stories[each], reasons(best[each], text)) for each in best if each in stories]


def _as_likely(story_id: int, story: Any, why: tuple[str, ...]) -> Likely:
    return Likely(story_id, story.slug, story.headline, story.published_at, why)


def _spelled(text: str, folded: Iterable[str]) -> list[str]:
    """Return folded words as `text` spells them."""
    wanted, spelled = list(folded), dict[str, str]()
    for span in word_spans(text):
        word = text[slice(*span)]
        said = fold(word)
        if said in wanted and said not in spelled:
            spelled[said] = word
            if len(spelled) == len(wanted):
                break
    return [spelled.get(word, word) for word in wanted]
