"""A newsroom of any size, invented: what two years leave in the tables, row by row, without a database.

The words are spread as those of a language are (Zipf: see search.py). Of a hundred tips about three begin a
group of several; some name a person, come from a story's page, carry files, notes, a contact. Nearly half
wait: more than any newsroom would let, so that the queue has its 8,000th page.
"""

import hashlib
import hmac
import random
import secrets
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from search import VOCABULARY, WEIGHTS, WORDS, a_ref

from tipline import audit
from tipline.assist.score import Facts, parts, total
from tipline.clock import to_minute
from tipline.models import Event, How, Role, State
from tipline.models.counter import SHARDS
from tipline.models.group import rank
from tipline.search.lessons import TIPS
from tipline.search.lessons import WORDS as ALL_WORDS
from tipline.text.likeness import bands, telling_words
from tipline.text.tokens import fold

YEARS = timedelta(days=730)
STATES = {State.PENDING: 45, State.DECLINED: 28, State.ACCEPTED: 16, State.SPAM: 9, State.SNOOZED: 2}
HOWS = {"saw": 20, "told": 25, "online": 20, "involved": 8, "documents": 5, None: 22}
KINDS = {"tip": 85, "correction": 6, "release": 6, "question": 3}
CHANNELS = {"form": 88, "embed": 10, "phone": 1, "email": 1}
REASONS = {"not_news": 40, "unverifiable": 20, "known": 15, "off_topic": 15, "advertising": 5, "abusive": 5}
STAFF, PEOPLE, STORIES, DECIDED_WITHIN = 12, 2_000, 3_000, timedelta(days=2)
DECIDED_AS = {
    State.DECLINED: "decline",
    State.ACCEPTED: "accept",
    State.SPAM: "spam",
    State.SNOOZED: "snooze",
}
TAGS = ("harbour", "court", "follow-up", "photo", "quote")

Rows = dict[str, list[dict]]


