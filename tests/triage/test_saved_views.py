"""Saved views: who may use and change them, what their addresses mean, and what their counts cost."""

import pytest
from builders import a_tip, a_user
from sqlalchemy import select
from triage.desk import form, query_of, refs_of
from triage.test_queries import index_all, queries_of, some_tips

from tipline.models import Event, Kind, State, View
from tipline.search.query import Asker
from tipline.triage import saved_views, view_counts
from tipline.triage.listing import Listing, Sort
from tipline.triage.saved_views import find_view, save_view
from tipline.triage.view_counts import count_views


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def colleague(db):
    return a_user(db, name="Cora Vantongeren")


def saved(db, by, name="Court tips", *, shared=False, **filters):
    with db.write() as session:
        return save_view(session, name, Listing(**filters), shared=shared, by=by)


def views(db):
    with db.read() as session:
        return session.scalars(select(View).order_by(View.id)).all()


def events(db):
    with db.read() as session:
        return [
            (event.kind, event.subject)
            for event in session.scalars(select(Event).order_by(Event.id))
            if "view" in event.kind
        ]


def test_a_list_is_saved_from_the_form_that_stands_on_it(db, desk):
    page = desk.get("/newsroom/queue?state=all&kind=correction&q=ring")
    [listed] = form(page.text, "/newsroom/views")["list"]
    answer = desk.post("/newsroom/views", data={"list": listed, "name": "  Ring corrections "})
    assert (answer.status_code, query_of(answer.location)) == (303, {"view": "ring-corrections"})
    [view] = views(db)
    assert (view.name, view.shared) == ("Ring corrections", False)
    assert Listing.of_query_string(view.query) == Listing(state=None, kind=Kind.CORRECTION, q="ring")
    assert events(db) == [("view.saved", "ring-corrections")]


def test_its_address_shows_what_it_holds_and_can_be_narrowed(db, desk, moderator):
    slug = saved(db, moderator, state=None, q="ring")
    spam, plain = a_tip(db, "a ring", state=State.SPAM), a_tip(db, "a ring")
    a_tip(db, "a cello")
    index_all(db)
    assert refs_of(desk.get(f"/newsroom/queue?view={slug}").text) == [plain.ref, spam.ref]
    assert refs_of(desk.get(f"/newsroom/queue?view={slug}&state=spam").text) == [spam.ref]
    assert len(refs_of(desk.get(f"/newsroom/queue?view={slug}&q=").text)) == 3


def test_a_narrowed_view_keeps_a_short_address_and_a_whole_list(db, moderator):
    slug = saved(db, moderator, state=None, kind=Kind.CORRECTION, sort=Sort.OLDEST)
    with db.read() as session:
        base = find_view(session, slug, moderator).listing
    assert base.href() == f"/newsroom/queue?view={slug}"
    narrowed = Listing.of({"kind": "all", "q": "ring"}, base)
    assert query_of(narrowed.href()) == {"view": slug, "kind": "all", "q": "ring"}
    assert Listing.of_query_string(narrowed.query_string()) == narrowed


def test_a_decision_goes_on_within_the_view(db, desk, moderator):
    slug = saved(db, moderator, q="ring")
    below, here = a_tip(db, "a ring below"), a_tip(db, "a ring")
    a_tip(db, "a cello")
    index_all(db)
    page = desk.get(f"/newsroom/queue?view={slug}&tip={here.ref}").text
    fields = form(page, f"/newsroom/tips/{here.ref}/decision")
    answer = desk.post(f"/newsroom/tips/{here.ref}/decision", data={**fields, "decision": "accept"})
    going_on = query_of(answer.location)
    assert (going_on["tip"], going_on["view"]) == (below.ref, slug)


def test_ones_own_view_is_nobody_elses(db, desk, colleague):
    slug = saved(db, colleague)
    assert desk.get(f"/newsroom/queue?view={slug}").status_code == 404
    assert desk.post(f"/newsroom/views/{slug}", data={"name": "Mine"}).status_code == 404
    assert desk.post(f"/newsroom/views/{slug}/delete").status_code == 404
    assert "Court tips" not in desk.get("/newsroom/queue").text


