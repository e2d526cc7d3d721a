"""Splits what comes in into single claims, and sends each, and each payer's decision, to its patient's partition."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.agents.batches import FetchedMessage
from worker.agents.turns import Turns
from worker.agents.verdicts import MessageAnswer, MessageScrubber, unread_verdict
from worker.kafka.messages import InboundMessage
from worker.stream import crash_record
from worker.stream.lanes import Lane
from worker.stream.records import dead, form_of, size
from worker.stream.replies import Replies
from worker.stream.routing import Placement
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimReader, ClaimVerdict, Form, LoadedScrubber, ReadMessage, reader_of


@dataclass(frozen=True, slots=True)
class RoutingScrubber:
    """A scrubber that reads claims, and has the judging of them to come."""

    reader: ClaimReader

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Return a claim as a routed one, or why it is none."""
        return self.scrub_many([(value, received_on)])[0]

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ClaimVerdict]:
        """Return claims as routed ones; raises as `Scrubber.scrub_many`."""
        read = self.reader.route(messages)
        return [
            each.verdict or ClaimVerdict("routed", value=value, route=each)
            for (value, _), each in zip(messages, read, strict=True)
        ]

    def scrub_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:
        """Yield each claim of a message as a routed one."""
        return self.reader.route_each(value, form, received_on=received_on)


class MessageRouter(MessageScrubber):
    """Routes messages: each claim becomes a record for the partition of its patient.

    What cannot be routed is a dead letter, made as if it had been scrubbed. The structure of an interchange is answered
    here, where it is whole.
    """

    def __init__(self, runtime: Runtime, placement: Placement, turns: Turns | None = None) -> None:
        super().__init__(runtime, turns)
        self._placement = placement
        self._routing: tuple[LoadedScrubber, LoadedScrubber] | None = None
        self._last: tuple[InboundMessage, Form] | None = None

    @property
    def _loaded(self) -> LoadedScrubber:
        loaded = self._runtime.loaded
        if self._routing is None or self._routing[0] is not loaded:
            self._routing = loaded, replace(loaded, scrubber=RoutingScrubber(reader_of(loaded)))
        return self._routing[1]

    def _add(
        self, answer: MessageAnswer, message: InboundMessage, verdict: ClaimVerdict, replies: Replies | None
    ) -> int:
        if verdict.route is None or verdict.value is None:
            return super()._add(answer, message, verdict, replies)
        record = self._placement.routed(self._part(answer, message), verdict.value, verdict.route)
        if size(record) > self._runtime.provenance.record_limit:
            letter = dead(DeadLetterReason.OUTPUT_TOO_LARGE, DeadLetterStage.PRODUCE, self._loaded.versions)
            return super()._add(answer, message, letter, replies)
        return answer.add(message, verdict, record)

    def _part(self, answer: MessageAnswer, message: InboundMessage) -> InboundMessage:
        """Return a message as that of its next claim."""
        if self._last is None or self._last[0] is not message:
            # To look whether it is a Bundle takes as long as to parse it.
            self._last = message, form_of(message)
        form = self._last[1]
        if form is Form.CLAIM:
            return message
        return replace(message, part=len(answer.pairs), is_of_interchange=form is Form.INTERCHANGE)


class DecisionRouter(MessageRouter):
    """Routes the decisions of payers, each of which becomes a record behind the claims of its patient.

    So there is one order of both, and a claim that is judged again knows the decisions that it knew.
    """

    def _is_plain(self, lane: Lane, each: FetchedMessage) -> bool:  # noqa: ARG002 - as of claims
        return False

    def _replies(self, message: InboundMessage) -> Replies | None:  # noqa: ARG002 - as of claims
        return None

    def _part(self, answer: MessageAnswer, message: InboundMessage) -> InboundMessage:  # noqa: ARG002 - as of claims
        return message

    def _verdicts(self, lane: Lane, each: FetchedMessage) -> Iterator[ClaimVerdict]:
        message, loaded = each.message, self._runtime.loaded
        if crash_record.is_condemned(lane, each):
            yield self._condemn(message)
        elif (unread := unread_verdict(message, loaded, self._settings)) is not None:
            yield unread
        else:
            read = self._read_within(self._reading(reader_of(loaded)), message)
            yield read.verdict or ClaimVerdict("routed", value=message.value or b"", route=read)

    @staticmethod
    def _reading(reader: ClaimReader) -> Callable[[bytes], ReadMessage]:
        return reader.read_decision


class DocumentRouter(DecisionRouter):
    """Routes late documentation: each document becomes a record behind the claims of its patient."""

    @staticmethod
    def _reading(reader: ClaimReader) -> Callable[[bytes], ReadMessage]:
        return reader.read_document
