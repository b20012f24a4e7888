"""The queue in a browser: with and without JavaScript, for those who may and those who may not."""

from datetime import timedelta

import pytest
from builders import NOON, a_person, a_story, a_tip, an_attachment, counted, fresh, group_of
from jinja2 import StrictUndefined
from sqlalchemy import select
from triage.desk import HTMX, form, query_of, refs_of, tip_of

from tipline import clock
from tipline.models import (
    Contact,
    Decision,
    Draft,
    DraftTip,
    Group,
    Link,
    Note,
    Reason,
    State,
    StoryPerson,
    new_ref,
)  # fmt: skip
from tipline.search.index import index_story, index_tips
from tipline.triage.decide import decide
from tipline.triage.listing import Position


@pytest.fixture(autouse=True)
def _templates_name_only_what_is_there(app):
    app.jinja_env.undefined = StrictUndefined


@pytest.fixture
def desk(signed_in_as, moderator):
    """A moderator's browser."""
    return signed_in_as(moderator)


def body(response, status=200):
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def ordered(db, *bodies, **columns):
    """Tips in the order in which the queue lists them."""
    return [
        a_tip(db, text, received_at=NOON - timedelta(minutes=place), **columns)
        for place, text in enumerate(bodies)
    ]


def decide_as(db, user, tip, decision, **more):
    with db.write() as session:
        return decide(session, tip.ref, decision, version=1, by=user, now=clock.now(), **more)


def test_strangers_are_sent_to_the_door(client, db):
    tip = a_tip(db)
    for path in ("/newsroom/queue", f"/newsroom/tips/{tip.ref}", "/newsroom/"):
        response = client.get(path)
        assert response.status_code == 302
        assert "/newsroom/login" in response.location
    assert fresh(db, tip).version == 1


def test_the_newsroom_begins_at_the_queue(desk):
    assert desk.get("/newsroom/").location == "/newsroom/queue"


def test_an_empty_queue_says_what_would_stand_here(desk):
    html = body(desk.get("/newsroom/queue"))
    assert "A tip appears here the moment it arrives" in html
    assert tip_of(html) is None


@pytest.mark.parametrize("sort", ["", "&sort=newest", "&sort=oldest", "&sort=rank", "&focus=1"])
@pytest.mark.parametrize(
    ("own", "words"),
    [("me", "No tip is assigned to you."), ("desks", "Nothing waits for your desks.")],
)
def test_an_empty_list_of_ones_own_says_so_in_every_order(desk, own, words, sort):
    assert words in desk.get(f"/newsroom/queue?assignee={own}{sort}").text


def test_past_the_end_of_ones_own_is_not_nothing_assigned(desk):
    page = desk.get(f"/newsroom/queue?assignee=me&after={Position(0.0, 1).encoded()}").text
    assert "That was the end of the list." in page


@pytest.mark.parametrize("state", [*State, "all"])
def test_every_empty_list_has_its_words(desk, state):
    assert '<p class="empty">' in body(desk.get(f"/newsroom/queue?state={state}&sort=oldest"))


def test_the_queue_shows_its_tips_and_opens_the_first(db, desk):
    first, second = ordered(db, "She wore a ring. It was large.", "The band splits")
    html = body(desk.get("/newsroom/queue"))
    assert refs_of(html) == [first.ref, second.ref]
    assert tip_of(html) == first.ref
    assert "2 new" in html
    assert 'class="desk"' in html


def test_a_chosen_tip_is_opened(db, desk):
    _, second = ordered(db, "one", "two")
    for name in ("tip", "focus"):
        html = body(desk.get(f"/newsroom/queue?{name}={second.ref.lower()}"))
        assert tip_of(html) == second.ref
        assert 'class="desk chosen"' in html


