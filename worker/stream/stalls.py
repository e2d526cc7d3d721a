"""Measures the lag of each lane, and wakes a lane for which Faust brings nothing although messages wait.

At a rebalance Faust can drop records that its fetcher has already passed. Their offset is not
committed, so they are not lost, but without this they would wait for a restart. Faust's own stall
detector compares two different clocks and never fires.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import KafkaError
from faust.types import TP

from worker.stream.exit_codes import ExitCode
from worker.stream.lanes import Lane
from worker.stream.lifecycle import report_obstacle
from worker.stream.positions import Positions
from worker.stream.runtime import Runtime
from worker.stream.topic_watch import topic_is_gone

_CHECK_S: Final = 2.0
_ANSWER_S: Final = 8.0
"""With the check before, readiness turns within 15 s after a broker has fallen silent."""
_GIVE_UP_AFTER_CHECKS: Final = 60


@dataclass(slots=True)
class _Idleness:
    next_offset: int
    checks: int = 0
    nothing_before: int = -1
    beyond_end: int = 0
    """How many checks found the log to end before what was done at the check before."""


async def watch_lanes(runtime: Runtime, positions: Positions, check_s: float = _CHECK_S) -> None:
    """Check every lane again and again."""
    idle: dict[Lane, _Idleness] = {}
    while True:
        await asyncio.sleep(check_s)
        lanes = runtime.lanes.open_lanes()
        idle = {lane: idle.get(lane, _Idleness(lane.next_offset)) for lane in lanes}
        try:
            # Without partitions of our own one is asked for all the same, to hear from a broker.
            asked = [lane.tp for lane in lanes] or [TP(runtime.settings.topics.inbound, 0)]
            async with asyncio.timeout(_ANSWER_S):
                ends = await runtime.group.ends(asked)
            runtime.health.note("broker_answers", is_ready=True)
            runtime.recorder.since("broker_silent_seconds", time.time())
            for lane in lanes:
                end = ends.get(lane.tp, lane.next_offset)
                if _is_of_another_log(idle[lane], end):
                    problem = f"partition {lane.tp.partition} ends before what was read of it"
                    topic_is_gone(runtime, lane.tp.topic, "topic-replaced", problem)
                await _check(runtime, positions, lane, idle[lane], end)
        except (KafkaError, TimeoutError, OSError) as error:
            runtime.health.note("broker_answers", is_ready=False)
            await report_obstacle(runtime.settings, runtime.log.warning, error)
        except Exception as error:  # noqa: BLE001 -- a figure that is missing must not end the worker
            runtime.log.warning("lag-unknown", exception=type(error).__name__)


def _is_busy(lane: Lane) -> bool:
    return lane.lock.locked() or lane.is_flying


def _waiting_since(lane: Lane, lag: int) -> float | None:
    """Return since when the oldest message waits: known for what the agent took, else it came just now."""
    if lag == 0 and not _is_busy(lane):
        lane.oldest_s = None
    elif lane.oldest_s is None:
        lane.oldest_s = time.time()
    return lane.oldest_s


def _is_of_another_log(idle: _Idleness, end: int) -> bool:
    """Return whether a log ends before what was done at the check before, when its end was not yet asked for.

    Seen twice in a row: a leader that has just been elected may not know how far readers have come.
    """
    idle.beyond_end = idle.beyond_end + 1 if end < idle.next_offset else 0
    return idle.beyond_end >= 2  # noqa: PLR2004 -- see above


async def _check(runtime: Runtime, positions: Positions, lane: Lane, idle: _Idleness, end: int) -> None:
    if lane.revoked.is_set():
        return
    lag = 0 if end <= idle.nothing_before else max(0, end - lane.done_offset)
    place = (lane.tp.topic, str(lane.tp.partition))
    runtime.recorder.set("consumer_lag_records", lag, *place)
    runtime.recorder.since("consumer_lag_seconds", _waiting_since(lane, lag), *place)
    # At the limit of dead letters nothing is taken on purpose, from no partition.
    is_busy = _is_busy(lane) or runtime.limit.is_reached
    if lag == 0 or is_busy or lane.next_offset != idle.next_offset:
        idle.next_offset, idle.checks = lane.next_offset, 0
        return
    idle.checks += 1
    if idle.checks < 2:  # noqa: PLR2004 -- one check may fall between two batches
        return
    if await positions.first_offset(lane.tp, lane.next_offset) is None:
        # Only control records are there, such as the end of an upstream transaction, or everything has expired.
        idle.nothing_before = end
        async with lane.lock:
            if not (lane.revoked.is_set() or lane.is_flying) and lane.next_offset == idle.next_offset:
                await runtime.lanes.pass_expired(lane)
        return
    if lane.revoked.is_set() or lane.next_offset != idle.next_offset:
        return
    if idle.checks > _GIVE_UP_AFTER_CHECKS:
        runtime.log.critical("partition-stalled", topic=lane.tp.topic, partition=lane.tp.partition)
        runtime.end(ExitCode.CRASHED)
        return
    runtime.recorder.count("consumer_stalls_total")
    runtime.log.warning("partition-read-again", topic=lane.tp.topic, partition=lane.tp.partition)
    await runtime.group.seek(lane.tp, lane.next_offset)
