"""Routes of the public story pages, the Star Seeker, the feed, and of stories and people in the newsroom."""

from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from tipline import clock
from tipline.errors import NotFound
from tipline.languages import N_
from tipline.models import Permission
from tipline.stories import desk_queries, feed, people, queries
from tipline.stories.desk_shown import name_row, person_row, story_row
from tipline.stories.shown import by_letter, person_link, story_line, story_page
from tipline.text.times import count
from tipline.web.access import allow, public, staff
from tipline.web.language import _, language, ngettext, number
from tipline.web.render import page
from tipline.web.request import reading, settings, writing

blueprint = Blueprint("stories", __name__)

STORIES_A_PAGE = 13  # a lead and twelve
STORIES_OF_A_STAR = 12
STARS_ON_FRONT = 12
RELATED_POSTS = 4


@blueprint.route("/")
@public
def front() -> AnyResponse:
    after, zone = request.args.get("after", ""), settings().site_timezone
    found = queries.newest_stories(reading(), limit=STORIES_A_PAGE, after=after)
    lines = [story_line(story, zone, language()) for story in found.stories]
    return page(
        "stories/front.html",
        lead=lines[0] if lines and not after else None,
        stories=lines if after else lines[1:],
        stars=[person_link(star) for star in queries.people_in_the_news(reading(), limit=STARS_ON_FRONT)],
        older_href=f"/?after={found.after}" if found.after else None,
    )


@blueprint.route("/stories/<slug>")
@public
def story(slug: str) -> AnyResponse:
    found = queries.story_called(reading(), slug)
    if found is None:
        raise NotFound(N_("There is no such story here. It may have moved, or the link may be cut short."))
    related = queries.related_lines(reading(), found.id)
    posts = list({meant.id: meant for _title, meant in related if meant}.values())[:RELATED_POSTS]
    posts += queries.stories_sharing_people(
        reading(), found.id, but=[post.id for post in posts], limit=RELATED_POSTS - len(posts)
    )
    zone = settings().site_timezone
    shown = story_page(
        found, queries.people_in_story(reading(), found.id), related,
        site_name=settings().site_name, site_url=_site_url(), zone=zone,
        language=language(),
    )  # fmt: skip
    return page(
        "stories/story.html",
        story=shown,
        related_posts=[story_line(post, zone, language()) for post in posts],
    )


@blueprint.route("/stars")
@public
def stars() -> AnyResponse:
    q = _asked()
    found = queries.stars(reading(), q)
    return page(
        "stories/stars.html",
        q=q,
        letters=by_letter((person, stories) for person, stories in found),
        total_words=_total(len(found), q),
    )


@blueprint.route("/stars/<slug>")
@public
def star(slug: str) -> AnyResponse:
    person = queries.star_called(reading(), slug)
    if person is None:
        raise NotFound(N_("We have nobody of that name in the Star Seeker."))
    names = queries.aliases_of(reading(), [person.id])[person.id]
    found = queries.newest_stories(
        reading(), limit=STORIES_OF_A_STAR, after=request.args.get("after", ""), person_id=person.id
    )
    shown = {
        "name": person.name,
        "about": person.about or "",
        "also": _("also known as %(names)s", names=", ".join(names)) if names else "",
        "tip_href": f"/tip?about={person.slug}",
    }
    return page(
        "stories/star.html",
        person=shown,
        stories=[story_line(story, settings().site_timezone, language()) for story in found.stories],
        older_href=f"/stars/{slug}?after={found.after}" if found.after else None,
    )


@blueprint.route("/feed.xml")
@public
def rss() -> AnyResponse:
    found = queries.newest_stories(reading(), limit=feed.STORIES)
    xml = feed.feed(found.stories, site_name=settings().site_name, site_url=_site_url())
    response = make_response(xml)
    response.content_type = feed.CONTENT_TYPE
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.route("/newsroom/stories")
@allow(Permission.STORIES)
def newsroom_list() -> AnyResponse:
    q = _asked()
    found = desk_queries.stories_with(reading(), q, request.args.get("after", ""))
    names = desk_queries.names_by_story(reading(), [each.id for each in found.stories])
    unseen = desk_queries.unseen_tips(reading(), [each.id for each in found.stories], staff().id)
    total = len(found.stories) if q else desk_queries.count_stories(reading())
    return page(
        "stories/newsroom_stories.html",
        section="stories",
        q=q,
        count_words=count(total, "story", "stories"),
        stories=[
            story_row(each, names[each.id], _staff_zone(), unseen=unseen.get(each.id, 0))
            for each in found.stories
        ],
        older_href=f"/newsroom/stories?after={found.after}" if found.after else None,
    )


@blueprint.route("/newsroom/people")
@allow(Permission.STORIES)
def newsroom_people() -> AnyResponse:
    q, after = _asked(), request.args.get("after", "")
    found = desk_queries.list_people(reading(), q, after, viewer_id=staff().id)
    names = [] if after else desk_queries.found_names(reading(), q)
    return page(
        "stories/newsroom_people.html",
        section="people",
        q=q,
        count_words=count(desk_queries.count_people(reading(), q), "person", "people"),
        candidates=[name_row(name) for name in names],
        candidates_count=f"{desk_queries.count_found_names(reading(), q):,}",
        people=[person_row(person) for person in found.people],
        older_href=_further(q, found.after),
    )


@blueprint.route("/newsroom/people/<slug>/confirm", methods=["POST"])
@allow(Permission.STORIES)
def confirm_person(slug: str) -> AnyResponse:
    with writing() as session:
        people.confirm(session, slug, by=staff(), now=clock.now())
    return redirect("/newsroom/people", 303)


@blueprint.route("/newsroom/people/<slug>/dismiss", methods=["POST"])
@allow(Permission.STORIES)
def dismiss_person(slug: str) -> AnyResponse:
    with writing() as session:
        people.dismiss(session, slug, by=staff(), now=clock.now())
    return redirect("/newsroom/people", 303)


def _total(found: int, q: str) -> str:
    if found == queries.MAX_STARS:
        return _("The first %(num)s people", num=number(found))
    if q:
        return ngettext("%(num)s person for “%(q)s”", "%(num)s people for “%(q)s”", found, q=q)
    return ngettext("%(num)s person", "%(num)s people", found)


def _asked() -> str:
    return request.args.get("q", "").strip()[: queries.MAX_QUERY_CHARACTERS]


def _site_url() -> str:
    return settings().site_url or request.url_root.rstrip("/")


def _staff_zone() -> str:
    return staff().timezone or settings().site_timezone


def _further(q: str, after: str | None) -> str | None:
    if after is None:
        return None
    return "/newsroom/people?" + urlencode({"q": q, "after": after} if q else {"after": after})
