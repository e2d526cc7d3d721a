"""Ends the waiting of claims and documents that have waited for too long, and counts those that wait.

Which are due is a matter of days, so that nothing happens by the minute; a partition is looked at when it comes to this
worker, and then again and again.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from aiokafka.errors import KafkaError

from worker.agents.late_documents import OpenMemories
from worker.agents.remembering import RememberingScrubber
from worker.agents.verdicts import MessageAnswer
from worker.history.entry import DamagedEntryError
from worker.history.pended import CLAIM, DOCUMENT, JOINED
from worker.history.store import HistoryStoreError, PendedStore
from worker.kafka.writers import OutgoingMessage
from worker.stream.committer import DeliveryUncertainError, DroppedError
from worker.stream.exit_codes import ExitCode
from worker.stream.history.histories import Histories
from worker.stream.history.lane_history import LaneHistory
from worker.stream.lanes import Lane
from worker.stream.runtime import Runtime

_LOOK_EVERY_S: Final = 5.0
"""How soon a partition that has come is looked at."""
_AGAIN_AFTER_S: Final = 10 * 60.0
_AT_ONCE: Final = 50
"""How many leave in one transaction: their claims wait behind it."""


class PendedExpiry:
    """Looks after what waits for documentation in the partitions of one worker."""

    def __init__(
        self,
        runtime: Runtime,
        histories: Histories,
        judge: RememberingScrubber,
        today: Callable[[], date] | None = None,
    ) -> None:
        """`today` is the day by which waiting is counted; by the clock and zone of the settings if not given."""
        self._runtime, self._histories, self._judge = runtime, histories, judge
        self._today = today or runtime.settings.today
        self._looked: dict[Lane, float] = {}

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                await self.look()
            except (DroppedError, DeliveryUncertainError, KafkaError, TimeoutError):
                # The partition has gone, or the worker is about to end: whoever has it next looks again.
                continue
            except (HistoryStoreError, DamagedEntryError) as error:
                self._runtime.recorder.count("history_broken_total")
                self._runtime.log.critical("history-broken", audit=True, problem=str(error))
                self._runtime.end(ExitCode.HISTORY_BROKEN)
                return
            except Exception as error:  # noqa: BLE001 -- what waits is looked at again; nothing of it was committed
                self._runtime.log.warning("pended-upkeep-failed", exception=type(error).__name__)

    async def look(self) -> None:
        """Look at each partition that was not looked at for a while. Raises what `Committer.add` raises."""
        lanes = [lane for lane in self._runtime.lanes.open_lanes() if lane.pended is not None]
        now = time.monotonic()
        self._looked = {lane: self._looked[lane] for lane in lanes if lane in self._looked}
        for lane in lanes:
            if now - self._looked.get(lane, -_AGAIN_AFTER_S) >= _AGAIN_AFTER_S:
                await self.expire(lane)
                self._looked[lane] = now
        self.show([lane.pended for lane in lanes if lane.pended is not None])

    async def expire(self, lane: Lane) -> int:
        """End the waiting of all that is due in a partition, and return how much that was."""
        settings, today, gone = self._runtime.settings, self._today(), 0
        for kind, days in (
            (CLAIM, settings.pended_days),
            (DOCUMENT, settings.document_days),
            (JOINED, settings.document_days),
        ):
            while done := await self._expire_some(lane, kind, today - timedelta(days=days), today):
                gone += done
        return gone

    async def _expire_some(self, lane: Lane, kind: bytes, before: date, today: date) -> int:
        async with lane.lock:
            await lane.landed()
            memories = self._begin(lane)
            if memories is None:
                return 0
            try:
                answers = await self._answers(memories, kind, before, today)
                if not memories.pended.records:
                    return 0
                await self._runtime.committer.room()
                records: list[OutgoingMessage] = [record for each in answers for record in each.records]
                for batch in memories:
                    records += batch.memory.hand_over(batch)
                # The position of a memory is behind them now, and stays there where nobody waits any more: they may be
                # durable all the same, and who closes the lane commits its place once more.
                await self._runtime.committer.add(lane, records, lane.committing(lane.next_offset, lane.metadata))
                for batch in memories:
                    await self._histories.landed(batch)
            finally:
                # Those that are in their store are known from there.
                for batch in memories:
                    batch.memory.drop(batch)
            self._report(kind, answers)
            return len(memories.pended.records)

    @staticmethod
    def _begin(lane: Lane) -> OpenMemories | None:
        """Begin what a transaction of this lane alone changes; None when it may not write."""
        if lane.revoked.is_set() or lane.is_broken or lane.history is None or lane.pended is None:
            return None
        return OpenMemories(lane.history.begin(), lane.pended.begin())

    async def _answers(self, memories: OpenMemories, kind: bytes, before: date, today: date) -> list[MessageAnswer]:
        answers = []
        memory = memories.pended.memory
        async with self._judge.turns:
            for each in _store_of(memory).received_before(kind, before, _AT_ONCE):
                known = memory.known(each.person).get(each.claim)
                if known is None or known.entry != each.entry:
                    # What became of it is durable, and on its way into the store.
                    continue
                answer = self._judge.late.expire(memories, each, today)
                if answer is not None:
                    answers.append(answer)
                await self._judge.turns.pass_on()
        return answers

    def _report(self, kind: bytes, answers: list[MessageAnswer]) -> None:
        if kind == CLAIM and answers:
            self._runtime.recorder.count("pended_expired_total", amount=len(answers))
            self._runtime.log.info("pended-expired", audit=True, count=len(answers))
        for answer in answers:
            letter = answer.pairs[-1][1].dead_letter
            if letter is not None:
                self._runtime.recorder.count("dead_letters_total", letter.reason, letter.stage)

    def show(self, memories: list[LaneHistory]) -> None:
        """Show in the metrics how much waits, and for how long."""
        claims = [_store_of(each).waiting(CLAIM) for each in memories]
        oldest = min((day for _, day in claims if day is not None), default=None)
        waited = timedelta() if oldest is None else self._today() - oldest
        recorder = self._runtime.recorder
        recorder.set("pended_claims", sum(count for count, _ in claims))
        recorder.set("pended_oldest_seconds", waited.total_seconds())
        recorder.set("pended_limit_seconds", timedelta(days=self._runtime.settings.pended_days).total_seconds())
        recorder.set("documents_waiting", sum(_store_of(each).waiting(DOCUMENT)[0] for each in memories))


def _store_of(memory: LaneHistory) -> PendedStore:
    if not isinstance(memory.store, PendedStore):
        raise TypeError("what waits for documentation is in a PendedStore")
    return memory.store