class Newsroom:
    """Invents rows, the same for the same size. `now` is when its newest tip came."""

    def __init__(self, tips: int, now: datetime) -> None:
        self.size, self.now, self.chance = tips, now, random.Random(7)
        self.every = YEARS / tips
        self.people = [self._name() for _ in range(PEOPLE)]
        self.totals: Tally[tuple[str, int]] = Tally()
        self.taught = {"spam": Tally(), "ham": Tally()}
        self._leads: list[tuple[dict, list[str]]] = []  # of a group that more tips may join, and its words
        self._events, self._mac, self._key = 0, bytes(32), secrets.token_bytes()

    def words(self, count: int) -> list[str]:
        return self.chance.choices(WORDS, cum_weights=WEIGHTS, k=count)

    def pick(self, shares: dict):
        return self.chance.choices(list(shares), list(shares.values()))[0]

    def _name(self) -> str:
        return " ".join(WORDS[self.chance.randint(2_000, VOCABULARY - 1)].title() for _ in range(2))

    def house(self) -> Rows:
        """Return staff, people, stories and saved views."""
        rows: Rows = defaultdict(list)
        for number in range(1, STAFF + 1):
            rows["users"].append({"id": number, "email": f"staff{number}@lantern.example",
                                  "role": Role.EDITOR, "name": self._name(),
                                  "created_at": self.now - YEARS})  # fmt: skip
        for number, name in enumerate(dict.fromkeys(self.people), 1):
            rows["people"].append({"id": number, "slug": f"person-{number}", "name": name,
                                   "folded": fold(name), "created_at": self.now - YEARS})  # fmt: skip
        for number in range(1, STORIES + 1):
            self._story(rows, number, len(rows["people"]))
        for number, query in enumerate(
            (f"q={WORDS[3]}", f"q={WORDS[900]}", "q=person%3Aperson-7", "tag=harbour", "kind=correction"), 1
        ):
            rows["views"].append({"id": number, "owner_id": 1, "slug": f"view-{number}",
                                  "name": f"View {number}", "query": query})  # fmt: skip
        return rows

    def _story(self, rows: Rows, number: int, people: int) -> None:
        who = self.chance.sample(range(1, people + 1), 2)
        named = [rows["people"][each - 1]["name"] for each in who]
        headline = " ".join([named[0], *self.words(6)])
        body = " ".join([*named, *self.words(300)])
        published_at = self.now - YEARS * (1 - number / STORIES)
        rows["stories"].append({
            "id": number, "slug": f"story-{number}", "source": "text", "remote_id": f"r{number}",
            "headline": headline, "body": body, "published_at": published_at, "credits": [], "tags": [],
            "digest": hashlib.sha256(headline.encode()).digest(), "imported_at": published_at,
        })  # fmt: skip
        rows["story_people"] += [
            {"story_id": number, "person_id": each, "position": place} for place, each in enumerate(who)
        ]

    def tips(self, first: int, stop: int) -> Rows:
        """Return the tips with these ids and all that belongs to them."""
        rows: Rows = defaultdict(list)
        for number in range(first, stop):
            self._tip(rows, number)
        return rows

    def _tip(self, rows: Rows, number: int) -> None:
        chance = self.chance
        at = to_minute(self.now - YEARS + self.every * number)
        said, group = self._said()
        state, kind = (group["state"], group["kind"]) if group else (self.pick(STATES), self.pick(KINDS))
        tip = {
            "id": number, "ref": a_ref(number), "body": " ".join(said), "kind": kind, "state": state,
            "how": self.pick(HOWS), "channel": self.pick(CHANNELS), "received_at": at,
            "files": int(chance.random() < 0.05), "group_id": number, "language": "en",
            "story_id": self._page(at) if chance.random() < 0.03 else None,
            "about": chance.choice(self.people) if chance.random() < 0.1 else None,
            "place": chance.choice(WORDS[500:5000]) if chance.random() < 0.1 else None,
        }  # fmt: skip
        self._event(rows, at, "tip.received", tip["ref"], None, {})
        if state != State.PENDING:
            self._decided(rows, tip, at)
        self._grouped(rows, tip, said, group)
        self._beside(rows, tip, at)
        self.totals[state, number % SHARDS] += 1
        words = telling_words(tip["body"])
        rows["loose_bands"] += [{"value": band, "tip_id": number} for band in bands(words)]
        rows["tips"].append(tip)

    def _said(self) -> tuple[list[str], dict | None]:
        """Invent a text; now and then one that says about the same as an earlier one, and joins its group."""
        if self._leads and self.chance.random() < 0.06:
            group, told = self.chance.choice(self._leads)
            changed = [self.words(1)[0] if self.chance.random() < 0.15 else word for word in told]
            return changed, group
        said = self.words(self.chance.randint(20, 90))
        if self.chance.random() < 0.08:
            said[3:3] = self.chance.choice(self.people).split()
        return said, None

    def _page(self, at: datetime) -> int:
        """Return the story that was newest when a tip came."""
        age = 1 - (self.now - at) / YEARS
        return max(1, min(STORIES, int(age * STORIES)))

    def _grouped(self, rows: Rows, tip: dict, said: list[str], group: dict | None) -> None:
        if group is not None:
            group["size"] += 1
            group["pending"] += tip["state"] == State.PENDING
            group["newest_at"] = tip["received_at"]
            tip["group_id"] = group["id"]
        else:
            group = {"id": tip["id"], "state": tip["state"], "kind": tip["kind"], "lead_id": tip["id"],
                     "size": 1, "pending": int(tip["state"] == State.PENDING), "scored_with": 10**9,
                     "newest_at": tip["received_at"]}  # fmt: skip
            rows["groups"].append(group)
            if self.chance.random() < 0.03:
                self._leads.append((group, said))
            if len(self._leads) > 20:
                self._leads.pop(0)
        hows = frozenset({How(tip["how"])}) if tip["how"] else frozenset()
        facts = Facts(size=group["size"], hows=hows, files=tip["files"], from_story=bool(tip["story_id"]))
        group["score"] = total(parts(facts))
        group["rank"] = rank(group["score"], group["newest_at"])

    def _decided(self, rows: Rows, tip: dict, at: datetime) -> None:
        by, when = self.chance.randint(1, STAFF), min(at + DECIDED_WITHIN * self.chance.random(), self.now)
        batch, number = a_ref(tip["id"] + 2**33), tip["id"]
        tip |= {"decided_at": when, "decided_by_id": by, "version": 2}
        link = None
        if tip["state"] == State.DECLINED:
            tip["reason"] = self.pick(REASONS)
        if tip["state"] == State.SNOOZED:
            tip["snoozed_until"] = self.now + timedelta(days=30)
        if tip["state"] == State.ACCEPTED and self.chance.random() < 0.5:
            link = number
            rows["links"].append({"id": number, "tip_id": number, "by_id": by, "at": when,
                                  "story_id": self._page(at)})  # fmt: skip
        if tip["state"] in (State.SPAM, State.ACCEPTED) or tip.get("reason") not in (
            "advertising", "abusive", None
        ):  # fmt: skip
            label = "spam" if tip["state"] == State.SPAM else "ham"
            tip["taught"] = label
            seen = set(tip["body"].split())
            self.taught[label].update(seen)
            self.taught[label].update({TIPS: 1, ALL_WORDS: len(seen)})
        kind = "tip.linked" if link else f"tip.{tip['state']}"
        self._event(rows, when, kind, tip["ref"], by, {"batch": batch, "was": "pending", "version": 2})
        before = {"state": "pending", "reason": None, "reason_text": None, "snoozed_until": None}
        rows["verdicts"].append({
            "id": number, "batch": batch, "tip_id": number, "decision": DECIDED_AS[tip["state"]],
            "before": before, "version": 2, "link_id": link, "by_id": by, "at": when,
        })  # fmt: skip

    def _beside(self, rows: Rows, tip: dict, at: datetime) -> None:
        number, chance = tip["id"], self.chance
        mark = hashlib.blake2b(number.to_bytes(8), digest_size=32).digest()
        if tip["channel"] in ("form", "embed"):
            rows["receipts"].append({"id": number, "lookup_hash": mark, "key_id": "k", "tip_id": number,
                                     "answers_mac": mark})  # fmt: skip
        if chance.random() < 0.15:
            sender = chance.randint(1, max(1, self.size // 10))
            rows["contacts"].append({
                "id": number, "tip_id": number, "sealed": mark, "key_id": "k", "given": "name email",
                "may_contact": True,
                "sender_hash": hashlib.blake2b(sender.to_bytes(8), digest_size=32).digest(),
            })  # fmt: skip
        if chance.random() < 0.05:
            rows["notes"].append({"id": number, "tip_id": number, "by_id": chance.randint(1, STAFF),
                                  "body": " ".join(self.words(12)), "at": at})  # fmt: skip
        if chance.random() < 0.02:
            rows["messages"].append({"id": number, "ref": a_ref(number + 2**34), "tip_id": number,
                                     "direction": "to_tipster", "body": " ".join(self.words(20)),
                                     "by_id": 1, "at": at, "send_at": at})  # fmt: skip
        if chance.random() < 0.02:
            rows["tags"].append({"tip_id": number, "name": chance.choice(TAGS)})
        if tip["files"]:
            rows["attachments"].append({
                "id": number, "ref": a_ref(number + 2**35), "tip_id": number, "media_type": "image/jpeg",
                "size_bytes": 900_000, "original_key": f"o{number}", "sealed_file_key": mark, "key_id": "k",
                "state": "scrubbed", "scrubbed_key": f"s{number}", "scrubbed_type": "image/jpeg",
                "scrubbed_bytes": 800_000, "removed": [], "at": at,
            })  # fmt: skip

    def _event(self, rows: Rows, at: datetime, kind: str, ref: str, by: int | None, data: dict) -> None:
        """Note an act, sealed as `audit.seal` does, under a key that is gone afterwards."""
        number = self._events = self._events + 1
        event = {"id": number, "at": at, "kind": kind, "subject": ref, "actor_id": by,
                 "actor": f"Staff {by}" if by else "reader", "data": data}  # fmt: skip
        covered = str(number).encode() + audit.canonical(Event(**event))
        self._mac = hmac.digest(self._key, self._mac + covered, "sha256")
        rows["events"].append(event)
        rows["seals"].append({"seq": number, "event_id": number, "key_id": "invented", "mac": self._mac,
                              "sealed_at": at})  # fmt: skip

    def counted(self) -> Rows:
        """Return what was counted on the way: tips by state, and what decisions taught."""
        counters = [{"name": name, "shard": shard, "value": value}
                    for (name, shard), value in self.totals.items()]  # fmt: skip
        spam, ham = self.taught["spam"], self.taught["ham"]
        lessons = [{"word": word, "spam": spam[word], "ham": ham[word]} for word in {*spam, *ham}]
        return {"counters": counters, "lessons": lessons}

    def chunks(self, size: int) -> Iterator[Rows]:
        for first in range(1, self.size + 1, size):
            yield self.tips(first, min(first + size, self.size + 1))
