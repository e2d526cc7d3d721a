"""The claims agent: takes messages in batches, scrubs them, and has them delivered with their offset.

Its body is total. Faust loses an event whose body raised, so whatever cannot be answered here ends
the process, and the offset stays.
"""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError
from faust.types import TP

from worker.agents.batches import FetchedMessage, by_partition, take_batch, taken
from worker.agents.report import Reporter
from worker.agents.verdicts import MessageScrubber, ScrubbedBatch, place_of
from worker.kafka.messages import InboundMessage
from worker.stream import crash_record
from worker.stream.dead_letter_limit import counts
from worker.stream.delivery import DeliveryUncertainError
from worker.stream.exit_codes import ExitCode
from worker.stream.faust_transport import add_agent
from worker.stream.lanes import Lane
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber
from worker.stream.suspects import SuspectRange

_WITHIN_S: Final = 0.005
"""How long Faust waits for a fuller batch; it is the floor of latency."""

_LEARN_OF_REVOCATION_S: Final = 5.0
"""Longer than a heartbeat: by then a worker that lost its partitions has been told."""

_HELD_POLL_S: Final = 0.2

_REFUSALS: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
"""Errors of a broker about the record itself: they would occur again."""


def attach_claims(runtime: Runtime) -> None:
    """Add the claims agent to the app."""
    topic = runtime.app.topic(
        runtime.settings.topics.inbound,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        # Without this Faust commits offsets on its own; see worker.stream.delivery.
        acks=False,
    )
    agent = ClaimsAgent(runtime)

    async def claims(stream: Any) -> None:  # Any: Faust's stream; it has no types for what it yields here
        async for events in stream.noack_take(runtime.settings.batch_max_claims, within=_WITHIN_S):
            await agent.handle([taken(event) for event in events])

    add_agent(runtime.app, "claims", topic, claims)


