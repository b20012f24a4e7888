"""What the machine knows of a tip for whoever reads it: people, stories, tips that say the same, its place.

Each of these rooms says what it asks; here what can be asked together is, so that all of it takes four or
five statements: what the text asks, the stories that share its words, what those and its people ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tipline.assist.alike import ELSEWHERE, Alike, suggested
from tipline.assist.alike import asked_of as likeness_asked
from tipline.assist.facts import NEWEST, facts_in, leads_in, text_of_lead
from tipline.assist.names import CALLED, PART_OF_NAME, Known, Sought, names_asked, people_named
from tipline.assist.score import Facts
from tipline.assist.spam import opinion
from tipline.assist.stories import NAMED, SHARING, Likely, Page, Said, likeliest, naming_asked
from tipline.at_once import Answers, AtOnce
from tipline.models import State, StoryState
from tipline.search.lessons import LESSONS, counts_in, traits_asked
from tipline.search.rarest import SAYING, STORIES, stories_sharing, telling_in, words_asked
from tipline.text.traits import traits

_OF_TEXT = AtOnce(
    called=CALLED, part_of_name=PART_OF_NAME, saying=SAYING, stories=STORIES, lessons=LESSONS, alike=ELSEWHERE
)
_OF_PEOPLE = AtOnce(naming=NAMED, newest=NEWEST)


@dataclass(frozen=True)
class Reading:
    """What was found; `facts` are None once nothing of the tip's group waits."""

    known: list[Known]
    likely: list[Likely]
    alike: list[Alike]
    alike_rows: Sequence[Any]  # with what a page shows of them
    facts: Facts | None


def reading_of(session: Session, read: Answers) -> Reading:
    """Read what the machine knows of a tip.

    Args:
        read: of the tip: itself as `tip`, its `group`, its story as a part of what is `around`, the stories
            that are `settled`, the groups set `apart`, and what `facts.groups_asked` asks.
    """
    [tip], [group], leads = read["tip"], read["group"], leads_in(read)
    named = "\n".join(part for part in (tip.about, tip.body) if part)
    text = "\n".join(part for part in (tip.about, tip.body, tip.place) if part)
    lead_text = text_of_lead(leads[group.id]) if group.id in leads else ""
    sought = Sought.of(named)
    answers = _OF_TEXT.ask(session, **names_asked(sought), **words_asked(text), **traits_asked([lead_text]),
                           **likeness_asked(tip))  # fmt: skip
    known, telling = people_named(sought, answers), telling_in(answers)
    sharing = stories_sharing(session, telling, SHARING)
    of_people = (
        _OF_PEOPLE.ask(session, **naming_asked(known, sharing)) if known else {"naming": [], "newest": []}
    )
    page = _page_in(read)
    said = Said(text, tip.received_at, known, page.id if page else None)
    settled = {row.story_id for row in read["settled"]}
    return Reading(
        known=known,
        likely=likeliest(session, said, telling, sharing, of_people["naming"], without=settled, page=page),
        alike=suggested(tip, answers["alike"], {row.group_id for row in read["apart"]}),
        alike_rows=answers["alike"],
        facts=_facts(read, group, lead_text, answers, known, of_people["newest"]),
    )


def _page_in(read: Answers) -> Page | None:
    [story] = read["around"]
    if story.state != StoryState.PUBLISHED:
        return None
    return Page(story.story_id, story.slug, story.headline, story.published_at)


def _facts(
    read: Answers, group: Any, text: str, answers: Answers, known: list[Known], newest: Sequence[Any]
) -> Facts | None:
    if group.state != State.PENDING:
        return None
    judged = {group.id: opinion(counts_in(answers["lessons"]), traits(text))}
    return facts_in(read, judged, {group.id: known}, newest).get(group.id)