def test_what_a_tip_says_is_escaped_and_its_addresses_are_links(db, desk):
    tip = a_tip(db, "<script>alert(1)</script> see https://example.org/p/991", link="javascript:alert(2)")
    html = body(desk.get(f"/newsroom/tips/{tip.ref}"))
    assert "<script>alert" not in html
    assert 'href="https://example.org/p/991"' in html
    assert 'href="javascript' not in html


def test_a_tip_that_is_not_there_is_not_found(desk):
    for path in ("/newsroom/tips/ZZZZZZZZ", "/newsroom/tips/nonsense", "/newsroom/queue?tip=ZZZZZZZZ"):
        assert desk.get(path).status_code == 404


def test_all_that_belongs_to_a_tip_is_on_its_page(db, desk, moderator, editor):
    story, page = a_story(db, "Lighthouse sold"), a_story(db, "Ring at the airport")
    a_person(db, "Ida Marlowe")
    tip = a_tip(db, "Ida Marlowe bought it", story_id=page.id, place="Skagen", how="saw", language="en",
                page_url="https://example.org/p", about="the sale")  # fmt: skip
    other = a_tip(db, "A lighthouse went. Ida again.", group=group_of(db, tip), state=State.SPAM)
    with db.write() as session:
        session.add(Link(tip_id=tip.id, story_id=story.id, by_id=editor.id, at=clock.now()))
        session.add(Contact(tip_id=tip.id, sealed=b"x", key_id="t1", given="email", may_contact=True))
        session.add(Note(tip_id=tip.id, by_id=editor.id, body="Call the harbor master", at=clock.now()))
        group = session.get_one(Group, tip.group_id)
        group.claimed_by_id, group.claimed_until = editor.id, clock.now() + timedelta(minutes=1)
        draft = Draft(ref=new_ref(), headline="A light bought", dek="", slug="a", body="", byline="",
                      created_by_id=editor.id, created_at=NOON, updated_at=NOON)  # fmt: skip
        session.add(draft)
        session.flush()
        session.add(
            DraftTip(draft_id=draft.id, tip_id=tip.id, position=0, added_by_id=editor.id, added_at=NOON)
        )
    html = body(desk.get(f"/newsroom/tips/{tip.ref}"))
    for words in ("Lighthouse sold", "Ring at the airport", "by Edie Okonjo", "Call the harbor master",
                  "Skagen", "saw it", "They agree to be contacted", "1 more says the same",
                  "person=ida-marlowe", "Edie Okonjo has this open too"):  # fmt: skip
        assert words in html, words
    assert other.ref[:4] in html
    assert "Make a draft of it" not in html
    assert "A light bought" not in html


def test_editors_see_drafts_and_may_promote(db, signed_in_as, editor):
    tip = a_tip(db)
    html = body(signed_in_as(editor).get("/newsroom/queue"))
    assert form(html, "/newsroom/drafts", tips=tip.ref)
    assert f'name="tip" value="{tip.ref}:1" form="ticked"' in html


def test_htmx_gets_the_pane_alone_in_its_list(db, desk):
    tip = a_tip(db, state=State.SPAM)
    there = {**HTMX, "HX-Current-URL": f"http://localhost/newsroom/queue?state=spam&tip={tip.ref}"}
    html = body(desk.get(f"/newsroom/tips/{tip.ref}", headers=there))
    assert "<html" not in html
    assert form(html, "/decision", decision="reopen")["list"] == ["state=spam"]


def test_a_decision_opens_the_next_tip(db, desk, moderator):
    first, second = ordered(db, "one", "two")
    sent = form(body(desk.get("/newsroom/queue")), "/decision", decision="accept")
    response = desk.post(f"/newsroom/tips/{first.ref}/decision", data=sent)
    assert response.status_code == 303
    assert query_of(response.location)["tip"] == second.ref
    html = body(desk.get(response.location))
    assert f"{first.ref[:4]}-{first.ref[4:]} accepted." in html
    assert tip_of(html) == second.ref
    assert fresh(db, first).decided_by_id == moderator.id


