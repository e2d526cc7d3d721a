"""What is known of the claims of one partition: the store, and over it what was judged and is not yet in the store.

A claim is seen by the next one of its patient as soon as it is judged, in the same batch or a later one. It comes into
the store only after its batch is durable: whatever dies before leaves a store that knows no more than was committed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final

from worker.history.decisions import Decision, decision_id, decode_known, encode_decision, is_on_a_claim
from worker.history.store import HistoryRecord, HistoryStore, StoredClaim
from worker.history.view import MOST_CLAIMS, History, history_of
from worker.stream.history.changelog import ChangelogRecord, with_mark, written
from worker.stream.history.position import HistoryPosition

_MOST_ROWS: Final = 4 * MOST_CLAIMS
"""Rows that are read of a person: many claims of one number are of nobody, such as those under one that was made up."""
_BY_PLACE: Final = attrgetter("place")


class Met(StrEnum):
    """What a payer's decision met in the memory; a closed set, so that it can label a metric."""

    A_CLAIM = "claim"
    """A claim that is known."""
    NOTHING = "none"
    """No claim that is known: it is kept, should the claim come yet."""
    ITSELF = "repeated"
    """The same decision, which came before."""


@dataclass(slots=True, eq=False)
class JudgedClaims:
    """What a batch brings into a memory, in order."""

    memory: "LaneHistory"
    records: list[HistoryRecord] = field(default_factory=list)
    of_person: dict[bytes, list[HistoryRecord]] = field(default_factory=dict)
    forgotten: list[bytes] = field(default_factory=list)
    """The persons of whom nothing is to be known any more."""
    written: int = 0
    """How many records were written in all with those of the batch, once it was handed over."""

    def add(self, record: HistoryRecord) -> None:
        """Remember a claim, or that it is taken out."""
        self.records.append(record)
        self.of_person.setdefault(record.person, []).append(record)

    def extend(self, batch: "JudgedClaims") -> None:
        """Take what the batch after this one brings."""
        self.records += batch.records
        for person, records in batch.of_person.items():
            self.of_person.setdefault(person, []).extend(records)
        self.forgotten += batch.forgotten
        self.written = batch.written


