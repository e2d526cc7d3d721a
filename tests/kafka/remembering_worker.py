"""A worker with a memory that stands still between judging and committing; weakened by name, so that storms can fail.

`python -m tests.kafka.remembering_worker PAUSE_S [judged] [unrestored] [slowly]`
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.stream.fake_worker import load
from worker.agents import AGENTS
from worker.history.store import HistoryMark, HistoryRecord
from worker.history.view import History, history_of
from worker.settings import Settings
from worker.stream.committer import Committer
from worker.stream.history.lane_history import JudgedClaims, LaneHistory
from worker.stream.history.restore import Restoring
from worker.stream.run import run_worker

FEW = 20
PROGRAM = ("-m", "tests.kafka.remembering_worker")
WHEN_JUDGED = "judged"
"""What is judged comes into the store at once, as a table of Faust's does."""
SLOWLY_RESTORED = "slowly"
"""Each answer of the broker takes a while, and is short."""
UNRESTORED = "unrestored"
"""A store that is behind stays behind."""


def slow_down(pause_s: float) -> None:
    """Stand still before each batch is written."""
    write = Committer._write  # noqa: SLF001 -- the place between judging and committing

    async def later(self: Committer, entries: Sequence[Any]) -> None:
        await asyncio.sleep(pause_s)
        await write(self, entries)

    Committer._write = later  # type: ignore[method-assign]  # noqa: SLF001 -- as above


def write_when_judged() -> None:
    """Bring what is judged into the store at once, and see all that is there: a table that knows no order."""
    remember = LaneHistory.remember

    def all_known(
        self: LaneHistory, person: bytes, claim: bytes, place: int, received_on: date
    ) -> tuple[History, bool]:
        entries = [each.entry for each in self.store.earlier(person)]
        return history_of(entries, since=self.position.since, until=received_on), True

    LaneHistory.lookup = all_known  # type: ignore[method-assign]

    def at_once(self: LaneHistory, batch: JudgedClaims, record: HistoryRecord, *, is_known: bool | None = None) -> None:
        remember(self, batch, record, is_known=is_known)
        self.store.apply([record])

    LaneHistory.remember = at_once  # type: ignore[method-assign]


def restore_nothing() -> None:
    """Take a store that is behind for one that is not."""

    async def until(self: Restoring, wanted: int) -> None:
        self.store.apply((), HistoryMark(wanted, self.store.mark().offset))

    Restoring.until = until  # type: ignore[method-assign]


def restore_slowly() -> None:
    """Apply few records at a time, with a pause behind them."""
    more = Restoring._more  # noqa: SLF001 -- the place between reading and applying

    async def few(self: Restoring) -> Sequence[Any]:
        found = await more(self)
        if len(found) > FEW:
            self.reader.seek(self.place, found[FEW].offset)  # type: ignore[attr-defined]  # aiokafka's reader can
        await asyncio.sleep(0.2)
        return found[:FEW]

    Restoring._more = few  # type: ignore[method-assign]  # noqa: SLF001 -- as above


if __name__ == "__main__":
    slow_down(float(sys.argv[1]))
    if WHEN_JUDGED in sys.argv:
        write_when_judged()
    if UNRESTORED in sys.argv:
        restore_nothing()
    if SLOWLY_RESTORED in sys.argv:
        restore_slowly()
    sys.exit(run_worker(Settings.from_environment(os.environ), load, AGENTS, app_version="1.2.3"))
