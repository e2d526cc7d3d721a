"""Brings messages to their verdicts, plain claims a slice at a time, and each within its budget."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as time_of_day
from itertools import groupby
from typing import Final, NamedTuple

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from worker.agents.batches import FetchedMessage
from worker.agents.together import Together
from worker.agents.turns import Turns
from worker.kafka.messages import InboundMessage
from worker.settings import Settings
from worker.stream import crash_record
from worker.stream.budget import ClaimBudget, OverBudgetError, each_within
from worker.stream.history.lane_history import JudgedClaims
from worker.stream.lanes import Lane
from worker.stream.message_limits import MessageLimitError, MessageMeter
from worker.stream.records import (
    OutgoingRecord,
    dead,
    form_of,
    outgoing,
    received_on,
    refusal,
    sent_at,
    size,
    verdict_of_failure,
)
from worker.stream.replies import Replies, ReplyOptions, ReplyTooLargeError
from worker.stream.runtime import Runtime
from worker.stream.scrubber import PART_READ, ClaimVerdict, Form, LoadedScrubber, ReadMessage
from worker.stream.shadow.records import ShadowedBatch
from worker.stream.slices import scrub_slice

_TRANSACTION_BYTES: Final = 16 * 1024 * 1024
"""A transaction ends with the message that brings it above this: all or none of a message, never half of one."""

Pair = tuple[InboundMessage, ClaimVerdict]


@dataclass(slots=True)
class MessageAnswer:
    """What becomes of one message: it with its verdict, one for each claim in it, and the records that say so."""

    pairs: list[Pair] = field(default_factory=list)
    records: list[OutgoingRecord] = field(default_factory=list)
    bytes: int = 0

    def add(self, message: InboundMessage, scrubbed: ClaimVerdict, record: OutgoingRecord | None) -> int:
        """Take a verdict and its record; return how many bytes that is."""
        self.pairs.append((message, scrubbed))
        if record is None:
            return 0
        self.records.append(record)
        length = size(record)
        self.bytes += length
        return length


class ScrubbedBatch(NamedTuple):
    """The results of messages.

    Attributes:
        pairs: Each message with its verdict, one for each claim in it.
        records: What says so.
        begun_ns: When the scrubbing began, in nanoseconds since 1970.
        messages: How many of the messages it is; the others are left where it became too much for one transaction.
        remembered: What of them comes into the memories of the partition.
        shadowed: How the shadow judges their claims, where there is one.
    """

    pairs: list[Pair]
    records: list[OutgoingRecord]
    begun_ns: int
    messages: int
    remembered: tuple[JudgedClaims, ...] = ()
    shadowed: ShadowedBatch = ShadowedBatch()


class MessageScrubber:
    """Scrubs messages and makes the records of their verdicts."""

    def __init__(self, runtime: Runtime, turns: Turns | None = None) -> None:
        """`turns` are shared by all that scrub in one worker."""
        self._runtime = runtime
        self._settings = runtime.settings
        self._wanted = ReplyOptions.of(runtime.settings)
        self._together = Together(self._answer_claims, _length)
        self.turns = turns or Turns()

    @property
    def _loaded(self) -> LoadedScrubber:
        """What scrubs. Read once per message or slice: the tables can be swapped between two, never within one."""
        return self._runtime.loaded

    async def scrub(self, lane: Lane, part: Sequence[FetchedMessage], *, is_alone: bool = False) -> ScrubbedBatch:
        """Return each message with its verdict, and the records that say so.

        What is plainly a claim is scrubbed together with those of other lanes, unless the lane is to be alone.

        Args:
            lane: Where the messages come from.
            part: The messages.
            is_alone: Whether the caller is in `turns.alone()`.
        """
        begun_ns, answers, room = time.time_ns(), list[MessageAnswer](), _TRANSACTION_BYTES
        for is_shared, found in groupby(part, lambda each: not is_alone and self._is_plain(lane, each)):
            if is_shared:
                more = await self._together.answers(list(found))
            else:
                async with nullcontext() if is_alone else self.turns:
                    more = await self._answer_each(lane, found, room)
            answers += more
            room -= sum(each.bytes for each in more)
            if room < 0:
                break
        pairs = [pair for each in answers for pair in each.pairs]
        return ScrubbedBatch(pairs, [record for each in answers for record in each.records], begun_ns, len(answers))

    async def _answer_each(self, lane: Lane, part: Iterable[FetchedMessage], room: int) -> list[MessageAnswer]:
        """Answer one message after the other, up to the one that brings their bytes above `room`."""
        answers = []
        for each in part:
            answers.append(await self._answer(each.message, self._verdicts(lane, each)))
            room -= answers[-1].bytes
            if room < 0:
                break
        return answers

    async def _answer_claims(self, messages: Sequence[FetchedMessage]) -> list[MessageAnswer]:
        answers = []
        async with self.turns:
            for each, verdict in zip(messages, self._of_slice([each.message for each in messages]), strict=True):
                answers.append(self._answer_claim(each.message, verdict))
                await self.turns.pass_on()
        return answers

    def _is_plain(self, lane: Lane, each: FetchedMessage) -> bool:
        message = each.message
        return (
            message.value is not None
            and not crash_record.is_condemned(lane, each)
            and not_read(message, self._settings) is None
            and form_of(message) is Form.CLAIM
        )

    def _of_slice(self, messages: Sequence[InboundMessage]) -> Iterator[ClaimVerdict]:
        loaded = self._loaded
        claims = [(message.value, received_day(message, self._settings)) for message in messages]
        return scrub_slice(loaded.scrubber, self._runtime.budget, claims, lambda error: self._failed(error, loaded))

    def _read_within(self, read: Callable[[bytes], ReadMessage], message: InboundMessage) -> ReadMessage:
        """Return what is read of a message in the time of a claim; where it takes longer or fails, a verdict."""
        loaded = self._runtime.loaded
        try:
            with self._runtime.budget:
                return read(message.value or b"")
        except Exception as error:  # noqa: BLE001 -- one message must not take the others with it
            return ReadMessage(self._failed(error, loaded))

    def _failed(self, error: Exception, loaded: LoadedScrubber) -> ClaimVerdict:
        if not isinstance(error, OverBudgetError):
            self._runtime.log.warning("scrubber-failed", exception=type(error).__name__, at=place_of(error))
        return verdict_of_failure(loaded.versions, error)

    async def _answer(self, message: InboundMessage, verdicts: Iterable[ClaimVerdict]) -> MessageAnswer:
        """Answer a message that may hold several claims: with one dead letter where it becomes too much."""
        answer = MessageAnswer()
        try:
            replies, meter = self._replies(message), MessageMeter.of(self._settings)
            meter.go_on()
            for verdict in verdicts:
                meter.add(0 if verdict is PART_READ else self._add(answer, message, verdict, replies))
                meter.pause()
                await self.turns.pass_on()  # between two messages, and between two claims of one
                meter.go_on()
            return self._with_replies(answer, replies)
        except Exception as error:  # noqa: BLE001 -- as in `_refused`
            return self._refused(message, error)

    def _answer_claim(self, message: InboundMessage, verdict: ClaimVerdict) -> MessageAnswer:
        """Answer a message that is one claim."""
        answer = MessageAnswer()
        try:
            replies = self._replies(message)
            self._add(answer, message, verdict, replies)
            return self._with_replies(answer, replies)
        except Exception as error:  # noqa: BLE001 -- as in `_refused`
            return self._refused(message, error)

    def _add(
        self, answer: MessageAnswer, message: InboundMessage, verdict: ClaimVerdict, replies: Replies | None
    ) -> int:
        record, scrubbed = outgoing(message, verdict, self._runtime.provenance)
        if replies is not None:
            replies.add(scrubbed)
        return answer.add(message, scrubbed, record)

    def _with_replies(self, answer: MessageAnswer, replies: Replies | None) -> MessageAnswer:
        """Add the records beside the outcomes. Raises `ReplyTooLargeError`."""
        if replies is not None:
            beside = replies.records()
            answer.records += beside
            answer.bytes += sum(map(size, beside))
            if replies.unwritten:
                self._runtime.log.warning("claims-not-submitted", claims=replies.unwritten)
        return answer

    def _refused(self, message: InboundMessage, error: Exception) -> MessageAnswer:
        """Return one dead letter where a message becomes too much, or something beside its outcomes cannot be made."""
        if isinstance(error, MessageLimitError):
            return self._dead_letter(message, DeadLetterReason.MESSAGE_LIMIT, DeadLetterStage.EDIT, str(error))
        if isinstance(error, ReplyTooLargeError):
            return self._dead_letter(message, DeadLetterReason.OUTPUT_TOO_LARGE, DeadLetterStage.PRODUCE)
        # A claim that cannot be answered must not be called clean.
        self._runtime.log.warning("replies-failed", exception=type(error).__name__, at=place_of(error))
        return self._dead_letter(message, DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.ENCODE)

    def _replies(self, message: InboundMessage) -> Replies | None:
        if self._wanted.is_nothing or message.value is None:
            return None
        day, sent = received_day(message, self._settings), sent_at(message, self._settings.zone)
        moment = datetime.combine(day, sent.time() if sent else time_of_day.min)
        return Replies(message, self._wanted, self._runtime.provenance, moment)

    def _dead_letter(
        self, message: InboundMessage, reason: DeadLetterReason, stage: DeadLetterStage, *flaws: str
    ) -> MessageAnswer:
        letter = dead(reason, stage, self._runtime.loaded.versions, *flaws)
        record, scrubbed = outgoing(message, letter, self._runtime.provenance)
        answer = MessageAnswer()
        answer.add(message, scrubbed, record)
        return answer

    def _verdicts(self, lane: Lane, each: FetchedMessage) -> Iterator[ClaimVerdict]:
        message = each.message
        if crash_record.is_condemned(lane, each):
            yield self._condemn(message)
            return
        loaded = self._loaded
        try:
            yield from verdicts_on(message, loaded, self._settings, self._runtime.budget)
        except MessageLimitError:
            raise
        except Exception as error:  # noqa: BLE001 -- the one place per event: the scrubber is total by contract
            yield self._failed(error, loaded)

    def _condemn(self, message: InboundMessage) -> ClaimVerdict:
        place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        self._runtime.log.critical("claim-ends-workers", **place)
        return dead(DeadLetterReason.CRASH_LOOP, DeadLetterStage.EDIT, self._runtime.loaded.versions)


def verdicts_on(
    message: InboundMessage, loaded: LoadedScrubber, settings: Settings, budget: ClaimBudget
) -> Iterator[ClaimVerdict]:
    """Yield the verdict on a message, or those on the claims that it holds in another form; at least one.

    Raises what the scrubber raises, which is total by contract, and `MessageLimitError` where a part of a message
    takes too long outside of an edit: nothing of it is to be kept then.
    """
    unread = unread_verdict(message, loaded, settings)
    if unread is not None:
        yield unread
        return
    scrubber, day, value = loaded.scrubber, received_day(message, settings), message.value or b""
    form = form_of(message)
    try:
        if form is not Form.CLAIM:
            yield from each_within(budget, scrubber.scrub_each(value, form, received_on=day))
        else:
            with budget:
                scrubbed = scrubber.scrub(value, received_on=day)
            yield scrubbed
    except OverBudgetError as error:
        # Outside of an edit; one that overruns is reported in the outcome.
        if form is not Form.CLAIM:
            raise MessageLimitError("A part of it takes longer than a claim may.") from error
        yield dead(DeadLetterReason.OVER_BUDGET, DeadLetterStage.EDIT, loaded.versions)


def not_read(message: InboundMessage, settings: Settings) -> DeadLetter | None:
    """Return why a message is not even looked into under these settings, or None when it is."""
    return refusal(message, settings.max_message_bytes, accepts_envelopes=settings.accept_envelopes)


def unread_verdict(message: InboundMessage, loaded: LoadedScrubber, settings: Settings) -> ClaimVerdict | None:
    """Return the verdict on a message that is not looked into; None when it is."""
    if message.value is None and message.mark is None:
        # A tombstone is not a claim, and as a dead letter it would delete one in a compacted topic.
        return ClaimVerdict("skipped")
    flaw = not_read(message, settings)
    return None if flaw is None else dead(flaw.reason, flaw.stage, loaded.versions, *flaw.flaws)


def received_day(message: InboundMessage, settings: Settings) -> date:
    """Return the day on which a message was received."""
    if settings.as_of is not None:
        return settings.as_of
    day = received_on(message, settings.zone)
    # Records without a timestamp come from clients of before 2016; only for them the host's clock counts.
    return datetime.now(settings.zone).date() if day is None else day


def _length(each: FetchedMessage) -> int:
    return len(each.message.value or b"")


def place_of(error: BaseException) -> str:
    """Return where an error was raised: file and line say nothing about a claim, its text may."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
