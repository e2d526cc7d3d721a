"""The memory of one run over claims, in this process alone or in a file that the next run goes on with."""

import secrets
from datetime import date

from schemas.topics import HISTORY_DAYS
from worker.history.decisions import Decision, decision_id, decode_known, encode_decision, is_on_a_claim
from worker.history.store import HistoryRecord, HistoryStore
from worker.history.view import History, history_of


class ClaimMemory:
    """What was known at the start of a run, and what the run has judged since; `save` writes that to the store.

    `days` is how long a claim is looked at.
    """

    def __init__(self, store: HistoryStore, days: int = HISTORY_DAYS) -> None:
        self._store, self._days = store, days
        self._unsaved: dict[bytes, list[HistoryRecord]] = {}

    def history(self, person: bytes, received_on: date) -> History:
        """Return what is known of a person before a claim that was received on a day.

        Raises `HistoryStoreError`, and `DamagedEntryError` for an entry that cannot be read.
        """
        return history_of(self._entries(person), since=self._store.since, until=received_on, days=self._days)

    def decide(self, person: bytes, received_on: date, decision: Decision) -> bool:
        """Keep a payer's decision after what is known already; return whether it is on a claim that is known.

        The claims of a file count as received on the day of the run, which may be later than the decision on them.
        Raises as `history`.
        """
        entries = self._entries(person)
        known = [decode_known(each) for each in entries]
        choices = (decision, decision._replace(on=max(decision.on, received_on)))
        found = next((each for each in choices if is_on_a_claim(known, each)), None)
        entry = encode_decision(found or decision)
        if entry not in entries:
            record = HistoryRecord(person, decision_id(entry), 0, received_on, entry)
            self._unsaved.setdefault(person, []).append(record)
        return found is not None

    def _entries(self, person: bytes) -> list[bytes]:
        entries = [each.entry for each in self._store.earlier(person)]
        return entries + [each.entry for each in self._unsaved.get(person, ()) if each.entry is not None]

    def remember(self, person: bytes, received_on: date, entry: bytes) -> None:
        """Keep a claim of a person after those that are known already."""
        # Each claim of a run is one of its own, also when the same file is given twice.
        record = HistoryRecord(person, secrets.token_bytes(16), 0, received_on, entry)
        self._unsaved.setdefault(person, []).append(record)

    def save(self) -> None:
        """Write what was remembered to the store, all of it or nothing. Raises `HistoryStoreError`."""
        self._store.apply([each for records in self._unsaved.values() for each in records])
        self._unsaved = {}

    def drop(self) -> None:
        """Forget what was remembered since it was last saved."""
        self._unsaved = {}