def test_a_decision_by_htmx_brings_the_next_tip_the_row_and_the_count(db, desk):
    first, second = ordered(db, "one", "two")
    sent = form(body(desk.get("/newsroom/queue")), "/decision", decision="decline")
    html = body(
        desk.post(f"/newsroom/tips/{first.ref}/decision", data={**sent, "reason": "known"}, headers=HTMX)
    )
    assert tip_of(html) == second.ref
    assert f'id="row-{first.ref}" data-ref="{first.ref}" hx-swap-oob="true"' in html
    assert "declined: known already." in html
    assert "1 new" in html


def test_the_last_tip_leaves_an_empty_pane(db, desk):
    tip = a_tip(db)
    html = body(
        desk.post(f"/newsroom/tips/{tip.ref}/decision", data={"decision": "spam", "version": 1}, headers=HTMX)
    )
    assert "That was the last one here" in html


def test_a_decision_keeps_the_list_it_was_made_in(db, desk):
    tip, following = ordered(db, "one", "two", state=State.DECLINED, reason=Reason.KNOWN)
    sent = form(body(desk.get("/newsroom/queue?state=declined&sort=newest")), "/decision", decision="reopen")
    response = desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent)
    asked = query_of(response.location)
    assert (asked["state"], asked["sort"], asked["tip"]) == ("declined", "newest", following.ref)


def test_members_that_are_shown_are_decided_with_the_tip(db, desk):
    tip = a_tip(db)
    for n in range(3):
        a_tip(db, f"ring {n}", group=group_of(db, tip))
    page = body(desk.get("/newsroom/queue"))
    assert "3 more say the same; what you decide holds for 4 tips" in page
    response = desk.post(
        f"/newsroom/tips/{tip.ref}/decision", data=form(page, "/decision", decision="accept")
    )
    assert counted(db) == {"accepted": 4}
    assert "4 tips accepted." in body(desk.get(response.location))


def test_a_late_decision_names_who_did_what_and_offers_both_ways(db, desk, editor):
    tip = a_tip(db)
    sent = form(body(desk.get("/newsroom/queue")), "/decision", decision="accept")
    decide_as(db, editor, tip, Decision.DECLINE, reason=Reason.UNVERIFIABLE)
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent), 409)
    assert "Edie Okonjo declined this" in html
    assert "s ago (cannot be verified)." in html
    assert "Leave it as it is" in html
    override = form(html, f"/newsroom/tips/{tip.ref}/decision", decision="accept", version="2")
    assert desk.post(f"/newsroom/tips/{tip.ref}/decision", data=override).status_code == 303
    assert fresh(db, tip).state == State.ACCEPTED


def test_a_late_decision_by_htmx_is_a_fragment(db, desk, editor):
    tip = a_tip(db)
    decide_as(db, editor, tip, Decision.SPAM)
    late = {"decision": "snooze", "until": "2999-01-01T09:00", "version": "1"}
    body(desk.post(f"/newsroom/tips/{tip.ref}/decision", data=late, headers=HTMX), 422)
    late["until"] = (clock.now() + timedelta(days=1)).isoformat()
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/decision", data=late, headers=HTMX), 409)
    assert "<html" not in html
    assert "marked this as spam" in html
    assert "Put it off all the same" not in html


def test_a_stale_member_is_named_and_the_override_carries_every_version(db, desk, editor):
    tip = a_tip(db)
    member = a_tip(db, group=group_of(db, tip))
    sent = form(body(desk.get("/newsroom/queue")), "/decision", decision="accept")
    decide_as(db, editor, member, Decision.SPAM)
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent), 409)
    override = form(html, "/decision", decision="accept", version="1", tip=f"{member.ref}:2")
    desk.post(f"/newsroom/tips/{tip.ref}/decision", data=override)
    assert counted(db) == {"accepted": 2}


