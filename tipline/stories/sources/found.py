"""What a parser of story sources hands over, whatever the source looked like."""

from dataclasses import dataclass
from datetime import datetime

from tipline.text.names import Candidate

MAX_CANDIDATES = 30


@dataclass(frozen=True, slots=True)
class Related:
    """A "Related:" line: the title of another story, with its address where the source gives one."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStory:
    """A story as its source tells it, cleaned and in plain types."""

    source: str  # the kind of the source: text, wordpress, …
    remote_id: str | None = None  # its name there, if the source names its stories
    url: str | None = None
    slug: str | None = None  # as the source's own address has it
    headline: str
    dek: str = ""
    body: str  # plain paragraphs, a blank line between two
    body_html: str | None = None  # cleaned, when the source had mark-up
    byline: str | None = None
    credits: tuple[str, ...] = ()  # holders of the pictures, one by one
    credit_raw: str | None = None  # the lines they came from
    related: tuple[Related, ...] = ()
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None  # UTC
    published_raw: str | None = None  # the time as it was printed
    published_flag: str | None = None  # a sentence that says why the time is doubtful
    candidates: tuple[Candidate, ...] = ()  # people it may be about, the likeliest first

    @property
    def people(self) -> tuple[str, ...]:
        """The names of the candidates, the likeliest first."""
        return tuple(candidate.name for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A story, or a whole source, that could not be read; the reason is a sentence for a person."""

    where: str
    reason: str


Found = FoundStory | Unreadable
