"""The claims agent: takes messages in batches, scrubs them, and has them delivered with their offset.

Its body is total. Faust loses an event whose body raised, so whatever cannot be answered here ends
the process, and the offset stays.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, Final

from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError
from faust.types import TP

from worker.agents.batches import FetchedMessage, by_partition, judged, take_batch, taken
from worker.agents.pended_expiry import PendedExpiry
from worker.agents.remembering import RememberingScrubber
from worker.agents.report import Reporter
from worker.agents.routing import DecisionRouter, DocumentRouter, MessageRouter
from worker.agents.shadowing import shadowed, skipped
from worker.agents.turns import Turns
from worker.agents.verdicts import MessageScrubber, ScrubbedBatch, place_of
from worker.history.entry import DamagedEntryError
from worker.history.store import HistoryStoreError
from worker.kafka.messages import InboundMessage
from worker.kafka.writers import OutgoingMessage
from worker.settings import HistoryMode
from worker.stream import crash_record
from worker.stream.committer import DeliveryUncertainError, DroppedError
from worker.stream.dead_letter_limit import counts
from worker.stream.exit_codes import ExitCode
from worker.stream.faust_transport import add_agent
from worker.stream.history.errors import HistoryError
from worker.stream.lanes import Lane
from worker.stream.routing import Placement
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber
from worker.stream.slices import SLICE_MESSAGES
from worker.stream.suspects import SuspectRange

_LEARN_OF_REVOCATION_S: Final = 5.0
"""Longer than a heartbeat: by then a worker that lost its partitions has been told."""

_SHARED_OUT_AGAIN_S: Final = 60.0
"""A group that refuses a member shares out again; a worker that waits for that longer would seem to be alive."""

_MOST_HELD_BYTES: Final = 16 * 1024 * 1024
"""How much may wait to be scrubbed, beside what Faust holds."""

_PART_MESSAGES: Final = 50
"""How many messages of a lane are scrubbed before they are handed over: with more, the first waits for the last."""

_ENOUGH_TOGETHER: Final = 2 * SLICE_MESSAGES
"""Lanes begin with no more than that: a slice that is scrubbed, and one that waits for nobody."""

_TURNS_BETWEEN_EVENTS: Final = 3
"""Faust hands over one event, and then the next one so many turns of the loop later, if there is one."""

_HELD_POLL_S: Final = 0.2

_REFUSALS: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
"""Errors of a broker about the record itself: they would occur again."""


def attach_claims(runtime: Runtime) -> None:
    """Add the claims agent to the app, and with a memory the routers of decisions and of claims."""
    histories, turns = runtime.histories, Turns()
    if histories is None:
        _attach(runtime, "claims", runtime.settings.judged_topic, MessageScrubber(runtime, turns))
        return
    settings = runtime.settings
    judge = RememberingScrubber(runtime, histories, turns)
    _attach(runtime, "claims", settings.judged_topic, judge)
    placement = Placement(settings.judged_topic, histories.partitions)
    # Where senders place claims, workers place decisions and documents all the same: a clearinghouse has no key.
    _attach(runtime, "decisions", settings.topics.decisions, DecisionRouter(runtime, placement, turns))
    if settings.history is HistoryMode.ROUTED:
        _attach(runtime, "router", settings.topics.inbound, MessageRouter(runtime, placement, turns))
    if settings.late_documentation:
        _attach(runtime, "documents", settings.topics.documentation, DocumentRouter(runtime, placement, turns))
        runtime.chores.append(PendedExpiry(runtime, histories, judge).run)


def _attach(runtime: Runtime, name: str, topic_name: str, judge: MessageScrubber) -> None:
    topic = runtime.app.topic(
        topic_name,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        # Without this Faust commits offsets on its own; see worker.stream.committer.
        acks=False,
    )
    agent = ClaimsAgent(runtime, judge)
    remembers = isinstance(judge, RememberingScrubber)
    is_routed = remembers and runtime.settings.history is HistoryMode.ROUTED

    async def claims(stream: Any) -> None:  # Any: Faust's stream; it has no types for what it yields here
        async for event in stream.noack().events():
            found = taken(event)
            await agent.handle([judged(found, is_routed=is_routed) if remembers else found])

    add_agent(runtime.app, name, topic, claims)


class ClaimsAgent:
    """Scrubs what comes in and has it delivered."""

    def __init__(self, runtime: Runtime, judge: MessageScrubber | None = None) -> None:
        """`judge` brings messages to their verdicts; one that only scrubs them if not given."""
        self._runtime = runtime
        self._settings = runtime.settings
        self._recorder = runtime.recorder
        self._judge = judge or MessageScrubber(runtime)
        # What is routed is received where it is judged.
        self._is_router = isinstance(judge, MessageRouter)
        self._reporter = Reporter(runtime)
        self._waiting: dict[tuple[TP, int], deque[FetchedMessage]] = {}
        self._runners: dict[tuple[TP, int], asyncio.Task[None]] = {}
        self._held = self._held_bytes = 0
        self._part_messages = min(_PART_MESSAGES, self._settings.batch_max_claims)
        self._watching: set[asyncio.Task[None]] = set()
        self._has_room = asyncio.Event()
        self._gathering: asyncio.Task[None] | None = None
        if not self._is_router:
            self._recorder.compute("waiting_claims", lambda: self._held)
        self._recorder.set("waiting_claims_limit", self._settings.batch_max_claims)

    async def handle(self, messages: Sequence[FetchedMessage]) -> None:
        """Queue messages for their partitions; wait while too many wait already.

        What a partition has waiting is scrubbed and handed over to become durable, without waiting for that: so
        nothing but the scrubbing itself holds up the next message.
        """
        for place, group in by_partition(messages).items():
            self._waiting.setdefault(place, deque()).extend(group)
            if place not in self._runners:
                self._runners[place] = asyncio.create_task(self._run(*place))
        self._hold(messages)
        while self._held >= self._settings.batch_max_claims or self._held_bytes >= _MOST_HELD_BYTES:
            self._has_room.clear()
            await self._has_room.wait()

    def _hold(self, messages: Iterable[FetchedMessage]) -> None:
        for each in messages:
            self._held += 1
            self._held_bytes += len(each.message.value or b"")

    def _release(self, messages: Iterable[FetchedMessage]) -> None:
        for each in messages:
            self._held -= 1
            self._held_bytes -= len(each.message.value or b"")
        self._has_room.set()

    async def _run(self, tp: TP, generation: int) -> None:
        """Bring what waits for a partition to its outcomes, or end the worker; never raise."""
        waiting = self._waiting[tp, generation]
        try:
            while waiting:
                await self._gathered()
                batch = take_batch(waiting, self._part_messages, self._settings.batch_max_bytes)
                self._release(batch)
                await self._handle_partition(tp, generation, batch)
        except DeliveryUncertainError as error:
            self._end_uncertain(error, tp)
        except (HistoryStoreError, DamagedEntryError) as error:
            self._end_broken(error, tp)
        except Exception as error:  # noqa: BLE001 -- the one place per batch; see the module
            self._end_failed(error, tp)
        finally:
            self._release(waiting)
            del self._waiting[tp, generation], self._runners[tp, generation]

    async def _gathered(self) -> None:
        """Wait until there is enough for all lanes to begin with, or nothing more comes at once.

        Events come one by one: a lane that begins with its first one, and so on, never has two to scrub together.
        """
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._gather())
        await asyncio.shield(self._gathering)

    async def _gather(self) -> None:
        held = 0
        while held < self._held < _ENOUGH_TOGETHER:
            held = self._held
            for _ in range(_TURNS_BETWEEN_EVENTS):
                await asyncio.sleep(0)
        self._gathering = None

    def _end_uncertain(self, error: BaseException, tp: TP) -> None:
        if not self._runtime.ended.is_set():
            what = type(error.__cause__).__name__
            self._runtime.log.critical("delivery-uncertain", exception=what, topic=tp.topic, partition=tp.partition)
        self._runtime.end(ExitCode.DELIVERY_UNCERTAIN)

    def _end_broken(self, error: BaseException, tp: TP) -> None:
        self._recorder.count("history_broken_total")
        place = {"topic": tp.topic, "partition": tp.partition}
        self._runtime.log.critical("history-broken", audit=True, problem=str(error), **place)
        self._runtime.end(ExitCode.HISTORY_BROKEN)

    def _end_failed(self, error: BaseException, tp: TP) -> None:
        what = {"exception": type(error).__name__, "at": place_of(error)}
        self._runtime.log.critical("claims-agent-failed", **what, topic=tp.topic, partition=tp.partition)
        self._runtime.end(ExitCode.CRASHED)

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
        except HistoryError:
            # Whoever opens the partitions of a generation ends the worker, with the reason.
            return None
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
        if not self._is_router:
            self._recorder.count("claims_received_total", amount=len(admitted))
        self._recorder.count("in_flight_claims", amount=len(admitted))
        if not lane.is_flying:
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
            # What was handed over is in flight until it is durable.
            self._recorder.count("in_flight_claims", amount=-len(left))

    async def _handle_part(self, lane: Lane, part: Sequence[FetchedMessage]) -> int:
        """Return how many of the messages were handed over; 0 if the partition has gone to another worker."""
        while True:
            loaded = self._runtime.loaded
            found = crash_record.found_suspects(lane)
            if found is None:
                done = await self._scrub_and_hand_over(lane, part)
            else:
                async with self._judge.turns.alone():
                    done = await self._try_suspects(lane, part, found)
            if done is not None:
                return done
            if not await self._wait_for_other_tables(lane, loaded):
                return 0

    async def _try_suspects(self, lane: Lane, part: Sequence[FetchedMessage], found: SuspectRange) -> int | None:
        """Scrub and deliver messages while the broker knows that they are being tried; as `_scrub_and_hand_over`.

        A worker that dies of what becomes of a message dies in its delivery; so the name is there until the offset
        has passed it. A delivery that fails while the worker lives is the broker's fault, and takes the name back.
        """
        committer, name = self._runtime.committer, crash_record.while_tried(found, part)
        if lane.revoked.is_set() or not await self._is_durable(lane, committer.note(lane, name)):
            return 0
        # The name is tried, and is not what is left when this is over.
        lane.metadata = found.metadata()
        judged = await self._judge.scrub(lane, part, is_alone=True)
        if self._runtime.shadow is not None:
            # What may end a worker is nothing to try out a configuration on.
            judged = judged._replace(shadowed=skipped(judged.pairs))
        if not self._is_allowed(lane, judged):
            _drop(judged)
            return 0 if not await self._is_durable(lane, committer.note(lane, lane.metadata)) else None
        next_offset = part[: judged.messages][-1].offset + 1
        left = crash_record.left(lane, next_offset)
        metadata = left or crash_record.watch(next_offset, self._settings.batch_max_claims)
        before = [(memory, memory.position) for memory in lane.memories]
        try:
            done = self._hand_over(lane, part, judged, next_offset, metadata)
            if not await self._is_durable(lane, done):
                return judged.messages
        except DeliveryUncertainError as error:
            # They are counted as being worked on by who called, too.
            self._recorder.count("in_flight_claims", amount=judged.messages)
            for memory, position in before:
                memory.position = position
            if not isinstance(error.__cause__, _REFUSALS):
                await self._runtime.lanes.take_back(lane)
            raise
        lane.next_offset, lane.is_watched = next_offset, left is None
        return judged.messages

    async def _scrub_and_hand_over(self, lane: Lane, part: Sequence[FetchedMessage]) -> int | None:
        """Return how many messages were handed over.

        0 when the partition has gone, None when the limit of dead letters keeps them back.
        """
        if not crash_record.are_named(lane, part):
            # What is on its way names others, further on.
            await lane.landed()
        if not crash_record.are_named(lane, part):
            reach = max(self._settings.batch_max_claims, part[-1].offset + 1 - lane.next_offset)
            lane.is_watched = True
            naming = self._runtime.committer.note(lane, crash_record.watch(lane.next_offset, reach))
            if not await self._is_durable(lane, naming):
                return 0
        judged = await self._judge.scrub(lane, part)
        if not self._is_allowed(lane, judged):
            _drop(judged)
            return None
        judged = await self._beside_shadow(judged)
        await self._runtime.committer.room()
        if lane.revoked.is_set() or lane.is_broken:
            return 0
        next_offset = part[: judged.messages][-1].offset + 1
        metadata = crash_record.watch(next_offset, self._settings.batch_max_claims)
        self._hand_over(lane, part, judged, next_offset, metadata)
        lane.next_offset = next_offset
        return judged.messages

    async def _beside_shadow(self, judged: ScrubbedBatch) -> ScrubbedBatch:
        """Return verdicts with how the shadow differs, where there is one: they stay as they are."""
        shadow = self._runtime.shadow
        if shadow is None or self._is_router:
            return judged
        return judged._replace(shadowed=await shadowed(self._runtime, shadow, judged))

    def _is_allowed(self, lane: Lane, judged: ScrubbedBatch) -> bool:
        """Return whether the limit of dead letters lets these verdicts leave, and note them if so."""
        are_dead = [counts(scrubbed.dead_letter) for _, scrubbed in judged.pairs]
        if not self._runtime.limit.allows(lane.tp, are_dead):
            return False
        self._runtime.limit.note(lane.tp, are_dead)
        return True

    def _hand_over(
        self, lane: Lane, part: Sequence[FetchedMessage], judged: ScrubbedBatch, next_offset: int, metadata: str
    ) -> "asyncio.Future[None]":
        """Hand verdicts over to become durable with the offset after their messages; report them once they are.

        What is remembered of them leaves with them, and the offset says how much that is in all.
        """
        records: list[OutgoingMessage] = [*judged.records, *judged.shadowed.records]
        for batch in judged.remembered:
            records += batch.memory.hand_over(batch)
        committed = lane.committing(next_offset, metadata)
        started, done = time.perf_counter(), self._runtime.committer.add(lane, records, committed)
        messages = part[: judged.messages]
        if judged.remembered:
            done.add_done_callback(lambda _: self._remembered(lane, judged, done))
        done.add_done_callback(lambda _: self._landed(lane, messages, judged, started, done))
        return done

    def _remembered(self, lane: Lane, judged: ScrubbedBatch, done: "asyncio.Future[None]") -> None:
        """Bring what is durable into the memories of the partition; without a store that takes it nothing can go on."""
        histories = self._runtime.histories
        if histories is None or done.cancelled() or done.exception() is not None:
            return
        for batch in judged.remembered:
            histories.landed(batch).add_done_callback(
                lambda applied: None if applied.cancelled() else self._applied(lane, applied.exception())
            )

    def _applied(self, lane: Lane, error: BaseException | None) -> None:
        if error is None or lane.revoked.is_set():
            return
        self._end_broken(error, lane.tp)

    def _landed(
        self,
        lane: Lane,
        messages: Sequence[FetchedMessage],
        judged: ScrubbedBatch,
        started: float,
        done: "asyncio.Future[None]",
    ) -> None:
        self._recorder.count("in_flight_claims", amount=-len(messages))
        error = DroppedError() if done.cancelled() else done.exception()
        try:
            if error is None:
                self._recorder.observe("delivery_seconds", time.perf_counter() - started)
                # What comes next is no older, as far as the senders' clocks agree.
                lane.oldest_s = _sent_s(messages[-1].message)
                # A message with several claims was one until it was parsed; they are counted like any others.
                self._recorder.count("claims_received_total", amount=self._more_received(judged, messages))
                self._reporter.report(judged.pairs, [*judged.records, *judged.shadowed.records], judged.begun_ns)
                self._reporter.report_shadowed(judged.shadowed.claims)
                return
            self._recorder.count("claims_dropped_total", "revoked", amount=len(messages))
            task = asyncio.create_task(self._watch_revocation(lane, error))
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)
        except Exception as failure:  # noqa: BLE001 -- nobody waits for a callback, so it ends the worker itself
            self._end_failed(failure, lane.tp)

    def _more_received(self, judged: ScrubbedBatch, messages: Sequence[FetchedMessage]) -> int:
        if self._is_router:
            return sum(scrubbed.route is None for _, scrubbed in judged.pairs)
        return len(judged.pairs) - len(messages)

    async def _watch_revocation(self, lane: Lane, error: BaseException) -> None:
        """End the worker unless the group takes the partition away; its next owner finds out what is durable."""
        is_certain = isinstance(error, DroppedError)
        if not await _is_set_within(lane.revoked, _SHARED_OUT_AGAIN_S if is_certain else _LEARN_OF_REVOCATION_S):
            self._end_uncertain(error, lane.tp)

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

    async def _is_durable(self, lane: Lane, work: Awaitable[None]) -> bool:
        """Return whether what was handed over became durable; not if the partition has gone to another worker."""
        try:
            await work
        except DroppedError as error:
            # The group tells us soon.
            if await _is_set_within(lane.revoked, _SHARED_OUT_AGAIN_S):
                return False
            raise DeliveryUncertainError from error
        except DeliveryUncertainError:
            if await _is_set_within(lane.revoked, _LEARN_OF_REVOCATION_S):
                return False
            raise
        return True


def _drop(judged: ScrubbedBatch) -> None:
    """Forget verdicts that are not handed over."""
    for batch in judged.remembered:
        batch.memory.drop(batch)


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