def test_the_same_click_twice_is_one_decision(db, desk):
    tip = a_tip(db)
    for _ in range(2):
        response = desk.post(f"/newsroom/tips/{tip.ref}/decision", data={"decision": "spam", "version": 1})
        assert response.status_code == 303
    assert fresh(db, tip).version == 2


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"decision": "decline", "version": "1"}, "Say why the tip is declined."),
        ({"decision": "decline", "version": "1", "reason": "banana"}, "Say why the tip is declined."),
        ({"decision": "decline", "version": "1", "reason": "other"}, "Write the other reason"),
        (
            {"decision": "decline", "version": "1", "reason": "other", "reason_text": "x" * 100_000},
            "200 characters",
        ),
        ({"decision": "snooze", "version": "1", "until": "soon"}, "until when the tip sleeps"),
        ({"decision": "snooze", "version": "1", "until": "0001-01-01T00:00+14:00"}, "until when"),
        ({"decision": "snooze", "version": "1", "until": "2020-01-01"}, "the time must lie ahead"),
        ({"decision": "explode", "version": "1"}, "what is to become"),
        ({"decision": "spam"}, "which version"),
        ({"decision": "spam", "version": "99999999999999999999"}, "which version"),
        ({"decision": "spam", "version": "\x00"}, "which version"),
        (
            {"decision": "spam", "version": "1", "tip": [f"K7Q2FD9{n % 10}:1" for n in range(101)]},
            "more than 100",
        ),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_that_lacks_something_is_told_so_beside_the_tip(db, desk, sent, words, headers):
    tip = a_tip(db)
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent, headers=headers), 422)
    assert words in html
    assert tip_of(html) == tip.ref
    assert fresh(db, tip).version == 1


def test_a_decision_that_is_not_open_is_told_so(db, desk):
    tip = a_tip(db)
    html = body(
        desk.post(f"/newsroom/tips/{tip.ref}/decision", data={"decision": "reopen", "version": 1}), 409
    )
    assert "This tip is pending already" in html


def test_a_bad_form_for_a_tip_that_is_not_there_is_not_found(desk):
    assert desk.post("/newsroom/tips/ZZZZZZZZ/decision", data={}).status_code == 404
    bad_member = {"decision": "spam", "version": "1", "tip": "nonsense:1"}
    assert desk.post("/newsroom/tips/ZZZZZZZZ/decision", data=bad_member).status_code == 404


def test_snoozing_until_a_time_without_zone_means_the_moderators_own(db, desk):
    tip = a_tip(db)
    until = (clock.now() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
    sent = {"decision": "snooze", "version": 1, "until": until.isoformat()}
    assert desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent).status_code == 303
    assert fresh(db, tip).snoozed_until.hour in {19, 20}  # noon in Los Angeles


def test_undo_from_the_notice_brings_the_tip_back(db, desk):
    first, _ = ordered(db, "one", "two")
    location = desk.post(
        f"/newsroom/tips/{first.ref}/decision", data={"decision": "spam", "version": 1}
    ).location
    page = body(desk.get(location))
    sent = form(page, f"/newsroom/tips/{first.ref}/undo")
    response = desk.post(f"/newsroom/tips/{first.ref}/undo", data=sent)
    html = body(desk.get(response.location))
    assert tip_of(html) == first.ref
    assert "Taken back." in html
    assert fresh(db, first).state == State.PENDING


def test_undo_by_batch_and_by_htmx(db, desk, editor):
    tip = a_tip(db)
    outcome = decide_as(db, editor, tip, Decision.SPAM)
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/undo", data={"batch": outcome.batch}, headers=HTMX))
    assert tip_of(html) == tip.ref
    assert fresh(db, tip).version == 3


def test_undo_that_comes_too_late_offers_no_override(db, desk, moderator, editor):
    tip = a_tip(db)
    outcome = decide_as(db, moderator, tip, Decision.SPAM)
    with db.write() as session:
        decide(session, tip.ref, Decision.ACCEPT, version=2, by=editor, now=clock.now())
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/undo", data={"batch": outcome.batch}), 409)
    assert "Edie Okonjo accepted this" in html
    assert "all the same" not in html


