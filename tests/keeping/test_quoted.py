"""An erased tip leaves its words in no draft that the newsroom has not made its own."""

from dataclasses import replace

import pytest
from builders import NOON, a_tip, a_user
from keeping.full import tables_with
from sqlalchemy import update

from tipline import audit
from tipline.drafts import actions
from tipline.keeping.erase import erase_tip
from tipline.models import Draft, DraftState, Role, State, show_ref

WORDS = "Qqcanaryqq left by the side door."
OURS = "The ferry sailed without her."


@pytest.fixture
def drafted(db):
    """A function: a tip, and a draft of it and of another tip, to which an editor has written."""

    def make(state: DraftState):
        editor = a_user(db, Role.EDITOR)
        tip, other = (
            a_tip(db, WORDS, state=State.ACCEPTED),
            a_tip(db, "A lamp was lit.", state=State.ACCEPTED),
        )
        with db.write() as session:
            draft = actions.promote(session, [tip.ref, other.ref], by=editor, now=NOON)
            text = actions.DraftText.of(draft)
            longer = replace(text, body=f"{text.body}\n{OURS}\n")
            actions.save(session, draft.ref, longer, version=1, by=editor, now=NOON)
            session.execute(update(Draft).where(Draft.id == draft.id).values(state=state))
        assert tables_with(db, "Qqcanaryqq") >= {"drafts", "revisions", "tips"}
        with db.write() as session:
            erase_tip(session, tip, by=audit.READER, now=NOON)
        with db.read() as session:
            return tip, session.get_one(Draft, draft.id)

    return make


@pytest.mark.parametrize("state", [DraftState.DRAFT, DraftState.IN_REVIEW, DraftState.KILLED])
def test_its_words_go_from_every_version_and_ours_stay(db, drafted, state):
    tip, draft = drafted(state)
    assert tables_with(db, "Qqcanaryqq") == set()
    assert tables_with(db, "qqcanaryqq") == set()  # nor in an address
    assert draft.headline == f"Tip {show_ref(tip.ref)}"
    assert f"> [tip {show_ref(tip.ref)}]" in draft.body
    for kept in (OURS, "A lamp was lit."):
        assert kept in draft.body


@pytest.mark.parametrize("state", [DraftState.APPROVED, DraftState.SENT, DraftState.PUBLISHED])
def test_what_was_approved_stays_as_the_tipster_is_told(db, drafted, state):
    _, draft = drafted(state)
    assert WORDS in draft.body
