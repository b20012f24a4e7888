"""What a reader says of the files they send: whose they are, whether we may use them, what may be seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from tipline.text.clean import clean_line

MAX_CREDIT = 200
YES = frozenset({"y", "yes", "on", "1", "true"})
NO = frozenset({"n", "no", "off", "0", "false"})


@dataclass(frozen=True)
class Rights:
    """What holds for all files that come with one tip or answer; None where nothing was said."""

    mine: bool | None = None
    may_use: bool | None = None
    credit: str = ""
    facts_ok: bool = False

    @classmethod
    def of(cls, posted: Mapping[str, str]) -> "Rights":
        return cls(
            mine=_answer(posted.get("files_mine")),
            may_use=_answer(posted.get("files_use")),
            credit=clean_line(posted.get("credit") or ""),
            facts_ok=_answer(posted.get("files_facts")) is True,
        )

    @property
    def columns(self) -> dict[str, object]:
        """The columns of an attachment that hold them."""
        return {
            "taken_by_tipster": self.mine,
            "may_use": self.may_use,
            "credit": self.credit or None,
            "facts_ok": self.facts_ok,
        }

    @property
    def written(self) -> bytes:
        """The same rights give the same bytes."""
        return repr((self.mine, self.may_use, self.credit, self.facts_ok)).encode()


def _answer(text: str | None) -> bool | None:
    said = (text or "").strip().lower()
    return True if said in YES else False if said in NO else None
