"""The statistics: right numbers, in one's own zone, each with its sentence, table, file and links."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from builders import a_person, a_story, a_tip
from sqlalchemy import insert
from triage.desk import refs_of
from triage.test_queries import index_all, queries_of

from tipline import clock
from tipline.insight import measures, stats
from tipline.insight.measures import By, Pace, Period, Sample
from tipline.models import Link, State, TipReader, Verdict, new_ref

ZONE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # noon in Los Angeles
PERIOD = Period(NOON - timedelta(days=30), NOON + timedelta(days=1))
SPAN = stats.span_of(7, NOON, ZONE)


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


def decided(db, tip, by, at, *, undone=None, batch=None):
    row = {"batch": batch or new_ref(), "tip_id": tip.id, "decision": "accept", "before": {}, "version": 2,
           "by_id": by.id, "at": at, "undone_at": undone}  # fmt: skip
    with db.write() as session:
        session.execute(insert(Verdict), [row])


def read(db, ask, *args):
    with db.read() as session:
        return ask(session, *args)


def seconds(at):
    return int(at.timestamp())


def test_tips_are_read_with_their_first_decision_that_stands(db, moderator):
    tip, other = a_tip(db, received_at=NOON, kind="correction"), a_tip(db, received_at=NOON)
    a_tip(db, received_at=NOON - timedelta(days=31))
    decided(db, tip, moderator, NOON + timedelta(minutes=1), undone=NOON + timedelta(minutes=2))
    decided(db, tip, moderator, NOON + timedelta(minutes=9))
    decided(db, tip, moderator, NOON + timedelta(minutes=20))
    story = a_story(db)
    with db.write() as session:
        session.add(Link(tip_id=tip.id, story_id=story.id, by_id=moderator.id, at=NOON))
    found = read(db, measures.samples, PERIOD, By.KIND)
    assert found == [
        Sample(seconds(NOON), "tip", used=False, decided=None),
        Sample(seconds(NOON), "correction", used=True, decided=seconds(NOON) + 540),
    ]
    assert (found[0].waited, found[1].waited) == (None, 540)
    assert other.id > tip.id


def test_a_decision_in_the_minute_it_came_in_is_no_negative_time():
    assert Sample(100, "tip", used=False, decided=40).waited == 0


def test_only_the_newest_are_looked_at_one_by_one(db, monkeypatch):
    monkeypatch.setattr(measures, "MOST_TIPS", 2)
    for minutes in (1, 3, 2):
        a_tip(db, received_at=NOON - timedelta(minutes=minutes))
    found = read(db, measures.samples, PERIOD, By.KIND)
    assert [seconds(NOON) - each.received for each in found] == [60, 120]


def test_counts_by_time_hold_what_came_and_what_left(db):
    a_tip(db, received_at=NOON)
    a_tip(db, received_at=NOON + timedelta(minutes=14))
    a_tip(db, received_at=NOON + timedelta(minutes=15), state=State.DECLINED,
          decided_at=NOON + timedelta(hours=1))  # fmt: skip
    quarter = seconds(NOON) // 900
    assert read(db, measures.received_by_quarter, PERIOD) == {quarter: 2, quarter + 1: 1}
    assert read(db, measures.left_by_quarter, PERIOD) == {quarter + 4: 1}
    assert read(db, measures.waiting) == 2


@pytest.mark.parametrize("hiding", [{"restricted": True}, {"escalated_at": NOON}])
def test_what_one_may_not_see_is_counted_nowhere(db, signed_in_as, moderator, editor, hiding):
    now, person, story = clock.now(), a_person(db, "Ilka Brandvold"), a_story(db, "Lamp at the pier")
    about = {"about": person.name, "story_id": story.id, "received_at": now, **hiding}
    tips = a_tip(db, **about), a_tip(db, **about, state=State.DECLINED, decided_at=now)
    with db.write() as session:
        session.add_all(TipReader(tip_id=tip.id, user_id=editor.id, by_id=editor.id, at=NOON) for tip in tips)
    mo, edie = signed_in_as(moderator), signed_in_as(editor)
    for by, named in ((By.PERSON, person.name), (By.STORY, story.headline)):
        for name in ("count", "used", "speed"):
            path = f"/newsroom/stats/{name}.csv?by={by}"
            assert named not in mo.get(path).text
            assert named in edie.get(path).text
    for name in ("inflow", "backlog"):
        path = f"/newsroom/stats/{name}.csv"
        assert not any(line.endswith((",1", ",2")) for line in mo.get(path).text.splitlines())
        assert any(line.endswith((",1", ",2")) for line in edie.get(path).text.splitlines())
    period = Period(now - timedelta(days=1), now + timedelta(days=1), moderator.id)
    assert read(db, measures.left_by_quarter, period) == {}
    assert sum(read(db, measures.left_by_quarter, replace(period, viewer_id=editor.id)).values()) == 1


def test_the_pace_is_of_the_whole_newsroom_and_leaves_breaks_out(db, moderator, editor):
    tip, batch = a_tip(db), new_ref()
    for at in (0, 4, 4, 10, 1000):
        decided(db, tip, moderator, NOON + timedelta(seconds=at))
    decided(db, tip, editor, NOON + timedelta(seconds=12), batch=batch, undone=NOON)
    decided(db, tip, editor, NOON + timedelta(seconds=12), batch=batch)
    assert read(db, measures.pace, PERIOD) == Pace(decisions=6, undone=1, seconds=5.0)


def test_people_are_found_under_every_name(db):
    a_person(db, "Ilka Brandvold", aliases=("The Drummer",))
    named = read(db, measures.people_named, ["the drummer", "ILKA BRANDVOLD", "Nobody"])
    assert named == dict.fromkeys(["the drummer", "ILKA BRANDVOLD"], ("ilka-brandvold", "Ilka Brandvold"))


def test_days_are_those_of_who_looks():
    late = datetime(2026, 3, 2, 7, 59, tzinfo=UTC)  # still 1 March in Los Angeles
    panel = stats.inflow(SPAN, {seconds(late) // 900: 3})
    values = {mark.label: mark.value for mark in panel.chart.marks}
    assert (values["1 Mar"], values["2 Mar"], len(values)) == (3, 0, 7)
    assert panel.chart.sentence == "3 tips came, less than one a day; most on 1 Mar: 3."


def test_the_backlog_is_counted_back_from_now():
    today, yesterday = seconds(NOON) // 900, (seconds(NOON) - 86400) // 900
    panel = stats.backlog(SPAN, {today: 5, yesterday: 2}, {today: 1, yesterday: 4}, 10)
    assert [mark.value for mark in panel.chart.marks][-3:] == [8, 6, 10]
    assert panel.chart.sentence == "10 tips wait now, 2 more than on 24 Feb."


def test_half_of_the_tips_are_decided_within_a_time():
    at = seconds(NOON)
    some = [Sample(at, "tip", used=False, decided=at + 60 * minutes) for minutes in (1, 14, 90)]
    panel = stats.first_decision(SPAN, [*some, Sample(at, "tip", used=False, decided=None)])
    assert panel.chart.sentence == "Half of all decided tips were decided within 14 min."
    assert (panel.chart.marks[-1].words, panel.chart.marks[0].value) == ("14 min", None)


def test_parts_say_how_many_how_much_is_used_and_how_soon():
    at = seconds(NOON)
    some = [Sample(at, "tip", used=True, decided=at + 30), Sample(at, "tip", used=False, decided=None),
            Sample(at, "correction", used=False, decided=at + 7200)]  # fmt: skip
    parts = stats.parts_of(By.KIND, some, SPAN, {})
    assert [(part.label, len(part.samples), part.share_used, part.wait) for part in parts] == [
        ("Tips", 2, 0.5, 30), ("Corrections", 1, 0, 7200), ("Press releases", 0, None, None),
        ("Questions", 0, None, None)]  # fmt: skip
    assert stats.by_count(By.KIND, parts, 3).chart.sentence == "Tips: 2 of 3 tips, 67 %."
    used = stats.by_use(By.KIND, parts, some).chart.sentence
    assert used == "33 % were linked to a story or published: 1 of 3 tips."
    assert stats.by_wait(By.KIND, parts).chart.sentence == (
        "Soonest: Tips, half within 30 s; latest: Corrections, 2 h."
    )


def test_hours_are_those_of_who_looks():
    parts = stats.parts_of(By.HOUR, [Sample(seconds(NOON), 0, used=False, decided=None)], SPAN, {})
    assert [part.label for part in parts if part.samples] == ["12:00"]


@pytest.mark.thorough
@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("days", ["7", "30", "90"])
def test_each_page_has_six_charts_with_sentence_table_and_file(db, desk, moderator, by, days):
    furnish(db, moderator)
    page = desk.get(f"/newsroom/stats?days={days}&by={by}")
    assert page.status_code == 200
    assert (
        len(re.findall('<g role="img" aria-labelledby="(\\w+)-t \\1-d"><title id="\\1-t">', page.text)) == 6
    )
    assert len(re.findall("<table>", page.text)) == 6
    files = re.findall(r'href="(/newsroom/stats/\w+\.csv[^"]*)"', page.text)
    assert len(files) == 6
    for file in files:
        answer = desk.get(unescape(file))
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert len(answer.text.splitlines()) > 1


@pytest.mark.parametrize("name", ["inflow", "backlog", "wait"])
def test_a_file_says_its_days_with_their_years_and_its_name_the_newsrooms_day(desk, monkeypatch, name):
    evening = datetime(2026, 1, 3, 5, tzinfo=UTC)  # nine in the evening of the day before, there
    monkeypatch.setattr(clock, "now", lambda: evening)
    answer = desk.get(f"/newsroom/stats/{name}.csv?days=7")
    days = [line.partition(",")[0] for line in answer.text.splitlines()[1:]]
    assert days == [str(date(2026, 1, 2) - timedelta(days=back)) for back in range(6, -1, -1)]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="tips-{name}-2026-01-02.csv"'
    assert "27 Dec" in desk.get("/newsroom/stats?days=7").text


def furnish(db, by):
    now = clock.now()
    story, person = a_story(db, "=HYPERLINK(1) <b>ring</b>"), a_person(db, slug=f"ilka-{new_ref().lower()}")
    tips = [a_tip(db, f"{person.name} at the port", received_at=clock.to_minute(now - timedelta(hours=hours)),
                  story_id=story.id, about=person.name) for hours in (100, 30, 1)]  # fmt: skip
    decided(db, tips[-1], by, now - timedelta(minutes=40))
    return tips


def test_a_headline_is_neither_markup_nor_formula(db, desk, moderator):
    furnish(db, moderator)
    page = desk.get("/newsroom/stats?by=story").text
    assert "<b>ring" not in page
    assert "'=HYPERLINK(1)" in desk.get("/newsroom/stats/count.csv?by=story").text


@pytest.mark.parametrize("by", ["kind", "channel", "story", "person"])
def test_a_mark_leads_to_the_tips_that_it_counts(db, desk, moderator, by):
    a_tip(db, "Old", received_at=clock.now() - timedelta(days=80))
    furnish(db, moderator)
    index_all(db)
    page = desk.get(f"/newsroom/stats?days=7&by={by}").text
    first = page.split('aria-labelledby="count-t')[1]
    href = unescape(re.search(r'<a href="([^"]+)" tabindex="-1"><title>[^:]+: 3<', first)[1])
    assert len(refs_of(desk.get(href).text)) == 3


def test_a_days_mark_leads_to_its_day(db, desk, moderator):
    furnish(db, moderator)
    page = desk.get("/newsroom/stats?days=7").text
    today = clock.now().astimezone(ZONE).date()
    hrefs = [unescape(each) for each in re.findall(r'<a href="([^"]+)" tabindex="-1">', page)]
    asked = [parse_qs(urlsplit(href).query)["q"][0] for href in hrefs]
    assert f"after:{today} before:{date.fromordinal(today.toordinal() + 1)}" in asked


def test_links_over_a_picture_are_no_stops_of_the_tab_key(desk):
    page = desk.get("/newsroom/stats").text
    for part in re.findall(r'<g class="chart-links" aria-hidden="true".*?</g>', page):
        assert part.count("<a ") == part.count('tabindex="-1"')


def test_nobody_is_named(db, desk, moderator):
    for tip in furnish(db, moderator):
        decided(db, tip, moderator, clock.now())
    page = desk.get("/newsroom/stats").text
    assert moderator.name not in page.split("<main")[1]


def test_an_empty_newsroom_has_a_page(desk):
    page = desk.get("/newsroom/stats?days=never&by=nobody")
    assert page.status_code == 200
    assert "No tip came in this time." in page.text
    assert desk.get("/newsroom/stats/nothing.csv").status_code == 404


def test_a_page_costs_the_same_number_of_queries_however_many_tips(db, desk, moderator):
    furnish(db, moderator)
    few = queries_of(db, desk, "/newsroom/stats?by=story")
    furnish(db, moderator)
    furnish(db, moderator)
    assert queries_of(db, desk, "/newsroom/stats?by=story") == few
