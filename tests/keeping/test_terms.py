import pytest

from tipline.config import Settings
from tipline.errors import WrongSetting
from tipline.terms import Datum


def declined(text):
    terms = Settings.from_env({"TIPLINE_RETENTION_DECLINED": text}).retention_declined
    return {datum.value: terms[datum] for datum in Datum}


USUAL = {"contact": 30, "sealed": 30, "originals": 60, "copies": 90, "messages": 90, "text": 90}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("90", {}),
        ("contact 5", {"contact": 5}),
        ("contact 90, messages 80", {"contact": 90, "messages": 80}),
        ("text never", {"text": None}),
        ("never", {"text": None}),
        ("20", dict.fromkeys(USUAL, 20)),
        ("text 40", {"originals": 40, "copies": 40, "messages": 40, "text": 40}),
        ("copies 10", {"originals": 10, "copies": 10}),
        ("contact never, text never", {"contact": None, "text": None}),
    ],
)
def test_what_is_not_named_takes_its_default_or_goes_with_the_text(text, changed):
    assert declined(text) == USUAL | changed


@pytest.mark.parametrize(
    "text",
    ["contact 91", "contact never", "contact 50, text 40", "messages 100", "originals 61, copies 60"],
)
def test_a_wrong_order_stops_the_start_with_a_sentence(text):
    with pytest.raises(WrongSetting, match="before the text") as caught:
        declined(text)
    assert "TIPLINE_RETENTION_DECLINED" in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "-1", "ninety", "contact", "contact 1 2", "letters 5", "text 99999", "1.5", "0", "contact 0"]
)
def test_nonsense_stops_the_start_with_an_example(text):
    with pytest.raises(WrongSetting, match="contact 30, messages 60, text 90"):
        declined(text)


def test_terms_are_printed_as_they_are_read():
    for name in ("pending", "accepted", "used", "declined", "spam"):
        terms = getattr(Settings.from_env({}), f"retention_{name}")
        again = Settings.from_env({f"TIPLINE_RETENTION_{name.upper()}": str(terms)})
        assert getattr(again, f"retention_{name}") == terms


@pytest.mark.parametrize(("text", "days"), [("7", 7), ("1", 1), ("never", None)])
def test_days_may_be_never(text, days):
    assert Settings.from_env({"TIPLINE_RETENTION_STAGED_DAYS": text}).retention_staged_days == days


@pytest.mark.parametrize("name", ["STAGED", "SESSIONS", "DEVICES", "DELIVERIES"])
def test_no_days_at_all_are_refused(name):
    with pytest.raises(WrongSetting, match="1 is the shortest, and “never” keeps for ever"):
        Settings.from_env({f"TIPLINE_RETENTION_{name}_DAYS": "0"})


def test_grace_may_be_none_and_says_so():
    none = Settings.from_env({"TIPLINE_RETENTION_GRACE_DAYS": "0"})
    assert ("TIPLINE_RETENTION_GRACE_DAYS", "0") in [shown[:2] for shown in none.masked()]
    with pytest.raises(WrongSetting, match="for example 30; 0 gives no grace"):
        Settings.from_env({"TIPLINE_RETENTION_GRACE_DAYS": "never"})