def test_undo_of_nothing_says_so(db, desk):
    tip = a_tip(db)
    assert "nothing here to take back" in body(
        desk.post(f"/newsroom/tips/{tip.ref}/undo", data={"version": 1}), 409
    )


@pytest.fixture
def maks(db):
    story = a_story(db, "Maksim Horbenko plans to go back", published_at=clock.now() - timedelta(hours=3))
    person = a_person(db, "Maksim Horbenko", aliases=("Maks",))
    with db.write() as session:
        index_story(session, story.id, story.headline, story.body)
        session.add(StoryPerson(story_id=story.id, person_id=person.id))
    return story


def test_the_story_is_three_clicks_away(db, desk, maks):
    tip = a_tip(db, "I saw Maks at Warsaw Chopin airport this morning, heading to the border")
    page = body(desk.get("/newsroom/queue"))
    assert 'value="Maksim Horbenko' in page
    assert "names Maksim Horbenko; 3 h ago" in page
    sent = {**form(page, f"/newsroom/tips/{tip.ref}/links"), "story": maks.slug}
    response = desk.post(f"/newsroom/tips/{tip.ref}/links", data=sent)
    assert response.status_code == 303
    assert "Linked" in body(desk.get(response.location))
    assert fresh(db, tip).state == State.ACCEPTED


def test_stories_are_searched_as_a_page_and_as_a_fragment(db, desk, maks):
    tip = a_tip(db, "Somebody came")
    path = f"/newsroom/tips/{tip.ref}/stories"
    whole = body(desk.get(f"{path}?q=horbenko"))
    assert "<html" in whole
    assert maks.slug in whole
    part = body(desk.get(f"{path}?stories=nobody", headers=HTMX))
    assert part.lstrip().startswith("<div")
    assert "No story matches" in part
    queue = body(desk.get(f"/newsroom/queue?tip={tip.ref}&stories=horbenko"))
    assert f'value="{maks.slug}"' in queue


def test_without_a_likely_story_the_search_has_looked_for_the_names_already(db, desk):
    story = a_story(db, "Maksim Horbenko plans to go back")
    with db.write() as session:
        index_story(session, story.id, story.headline, "")
    a_tip(db, "I saw Maks there")
    page = body(desk.get("/newsroom/queue"))
    assert "Likely stories" not in page
    assert "Filled with the names found in the tip." in page
    assert f'value="{story.slug}"' in page


def test_the_story_whose_page_it_came_from_is_offered_first(db, desk, maks):
    own = a_story(db, "Quite another thing")
    a_tip(db, "Maks was seen", story_id=own.id)
    page = body(desk.get("/newsroom/queue"))
    assert "sent from its page" in page
    assert page.index(f'value="{own.slug}"') < page.index(f'value="{maks.slug}"')


def test_linking_too_late_can_be_overridden(db, desk, maks, editor):
    tip = a_tip(db)
    decide_as(db, editor, tip, Decision.DECLINE, reason=Reason.KNOWN)
    late = {"story": maks.slug, "version": "1"}
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/links", data=late), 409)
    override = form(html, "/links", story=maks.slug, version="2")
    assert desk.post(f"/newsroom/tips/{tip.ref}/links", data=override).status_code == 303
    assert fresh(db, tip).state == State.ACCEPTED


def test_linking_to_what_is_not_there_is_not_found(db, desk):
    tip = a_tip(db)
    for slug in ("no-such", "x\x00y", "", "x" * 100_000):
        sent = {"story": slug, "version": "1"}
        assert desk.post(f"/newsroom/tips/{tip.ref}/links", data=sent).status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_link_is_taken_away(db, desk, maks, headers):
    tip = a_tip(db)
    desk.post(f"/newsroom/tips/{tip.ref}/links", data={"story": maks.slug, "version": "1"})
    sent = form(body(desk.get(f"/newsroom/tips/{tip.ref}")), "/unlink", story=maks.slug)
    response = desk.post(f"/newsroom/tips/{tip.ref}/unlink", data=sent, headers=headers)
    assert response.status_code == (200 if headers else 303)
    with db.read() as session:
        assert session.scalars(select(Link.state)).all() == ["rejected"]