class LaneHistory:
    """The memory of one partition, from its opening to its closing."""

    def __init__(self, store: HistoryStore, topic: str, partition: int, position: HistoryPosition, days: int) -> None:
        self.store: Final = store
        self.position = position
        """How far the memory is with all that was handed over to become durable."""
        self.partition: Final = partition
        self.topic: Final = topic
        self._days = days
        self._open: list[JudgedClaims] = []
        self._applying: list[JudgedClaims] = []
        self.landed = JudgedClaims(self)
        """What is durable and not yet on its way into the store."""
        self.is_broken = False
        """Whether something did not come into the store."""
        self._offset = store.mark().offset
        self._seen: tuple[int, int] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether its first day is known."""
        return self.position.since != date.max

    def begin_on(self, day: date) -> None:
        """Begin on the day on which the first claim was received, if it has not begun."""
        if not self.has_begun:
            self.position = replace(self.position, since=day)

    def saw_end(self, end: int) -> None:
        """Note where the changelog ended when no more was handed over than by now: what comes later is behind that."""
        self._seen = self.position.records, end

    def changelog_offset(self, records: int) -> int:
        """Return from where the changelog is to be read for what comes after so many records."""
        if self._seen is not None and records >= self._seen[0]:
            self._offset, self._seen = self._seen[1], None
        return self._offset

    @property
    def waiting(self) -> int:
        """How many claims are known that are not in the store yet."""
        return sum(len(batch.records) for batch in (*self._applying, self.landed, *self._open))

    def begin(self) -> JudgedClaims:
        """Begin a batch; what is remembered in it is seen at once."""
        batch = JudgedClaims(self)
        self._open.append(batch)
        return batch

    def drop(self, batch: JudgedClaims) -> None:
        """Know nothing of a batch any more: it is in the store by now, or it will never be handed over."""
        self._open = [each for each in self._open if each is not batch]
        self._applying = [each for each in self._applying if each is not batch]

    @property
    def has_landed(self) -> bool:
        """Whether anything is durable and not yet on its way into the store."""
        return self.landed.written > 0

    def land(self, batch: JudgedClaims) -> None:
        """Note that a batch is durable, after all that were handed over before it."""
        self._open = [each for each in self._open if each is not batch]
        self.landed.extend(batch)

    def take_landed(self) -> JudgedClaims:
        """Return what is durable and not in the store, to be brought there; it is known here until it is dropped."""
        taken, self.landed = self.landed, JudgedClaims(self)
        self._applying.append(taken)
        return taken

    def view(self, person: bytes, claim: bytes, place: int, received_on: date) -> History:
        """Return what is known of a person before a claim.

        Args:
            person: The 16 bytes under which the patient is known.
            claim: Those of the claim, which does not see itself: it may be judged once more.
            place: Its place in the order of the partition; what is behind it is not seen, though a worker that died may
                have brought it into the changelog.
            received_on: When it was received.
        """
        return self.lookup(person, claim, place, received_on)[0]

    def lookup(self, person: bytes, claim: bytes, place: int, received_on: date) -> tuple[History, bool]:
        """Return what is known of a person before a claim as `view`, and whether the claim itself is known."""
        # With the row of the claim itself, which is the one in its place.
        found, since = self.store.earlier(person, place + 1, _MOST_ROWS + 1), self.position.since
        stored = [each for each in found if each.place < place and each.claim != claim]
        is_known = any(each.claim == claim for each in found)
        if len(stored) >= _MOST_ROWS:
            stored = stored[-_MOST_ROWS:]
            if (day := self.store.received_on(person, stored[0].claim)) is not None:
                # Of that day some may be among what was not read.
                since = max(since, day + timedelta(days=1))
        if waiting := self._waiting(person):
            known = self._with(stored, waiting)
            own = [record for record in waiting if record.claim == claim]
            is_known = own[-1].entry is not None if own else is_known
            stored = sorted(
                (each for each in known.values() if each.place < place and each.claim != claim), key=_BY_PLACE
            )
        entries = [each.entry for each in stored]
        return history_of(entries, since=since, until=received_on, days=self._days), is_known

    def known(self, person: bytes) -> dict[bytes, StoredClaim]:
        """Return what is kept of a person by the bytes under which each is known, with what is not yet durable."""
        return self._with(self.store.earlier(person), self._waiting(person))

    def _waiting(self, person: bytes) -> list[HistoryRecord]:
        """Return what is known of a person and not in the store yet, in order."""
        batches = (*self._applying, self.landed, *self._open)
        return [record for batch in batches for record in batch.of_person.get(person, ())]

    @staticmethod
    def _with(stored: Iterable[StoredClaim], waiting: Iterable[HistoryRecord]) -> dict[bytes, StoredClaim]:
        known = {each.claim: each for each in stored}
        for record in waiting:
            if record.entry is None:
                known.pop(record.claim, None)
            else:
                known[record.claim] = StoredClaim(record.claim, record.place, record.entry)
        return known

    def claim(self, person: bytes, claim: bytes) -> StoredClaim | None:
        """Return one claim of a person, with what is not yet durable; None when it is not known."""
        for record in reversed(self._waiting(person)):
            if record.claim == claim:
                return None if record.entry is None else StoredClaim(claim, record.place, record.entry)
        return self.store.claim(person, claim)

    def remember(self, batch: JudgedClaims, record: HistoryRecord, *, is_known: bool | None = None) -> None:
        """Remember a claim; without an entry it is taken out where it was known, and nothing is written where not.

        `is_known` is what `lookup` said of it; None when it was not looked up.
        """
        if record.entry is None:
            known = self.claim(record.person, record.claim) is not None if is_known is None else is_known
            if not known:
                return
        batch.add(record)

    def decide(self, batch: JudgedClaims, person: bytes, decision: Decision, place: int, received_on: date) -> Met:
        """Remember a payer's decision at its place in the order of the partition, unless it came before.

        Raises `DamagedEntryError`.
        """
        entry = encode_decision(decision)
        own, known = (
            decision_id(entry),
            self._with(self.store.earlier(person, place, _MOST_ROWS), self._waiting(person)),
        )
        earlier = sorted((each for each in known.values() if each.place < place), key=_BY_PLACE)
        if own in {each.claim for each in earlier}:
            return Met.ITSELF
        batch.add(HistoryRecord(person, own, place, received_on, entry))
        return Met.A_CLAIM if is_on_a_claim([decode_known(each.entry) for each in earlier], decision) else Met.NOTHING

    def forget(self, batch: JudgedClaims, person: bytes) -> int:
        """Take out all that is known of a person, and return how many claims that is."""
        known = self.known(person)
        for claim in known:
            batch.add(HistoryRecord(person, claim, 0, date.min, None))
        batch.forgotten.append(person)
        return len(known)

    def hand_over(self, batch: JudgedClaims) -> list[ChangelogRecord]:
        """Return the records of a batch for the transaction of its outcomes; the position is then that after them."""
        records = with_mark(batch.records)
        sent = written(self.topic, self.partition, self.position.records, records)
        self.position = self.position.after(len(sent))
        batch.written = self.position.records
        return sent

    def mark(self, batch: JudgedClaims) -> list[ChangelogRecord]:
        """Return a mark alone, for a batch in which nothing is; the position is then that after it."""
        sent = written(self.topic, self.partition, self.position.records, [None])
        self.position = self.position.after(len(sent))
        batch.written = self.position.records
        return sent