def test_a_shared_one_is_everybodys_to_use_and_not_to_change(db, desk, colleague):
    slug = saved(db, colleague, shared=True)
    page = desk.get(f"/newsroom/queue?view={slug}")
    assert '<h2 id="queue-title">Court tips</h2>' in page.text
    assert f"/newsroom/views/{slug}" not in page.text
    assert desk.post(f"/newsroom/views/{slug}", data={"name": "Mine"}).status_code == 403
    assert desk.post(f"/newsroom/views/{slug}/delete").status_code == 403
    assert len(views(db)) == 1


def test_its_owner_renames_shares_and_refills_it_under_the_same_address(db, desk, moderator):
    slug = saved(db, moderator)
    changed = {"name": "Old tips", "shared": "y", "filters": "y", "list": "state=spam&q=ring"}
    answer = desk.post(f"/newsroom/views/{slug}", data=changed)
    assert query_of(answer.location) == {"view": slug}
    [view] = views(db)
    assert (view.name, view.shared, view.slug) == ("Old tips", True, slug)
    assert Listing.of_query_string(view.query) == Listing(state=State.SPAM, q="ring")
    assert events(db)[-1] == ("view.changed", slug)


def test_renaming_leaves_what_it_holds(db, desk, moderator):
    slug = saved(db, moderator, q="ring")
    desk.post(f"/newsroom/views/{slug}", data={"name": "Rings", "list": "q=cello"})
    [view] = views(db)
    assert Listing.of_query_string(view.query).q == "ring"


def test_an_administrator_changes_shared_ones_alone(db, signed_in_as, admin, colleague):
    shared, own = saved(db, colleague, shared=True), saved(db, colleague, "Own")
    browser = signed_in_as(admin)
    assert browser.post(f"/newsroom/views/{shared}/delete").status_code == 303
    assert browser.post(f"/newsroom/views/{own}/delete").status_code == 404
    assert [view.slug for view in views(db)] == [own]
    assert events(db)[-1] == ("view.deleted", shared)


def test_two_of_one_name_have_two_addresses(db, moderator, colleague):
    assert [saved(db, by) for by in (moderator, colleague)] == ["court-tips", "court-tips-2"]
    assert saved(db, moderator, "!!!") == "view"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_is_required(db, desk, name):
    assert desk.post("/newsroom/views", data={"name": name, "list": ""}).status_code == 422
    assert views(db) == []


def test_there_is_an_end_to_views(db, desk, moderator, monkeypatch):
    monkeypatch.setattr(saved_views, "MAX_OWN", 1)
    saved(db, moderator)
    assert desk.post("/newsroom/views", data={"name": "One more", "list": ""}).status_code == 422


def test_counts_stop_at_their_cap(db, moderator, monkeypatch):
    monkeypatch.setattr(view_counts, "CAP", 2)
    some_tips(db, 3)
    a_tip(db, "a cello", kind=Kind.CORRECTION)
    index_all(db)
    listings = [Listing(), Listing(kind=Kind.CORRECTION), Listing(q="ring"), Listing(q="cello person:ring"),
                Listing(q="-ring"), Listing(q="cello", state=State.SPAM)]  # fmt: skip
    assert counted(db, listings) == ["2+", "1", "2+", "0", "1", "0"]


def test_a_count_of_a_part_says_so(db, monkeypatch):
    monkeypatch.setattr(view_counts, "COUNTED_IDS", 2)
    some_tips(db, 6)
    index_all(db)
    assert counted(db, [Listing(q="ring")]) == ["3+"]


def counted(db, listings):
    with db.read() as session:
        return [str(count) for count in count_views(session, listings, Asker())]


def test_more_views_cost_no_more_queries(db, desk, moderator):
    some_tips(db, 3)
    index_all(db)
    saved(db, moderator, q="ring person:ida")
    few = queries_of(db, desk, "/newsroom/queue")
    for number in range(5):
        saved(db, moderator, f"View {number}", q=f"ring person:p{number} -cello", state=None)
    assert queries_of(db, desk, "/newsroom/queue") == few