def test_unlinking_too_late_can_be_overridden(db, desk, maks):
    tip = a_tip(db)
    desk.post(f"/newsroom/tips/{tip.ref}/links", data={"story": maks.slug, "version": "1"})
    html = body(desk.post(f"/newsroom/tips/{tip.ref}/unlink", data={"story": maks.slug, "version": "1"}), 409)
    assert form(html, "/unlink", story=maks.slug, version="2")


def test_a_note_is_kept_and_shown(db, desk):
    tip = a_tip(db)
    response = desk.post(f"/newsroom/tips/{tip.ref}/notes", data={"body": "Ask the pilot\r\n\x00"})
    assert response.status_code == 303
    html = body(desk.get(response.location))
    assert "Ask the pilot" in html
    assert "Mo Castellane wrote a note" in html


@pytest.mark.parametrize(("text", "words"), [(" \n", "Write something"), ("x" * 4001, "4,000 characters")])
def test_a_note_needs_words_and_an_end(db, desk, text, words):
    tip = a_tip(db)
    assert words in body(desk.post(f"/newsroom/tips/{tip.ref}/notes", data={"body": text}), 422)
    assert desk.post("/newsroom/tips/ZZZZZZZZ/notes", data={"body": "x"}).status_code == 404


def test_a_search_shows_what_it_found_and_keeps_its_words(db, desk):
    tip = a_tip(db, "a ring at the gate")
    a_tip(db, "a boat")
    with db.write() as session:
        index_tips(session)
    html = body(desk.get("/newsroom/queue?q=ring"))
    assert refs_of(html) == [tip.ref]
    assert "1 found" in html
    assert 'value="ring"' in html
    assert "No tip here matches" in body(desk.get("/newsroom/queue?q=walrus"))
    decided = desk.post(f"/newsroom/tips/{tip.ref}/decision",
                        data={"decision": "spam", "version": 1, "list": "q=ring"}, headers=HTMX)  # fmt: skip
    assert "queue-count" not in body(decided)


def test_long_lists_have_pages(db, desk):
    tips = ordered(db, *(f"ring {n}" for n in range(52)))
    first = body(desk.get("/newsroom/queue?sort=newest"))  # into which nothing is drawn
    assert refs_of(first) == [tip.ref for tip in tips[:50]]
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = body(desk.get(older))
    assert refs_of(second) == [tip.ref for tip in tips[50:]]
    assert "Back to the top" in second
    assert "That was the end of the list" in body(desk.get(f"{older}&state=spam&after=x"))


def test_files_and_claims_that_ended_do_not_show(db, desk, editor):
    tip = a_tip(db)
    with db.write() as session:
        group = session.get_one(Group, tip.group_id)
        group.claimed_by_id, group.claimed_until = editor.id, NOON
        session.add(an_attachment(tip))
    html = body(desk.get("/newsroom/queue"))
    assert "has it open" not in html
    assert "has this open" not in html


@pytest.mark.parametrize("query", [
    "q=%00%FF%22*", "after=%00", "tip=", "state=%00&kind=%00&sort=%00", "person=%00&story=%00", "done=%00",
    "q=person:%22", "story=" + "x" * 3000, "stories=%00%22*", "q=" + "%F0%9F%99%88" * 300,
    "after=MS4wIDkyMjMzNzIwMzY4NTQ3NzU4MDc",
])  # fmt: skip
def test_no_query_string_breaks_the_queue(db, desk, query):
    a_tip(db)
    assert desk.get(f"/newsroom/queue?{query}").status_code == 200
