"""Starts the parts of a worker in order, watches them, and stops them within the grace period."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar, cast

from aiokafka.errors import KafkaError
from faust.types import TP

from worker.kafka.obstacle import find_obstacle_and_broker
from worker.kafka.topics import check_topics
from worker.observe.health import HealthState
from worker.settings import Settings
from worker.stream.crash_record import found_suspects
from worker.stream.exit_codes import ExitCode
from worker.stream.faust_transport import GROUP_PROTOCOL
from worker.stream.history.errors import HistoryError, OtherHistoryError
from worker.stream.runtime import Log, Runtime

T = TypeVar("T")

_TICK_S: Final = 0.5
_BROKER_WAIT_S: Final = 60.0
_BROKER_RETRY_S: Final = 1.0
_SESSION_MARGIN_S: Final = 5.0
_OWN_PROTOCOLS: Final = frozenset({"", GROUP_PROTOCOL})
"""How a group shares out its partitions that is ours, or has no members."""
_MARGIN_S: Final = 1.0
_WATCH_S: Final = 0.1


class Watchdog:
    """Ends the process at a deadline, from a thread, whatever the event loop does.

    Faust waits without a limit for a hung event, and for a broker that is away.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = max(grace_s - _MARGIN_S, _MARGIN_S)
        self._deadline: float | None = None
        self.exit_code = ExitCode.STOP_DEADLINE
        """What the process leaves with; better once nothing is in flight any more."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def start_clock(self) -> None:
        """Start the clock; starting it again does nothing.

        A signal handler calls this, so it takes no lock: the code that it interrupted may hold it.
        """
        if self._deadline is None:
            self._deadline = time.monotonic() + self._grace_s

    def _watch(self) -> None:
        while self._deadline is None or time.monotonic() < self._deadline:
            time.sleep(_WATCH_S)
        os._exit(self.exit_code)


async def wait_for_topics(settings: Settings, log: Log, ended: asyncio.Event) -> bool:
    """Wait until a broker answers and has every topic; return whether it has."""
    deadline = asyncio.get_running_loop().time() + _BROKER_WAIT_S
    while not ended.is_set():
        try:
            return await has_topics(settings, log)
        except (KafkaError, OSError) as error:
            is_over = asyncio.get_running_loop().time() > deadline
            await report_obstacle(settings, log.critical if is_over else log.warning, error)
            if is_over:
                return False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _BROKER_RETRY_S)
    return False


async def has_own_group(runtime: Runtime) -> bool:
    """Wait until nobody of an earlier release is in the group, or say that somebody is; return whether it is ours.

    One that was killed, or that keeps its name while it is away, stays a member until its session is over.
    """
    deadline = asyncio.get_running_loop().time() + runtime.settings.session_timeout_s + _SESSION_MARGIN_S
    while (protocol := await runtime.committer.protocol()) not in _OWN_PROTOCOLS:
        if asyncio.get_running_loop().time() > deadline:
            _say_shared(runtime, protocol)
            return False
        await asyncio.sleep(_BROKER_RETRY_S)
    return True


async def watch_group(runtime: Runtime) -> None:
    """End the worker where one of an earlier release has joined the group after the look and before this one.

    The broker refuses this one then, and Faust, which asks only once, would wait for its partitions forever.
    """
    while not runtime.group.generation:
        with contextlib.suppress(KafkaError, TimeoutError):
            if (protocol := await runtime.committer.protocol()) not in _OWN_PROTOCOLS:
                _say_shared(runtime, protocol)
                runtime.end(ExitCode.BROKER_UNREACHABLE)
                return
        await asyncio.sleep(_BROKER_RETRY_S)


def _say_shared(runtime: Runtime, protocol: str) -> None:
    problem = (
        f"the group {runtime.settings.group_id} has workers of an earlier release ({protocol}), which this one "
        "must not share it with: stop all of them, then start this one"
    )
    runtime.log.critical("group-of-an-earlier-release", problem=problem)


async def has_topics(settings: Settings, log: Log) -> bool:
    """Say what is wrong with the topics on the broker; return whether a worker can run with them."""
    flaws = await check_topics(settings)
    for flaw in flaws:
        say = log.critical if flaw.is_fatal else log.warning
        say("topic-flaw", topic=flaw.topic, problem=flaw.problem)
    return not any(flaw.is_fatal for flaw in flaws)


async def report_obstacle(settings: Settings, say: Callable[..., object], error: BaseException) -> None:
    """Say in one line that a broker does not answer, which one, and what is in the way."""
    found = await find_obstacle_and_broker(settings)
    reason, host, port = (None, None, None) if found is None else found
    say("broker-unreachable", exception=type(error).__name__, reason=reason, host=host, port=port)


async def watch_readiness(health: HealthState, log: Log) -> None:
    """Log when the worker becomes ready, when it is not any more, and why, and when it is again."""
    was_ready, has_been = False, False
    while True:
        missing = [part for part, is_ready in health.readiness().items() if not is_ready]
        if not missing and not was_ready:
            log.info("ready-again" if has_been else "ready", audit=True)
            was_ready = has_been = True
        elif missing and was_ready:
            log.warning("not-ready", audit=True, problem=", ".join(missing))
            was_ready = False
        await asyncio.sleep(_TICK_S)


def connect_rebalancing(runtime: Runtime) -> None:
    """Open and close lanes as the group hands partitions to this worker and takes them away."""
    openings: set[asyncio.Task[None]] = set()

    async def on_assigned(*_arguments: object, **_options: object) -> None:
        # This signal comes before Faust lets the streams go on; its signal of the assignment can come after.
        tps = claim_partitions(runtime)
        runtime.recorder.count("rebalances_total")
        runtime.recorder.set("assigned_partitions", len(tps))
        runtime.health.note("group_joined", is_ready=True)
        generation = runtime.group.generation
        runtime.recorder.set("group_generation", generation)
        runtime.log.info("partitions-assigned", partitions=len(tps), generation=generation)
        task = asyncio.create_task(_open(runtime, tps, generation))
        openings.add(task)
        task.add_done_callback(openings.discard)

    async def on_revoked(*_arguments: object, **_options: object) -> None:
        runtime.health.note("group_joined", is_ready=False)
        runtime.health.note("producer_usable", is_ready=False)
        is_done = await runtime.lanes.revoke()
        runtime.recorder.set("assigned_partitions", 0)
        runtime.log.info("partitions-revoked", result="done" if is_done else "aborted")

    runtime.app.on_rebalance_complete.connect(on_assigned, weak=False)
    runtime.app.on_partitions_revoked.connect(on_revoked, weak=False)


async def _open(runtime: Runtime, tps: tuple[TP, ...], generation: int) -> None:
    try:
        await runtime.lanes.assign(tps, generation)
    except Exception as error:  # noqa: BLE001 -- any failure here leaves a partition without an owner
        if isinstance(error, HistoryError) and generation == runtime.group.generation:
            is_refused = isinstance(error, OtherHistoryError)
            runtime.recorder.count("history_broken_total", amount=not is_refused)
            runtime.log.critical("history-refused" if is_refused else "history-broken", audit=True, problem=str(error))
            runtime.end(ExitCode.SETTINGS if is_refused else ExitCode.HISTORY_BROKEN)
        elif generation == runtime.group.generation:
            runtime.log.critical("producer-unusable", exception=type(error).__name__)
            runtime.end(ExitCode.DELIVERY_UNCERTAIN)
        return
    for lane in runtime.lanes.open_lanes():
        found = found_suspects(lane)
        if found is not None:
            runtime.recorder.count("crash_suspects_total")
            place = {"topic": lane.tp.topic, "partition": lane.tp.partition, "offset": lane.next_offset}
            runtime.log.warning("worker-died", count=found.until - lane.next_offset, crashes=found.crashes, **place)
    if generation == runtime.group.generation:
        runtime.health.note("producer_usable", is_ready=True)


def claim_partitions(runtime: Runtime) -> tuple[TP, ...]:
    """Return the partitions of the topics that the group shares out that are ours."""
    consumed = runtime.settings.consumed_topics
    assigned = runtime.app.consumer.assignment()
    return tuple(sorted(TP(each.topic, each.partition) for each in assigned if each.topic in consumed))


async def tick(health: HealthState) -> None:
    """Note that the loop turns, from the first moment on: a worker that waits for a broker is alive."""
    while True:
        health.tick()
        await asyncio.sleep(_TICK_S)


async def on_daemon_thread(work: Callable[[], T]) -> T:
    """Return what some work returns that a leaving process does not wait for; `asyncio.to_thread` has it wait."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("T", result))

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 -- whoever waits has it
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="work", daemon=True).start()
    return await future


async def within(seconds: float, work: Awaitable[object]) -> bool:
    """Return whether some work was done in time, without an error."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except Exception:  # noqa: BLE001 -- the worker is leaving; nothing is left to be done about it
        return False
    return True
