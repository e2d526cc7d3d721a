"""Keeps the memories of a worker in order: how far to read after a restart, what is too old, and the last number."""

import asyncio
import time
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from aiokafka.errors import KafkaError
from faust.types import TP

from worker.stream.history.histories import Histories
from worker.stream.history.lane_history import JudgedClaims, LaneHistory
from worker.stream.lanes import Lane
from worker.stream.runtime import Runtime

_ROUND_S: Final = 60.0
_EXPIRE_EVERY_S: Final = 60 * 60.0
_MARK_EVERY_S: Final = 24 * 60 * 60.0
_LAG_DAYS: Final = 7
"""A claim may wait that long before it is judged, and sees then what was known on its own day."""


async def keep_histories(runtime: Runtime, histories: Histories, round_s: float = _ROUND_S) -> None:
    """Look after each memory again and again."""
    quiet: dict[LaneHistory, tuple[int, float]] = {}
    expired_at = 0.0
    while True:
        await asyncio.sleep(round_s)
        lanes = {lane: lane.history for lane in runtime.lanes.open_lanes() if lane.history is not None}
        now = time.monotonic()
        is_time = now - expired_at > _EXPIRE_EVERY_S
        expired_at = now if is_time else expired_at
        try:
            memories = {memory: lane for lane in lanes for memory in lane.memories}
            await _see_ends(runtime, memories)
            quiet = {
                history: known
                if (known := quiet.get(history)) is not None and known[0] == history.position.records
                else (history.position.records, now)
                for history in memories
            }
            if lanes:
                histories.show(lanes.values())
            for memory in memories:
                await histories.store(memory)
            for lane, history in lanes.items():
                if is_time and not lane.revoked.is_set():
                    await histories.expire(history, _before(runtime))
            for memory, lane in memories.items():
                if now - quiet[memory][1] > _MARK_EVERY_S and memory.position.records:
                    await write_mark(runtime, histories, lane, memory)
        except (KafkaError, TimeoutError, OSError):
            # A broker that does not answer is reported by `worker.stream.stalls`.
            continue
        except Exception as error:  # noqa: BLE001 -- what a look fails at, judging fails at and ends the worker
            runtime.log.warning("history-upkeep-failed", exception=type(error).__name__)


async def _see_ends(runtime: Runtime, memories: Collection[LaneHistory]) -> None:
    places = [TP(memory.topic, memory.partition) for memory in memories]
    ends = await runtime.group.ends(places) if places else {}
    for memory, place in zip(memories, places, strict=True):
        memory.saw_end(ends[place])


def _before(runtime: Runtime) -> date:
    days = runtime.settings.history_days + _LAG_DAYS
    return (datetime.now(runtime.settings.zone) - timedelta(days=days)).date()


async def write_mark(runtime: Runtime, histories: Histories, lane: Lane, history: LaneHistory) -> None:
    """Write a mark where nothing else was written for long: the topic deletes what is old, the last number too."""
    async with lane.lock:
        if lane.revoked.is_set() or lane.is_flying or lane.is_broken:
            return
        before, batch = history.position, JudgedClaims(history)
        sent = history.mark(batch)
        committed = lane.committing(lane.next_offset, lane.metadata)
        try:
            await runtime.committer.add(lane, sent, committed)
        except Exception:
            history.position = before
            raise
        await histories.landed(batch)
        await histories.store(history)