class ClaimsAgent:
    """Scrubs what comes in and has it delivered."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = runtime.settings
        self._recorder = runtime.recorder
        self._judge = MessageScrubber(runtime)
        self._reporter = Reporter(runtime)
        self._waiting: dict[tuple[TP, int], deque[FetchedMessage]] = {}
        self._runners: dict[tuple[TP, int], asyncio.Task[None]] = {}
        self._held = 0
        self._has_room = asyncio.Event()
        self._recorder.compute("waiting_claims", lambda: self._held)
        self._recorder.set("waiting_claims_limit", self._settings.batch_max_claims)

    async def handle(self, messages: Sequence[FetchedMessage]) -> None:
        """Queue messages for their partitions; wait while too many wait already.

        A partition has one batch in flight. What arrives meanwhile is its next batch, so batches grow
        with the load by themselves, and a single claim does not wait for others.
        """
        for place, group in by_partition(messages).items():
            self._waiting.setdefault(place, deque()).extend(group)
            if place not in self._runners:
                self._runners[place] = asyncio.create_task(self._run(*place))
        self._held += len(messages)
        while self._held >= self._settings.batch_max_claims:
            self._has_room.clear()
            await self._has_room.wait()

    async def _run(self, tp: TP, generation: int) -> None:
        """Bring what waits for a partition to its outcomes, or end the worker; never raise."""
        waiting, place = self._waiting[tp, generation], {"topic": tp.topic, "partition": tp.partition}
        try:
            while waiting:
                batch = take_batch(waiting, self._settings.batch_max_claims, self._settings.batch_max_bytes)
                self._held -= len(batch)
                self._has_room.set()
                await self._handle_partition(tp, generation, batch)
        except DeliveryUncertainError as error:
            self._runtime.log.critical("delivery-uncertain", exception=type(error.__cause__).__name__, **place)
            self._runtime.end(ExitCode.DELIVERY_UNCERTAIN)
        except Exception as error:  # noqa: BLE001 -- the one place per batch; see the module
            what = {"exception": type(error).__name__, "at": place_of(error)}
            self._runtime.log.critical("claims-agent-failed", **what, **place)
            self._runtime.end(ExitCode.CRASHED)
        finally:
            self._held -= len(waiting)
            self._has_room.set()
            del self._waiting[tp, generation], self._runners[tp, generation]

    async def _handle_partition(self, tp: TP, generation: int, batch: Sequence[FetchedMessage]) -> None:
        if self._runtime.ended.is_set():
            return
        lane = await self._lane(tp, generation)
        if lane is None:
            self._recorder.count("claims_dropped_total", "generation", amount=len(batch))
            return
        async with lane.lock:
            await self._handle_batch(lane, batch)

    async def _lane(self, tp: TP, generation: int) -> Lane | None:
        try:
            return await self._runtime.lanes.lane(tp, generation)
        except Exception as error:
            if generation != self._runtime.group.generation:
                return None
            raise DeliveryUncertainError from error

    async def _handle_batch(self, lane: Lane, batch: Sequence[FetchedMessage]) -> None:
        if lane.revoked.is_set():
            self._recorder.count("claims_dropped_total", "generation", amount=len(batch))
            return
        admitted = await self._runtime.lanes.admit(lane, batch)
        if not admitted:
            return
        self._recorder.count("claims_received_total", amount=len(admitted))
        self._recorder.count("in_flight_claims", amount=len(admitted))
        lane.oldest_s = _sent_s(admitted[0].message)
        left: Sequence[FetchedMessage] = admitted
        try:
            while left:
                count = await self._handle_part(lane, crash_record.portion(lane, left))
                if not count:
                    self._recorder.count("claims_dropped_total", "revoked", amount=len(left))
                    return
                left = left[count:]
        finally:
            self._recorder.count("in_flight_claims", amount=-len(admitted))

    async def _handle_part(self, lane: Lane, part: Sequence[FetchedMessage]) -> int:
        """Return how many of the messages have their outcomes; 0 if the partition has gone to another worker."""
        while True:
            loaded = self._runtime.loaded
            found = crash_record.found_suspects(lane)
            if found is None:
                done = await self._scrub_and_deliver(lane, part)
            else:
                async with self._judge.turns.alone():
                    done = await self._try_suspects(lane, part, found)
            if done is not None:
                return done
            if not await self._wait_for_other_tables(lane, loaded):
                return 0

    async def _try_suspects(self, lane: Lane, part: Sequence[FetchedMessage], found: SuspectRange) -> int | None:
        """Scrub and deliver messages while the broker knows that they are being tried; as `_scrub_and_deliver`.

        A worker that dies of what becomes of a message dies in its delivery; so the name is there until the offset
        has passed it. A delivery that fails while the worker lives is the broker's fault, and takes the name back.
        """
        name = crash_record.while_tried(found, part)
        if lane.revoked.is_set() or not await self._make_durable(lane, self._runtime.delivery.note(lane, name)):
            return 0
        try:
            done = await self._deliver(lane, part, await self._judge.scrub(lane, part, is_alone=True))
        except DeliveryUncertainError as error:
            if not isinstance(error.__cause__, _REFUSALS):
                await self._runtime.lanes.take_back(lane)
            raise
        if done is None and not await self._make_durable(lane, self._runtime.delivery.note(lane, lane.metadata)):
            return 0
        return done

    async def _scrub_and_deliver(self, lane: Lane, part: Sequence[FetchedMessage]) -> int | None:
        """Return how many messages have their outcomes.

        0 when the partition has gone, None when the limit of dead letters keeps them back.
        """
        if not crash_record.are_named(lane, part):
            reach = max(self._settings.batch_max_claims, part[-1].offset + 1 - lane.next_offset)
            lane.metadata, lane.is_watched = crash_record.watch(lane.next_offset, reach), True
            if not await self._make_durable(lane, self._runtime.delivery.note(lane, lane.metadata)):
                return 0
        return await self._deliver(lane, part, await self._judge.scrub(lane, part))

    async def _deliver(self, lane: Lane, part: Sequence[FetchedMessage], judged: ScrubbedBatch) -> int | None:
        """Make the verdicts durable, and the offset after their messages; as `_scrub_and_deliver`."""
        pairs, records, part = judged.pairs, judged.records, part[: judged.messages]
        are_dead = [counts(scrubbed.dead_letter) for _, scrubbed in pairs]
        if not self._runtime.limit.allows(lane.tp, are_dead):
            return None
        next_offset = part[-1].offset + 1
        left = crash_record.left(lane, next_offset)
        metadata = left or crash_record.watch(next_offset, self._settings.batch_max_claims)
        committed = lane.committing(next_offset, metadata)
        started = time.perf_counter()
        if not await self._make_durable(lane, self._runtime.delivery.deliver(lane, records, committed)):
            return 0
        self._recorder.observe("delivery_seconds", time.perf_counter() - started)
        lane.next_offset, lane.metadata = committed.offset, committed.metadata
        # A name that the broker does not have yet counts for nothing.
        lane.is_watched = left is None and (lane.is_watched or self._runtime.delivery.commits_at_once)
        # What comes next is no older, as far as the senders' clocks agree.
        lane.oldest_s = _sent_s(part[-1].message)
        self._runtime.limit.note(lane.tp, are_dead)
        # A message with several claims was one message until it was parsed; they are counted like any others.
        self._recorder.count("claims_received_total", amount=len(pairs) - len(part))
        self._reporter.report(pairs, records, judged.begun_ns)
        return judged.messages

    async def _wait_for_other_tables(self, lane: Lane, loaded: LoadedScrubber) -> bool:
        """Hold a partition at the limit of dead letters; return whether there are other tables to try."""
        runtime = self._runtime
        place = {"topic": lane.tp.topic, "partition": lane.tp.partition}
        runtime.limit.hold(lane.tp)
        self._recorder.count("dead_letter_limit_reached")
        runtime.health.note("dead_letters_within_limit", is_ready=False)
        runtime.log.critical("dead-letter-limit-reached", **place)
        try:
            while runtime.loaded is loaded:
                if runtime.ended.is_set() or lane.revoked.is_set():
                    return False
                await asyncio.sleep(_HELD_POLL_S)
        finally:
            runtime.limit.release(lane.tp)
            self._recorder.count("dead_letter_limit_reached", amount=-1)
            runtime.health.note("dead_letters_within_limit", is_ready=not runtime.limit.is_reached)
        runtime.log.warning("dead-letter-limit-tried-again", **place)
        return True

    async def _make_durable(self, lane: Lane, work: Coroutine[Any, Any, None]) -> bool:  # Any: asyncio's own
        """Return whether work of the delivery policy was done; not if the partition has gone to another worker."""
        if lane.revoked.is_set():
            work.close()
            return False
        lane.delivering = asyncio.create_task(work)
        try:
            await lane.delivering
        except asyncio.CancelledError:
            if lane.revoked.is_set():
                return False
            raise
        except DeliveryUncertainError:
            # A fenced producer means that the partition has another owner; the group tells us soon.
            if await _is_set_within(lane.revoked, _LEARN_OF_REVOCATION_S):
                return False
            raise
        finally:
            lane.delivering = None
        return True


def _sent_s(message: InboundMessage) -> float:
    """Return when a message was sent, in seconds since 1970; now when it has no time or one in the future."""
    moment = time.time()
    if message.timestamp_ms is None or message.timestamp_ms <= 0:
        return moment
    return min(moment, message.timestamp_ms / 1000)


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
