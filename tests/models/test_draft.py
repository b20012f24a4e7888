import pytest

from tipline.errors import InvalidTransition
from tipline.models import Draft, DraftState
from tipline.models.draft import DraftStep, NoHeadline

WALK = [
    ("draft", "submit", "in_review"),
    ("in_review", "return", "draft"),
    ("in_review", "approve", "approved"),
    ("approved", "withdraw", "in_review"),
    ("draft", "kill", "killed"),
    ("in_review", "kill", "killed"),
    ("approved", "kill", "killed"),
    ("killed", "revive", "draft"),
    ("approved", "publish", "published"),
    ("sent", "publish", "published"),
    ("published", "unpublish", "approved"),
]


@pytest.mark.parametrize("state", list(DraftState))
@pytest.mark.parametrize("step", list(DraftStep))
def test_a_step_is_open_from_its_states_only(state, step):
    ends = {(start, name): end for start, name, end in WALK}
    draft = Draft(state=state, headline="Lamp sold")
    if (end := ends.get((state, step))) is None:
        with pytest.raises(InvalidTransition):
            draft.take(step)
        assert step not in draft.steps()
    else:
        assert draft.take(step) == end
        assert step in draft.steps()
    assert draft.state == state


@pytest.mark.parametrize("headline", ["", " "])
@pytest.mark.parametrize(("state", "step", "end"), WALK)
def test_towards_readers_a_draft_goes_under_a_headline(state, step, end, headline):
    draft = Draft(state=state, headline=headline)
    if step in {"submit", "approve", "publish"}:
        with pytest.raises(NoHeadline):
            draft.take(step)
    else:
        assert draft.take(step) == end


@pytest.mark.parametrize(
    ("state", "after"), [("draft", "draft"), ("in_review", "in_review"), ("approved", "in_review")]
)
def test_an_approval_lapses_with_the_text_it_was_for(state, after):
    assert Draft(state=state).after_save() == after


@pytest.mark.parametrize("state", ["sent", "published", "killed"])
def test_text_that_left_or_died_is_not_changed(state):
    with pytest.raises(InvalidTransition):
        Draft(state=state).after_save()
