"""The claims agent: takes messages in batches, scrubs them, and has them delivered with their offset.

Its body is total. Faust loses an event whose body raised, so whatever cannot be answered here ends
the process, and the offset stays.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from faust.types import TP

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.agents.batches import Taken, by_partition, take_batch, taken
from worker.stream.delivery import DeliveryUncertainError
from worker.stream.exit_codes import ExitCode
from worker.stream.lanes import Lane
from worker.stream.records import Inbound, Outgoing, dead, is_interchange, outgoing, received_on, refusal
from worker.stream.scrubber import Scrubbed
from worker.stream.shell import Shell

_WITHIN_S: Final = 0.005
"""How long Faust waits for a fuller batch; it is the floor of latency."""

_WORK_S: Final = 0.02
"""How long scrubbing may hold the event loop before others get a turn."""

_LEARN_OF_REVOCATION_S: Final = 5.0
"""Longer than a heartbeat: by then a worker that lost its partitions has been told."""

Pair = tuple[Inbound, Scrubbed]


def attach_claims(shell: Shell) -> None:
    """Add the claims agent to the app."""
    topic = shell.app.topic(
        shell.settings.topics.inbound,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        # Without this Faust commits offsets on its own; see worker.stream.delivery.
        acks=False,
    )
    agent = ClaimsAgent(shell)

    async def claims(stream: Any) -> None:  # Any: Faust's stream; it has no types for what it yields here
        async for events in stream.noack_take(shell.settings.batch_max_claims, within=_WITHIN_S):
            await agent.handle([taken(event) for event in events])

    # With concurrency above 1 Faust commits past events in flight; one instance keeps the order.
    shell.app.agent(topic, name="claims", concurrency=1)(claims)


class ClaimsAgent:
    """Scrubs what comes in and has it delivered."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._settings = shell.settings
        self._recorder = shell.recorder
        self._worked_since = time.perf_counter()
        self._waiting: dict[tuple[TP, int], deque[Taken]] = {}
        self._runners: dict[tuple[TP, int], asyncio.Task[None]] = {}
        self._held = 0
        self._has_room = asyncio.Event()

    async def handle(self, messages: Sequence[Taken]) -> None:
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
        waiting = self._waiting[tp, generation]
        try:
            while waiting:
                batch = take_batch(waiting, self._settings.batch_max_claims, self._settings.batch_max_bytes)
                self._held -= len(batch)
                self._has_room.set()
                await self._handle_partition(tp, generation, batch)
        except DeliveryUncertainError as error:
            self._shell.log.critical("delivery-uncertain", exception=type(error.__cause__).__name__)
            self._shell.end(ExitCode.DELIVERY_UNCERTAIN)
        except Exception as error:  # noqa: BLE001 -- the one place per batch; see the module
            self._shell.log.critical("claims-agent-failed", exception=type(error).__name__, at=_place(error))
            self._shell.end(ExitCode.CRASHED)
        finally:
            self._held -= len(waiting)
            self._has_room.set()
            del self._waiting[tp, generation], self._runners[tp, generation]

    async def _handle_partition(self, tp: TP, generation: int, batch: Sequence[Taken]) -> None:
        if self._shell.ended.is_set():
            return
        lane = await self._lane(tp, generation)
        if lane is None:
            self._recorder.count("claims_dropped_total", "generation", amount=len(batch))
            return
        async with lane.lock:
            await self._handle_batch(lane, batch)

    async def _lane(self, tp: TP, generation: int) -> Lane | None:
        try:
            return await self._shell.lanes.lane(tp, generation)
        except Exception as error:
            if generation != self._shell.group.generation:
                return None
            raise DeliveryUncertainError from error

    async def _handle_batch(self, lane: Lane, batch: Sequence[Taken]) -> None:
        if lane.revoked.is_set():
            self._recorder.count("claims_dropped_total", "generation", amount=len(batch))
            return
        admitted = await self._shell.lanes.admit(lane, batch)
        if not admitted:
            return
        self._recorder.count("claims_received_total", amount=len(admitted))
        self._recorder.count("in_flight_claims", amount=len(admitted))
        try:
            pairs, records = await self._scrub(admitted)
            # An interchange was one message until it was looked into; its claims are counted like any others.
            self._recorder.count("claims_received_total", amount=len(pairs) - len(admitted))
            if await self._deliver(lane, records, admitted[-1].offset + 1):
                self._report(pairs)
            else:
                self._recorder.count("claims_dropped_total", "revoked", amount=len(pairs))
        finally:
            self._recorder.count("in_flight_claims", amount=-len(admitted))

    async def _scrub(self, admitted: Sequence[Taken]) -> tuple[list[Pair], list[Outgoing]]:
        pairs: list[Pair] = []
        records: list[Outgoing] = []
        for each in admitted:
            for verdict in self._verdicts(each.message):
                record, scrubbed = outgoing(each.message, verdict, self._shell.provenance)
                pairs.append((each.message, scrubbed))
                if record is not None:
                    records.append(record)
                # Between two messages, and between two claims of an interchange.
                if time.perf_counter() - self._worked_since > _WORK_S:
                    await asyncio.sleep(0)
                    self._worked_since = time.perf_counter()
        return pairs, records

    def _verdicts(self, message: Inbound) -> Iterator[Scrubbed]:
        """Yield the verdict on a message, or those on the claims of an interchange; at least one."""
        if message.value is None or not is_interchange(message):
            yield self._verdict(message)
            return
        loaded = self._shell.loaded
        flaw = refusal(message, self._settings.max_message_bytes)
        if flaw is not None:
            yield dead(flaw.reason, flaw.stage, loaded.versions)
            return
        try:
            yield from loaded.scrubber.scrub_interchange(message.value, received_on=self._received_on(message))
        except Exception as error:  # noqa: BLE001 -- as for a single claim
            yield self._failed(error, loaded.versions)

    def _verdict(self, message: Inbound) -> Scrubbed:
        if message.value is None:
            # A tombstone is no claim, and as a dead letter it would delete one in a compacted topic.
            return Scrubbed("skipped")
        # Read once a message: the tables can be swapped between two messages, never within one.
        loaded = self._shell.loaded
        flaw = refusal(message, self._settings.max_message_bytes)
        if flaw is not None:
            return dead(flaw.reason, flaw.stage, loaded.versions)
        try:
            return loaded.scrubber.scrub(message.value, received_on=self._received_on(message))
        except Exception as error:  # noqa: BLE001 -- the one place per event: the scrubber is total by contract
            return self._failed(error, loaded.versions)

    def _failed(self, error: Exception, versions: Mapping[str, str]) -> Scrubbed:
        self._shell.log.warning("scrubber-failed", exception=type(error).__name__, at=_place(error))
        return dead(DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.EDIT, versions)

    def _received_on(self, message: Inbound) -> date:
        if self._settings.as_of is not None:
            return self._settings.as_of
        day = received_on(message, self._settings.zone)
        # Records without a timestamp come from clients of before 2016; only for them the host's clock counts.
        return datetime.now(self._settings.zone).date() if day is None else day

    async def _deliver(self, lane: Lane, records: Sequence[Outgoing], next_offset: int) -> bool:
        """Return whether the batch is durable; not if the partition has gone to another worker."""
        lane.delivering = asyncio.create_task(self._shell.delivery.deliver(lane, records, next_offset))
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
        lane.next_offset = next_offset
        return True

    def _report(self, pairs: Sequence[Pair]) -> None:
        recorder = self._recorder
        moment = time.time()
        for message, scrubbed in pairs:
            outcome = scrubbed.disposition
            recorder.count("claims_total", outcome)
            if message.key is None:
                recorder.count("key_missing_total")
            if message.timestamp_ms is None or not 0 < message.timestamp_ms / 1000 <= moment:
                recorder.count("clock_skew_total")
            else:
                recorder.observe("end_to_end_seconds", moment - message.timestamp_ms / 1000, outcome)
            for edit, severity in scrubbed.findings:
                recorder.count("findings_total", edit, severity)
            for edit in scrubbed.no_data:
                recorder.count("no_data_total", edit)
            if scrubbed.is_unverified:
                recorder.count("claims_unverified_total")
            for edit in scrubbed.edit_errors:
                recorder.count("edit_errors_total", edit)
            for stage, seconds in scrubbed.stage_seconds.items():
                recorder.observe("stage_seconds", seconds, stage)
            self._log(message, scrubbed)
        recorder.set("last_processed_timestamp_seconds", moment)

    def _log(self, message: Inbound, scrubbed: Scrubbed) -> None:
        place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        if scrubbed.dead_letter is not None:
            verdict = scrubbed.dead_letter
            self._recorder.count("dead_letters_total", verdict.reason, verdict.stage)
            self._shell.log.warning("dead-letter", reason=verdict.reason, stage=verdict.stage, **place)
            return
        self._shell.log.info(
            "claim",
            disposition=scrubbed.disposition,
            outcome_id=scrubbed.outcome_id,
            findings=len(scrubbed.findings),
            no_data=len(scrubbed.no_data),
            lines=scrubbed.lines,
            **place,
        )


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _place(error: BaseException) -> str:
    """Return where an error was raised: file and line say nothing about a claim, its text may."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
