"""Scrubs the claims of a partition in the light of earlier ones, and has each remembered once it is answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from faust.types import TP

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.agents.batches import FetchedMessage
from worker.agents.late_documents import DocumentJoiner, KeptPlace, OpenMemories
from worker.agents.turns import Turns
from worker.agents.verdicts import MessageAnswer, MessageScrubber, ScrubbedBatch, received_day
from worker.history.store import HistoryRecord
from worker.kafka.messages import first_place
from worker.settings import HistoryMode
from worker.stream import crash_record
from worker.stream.history.changelog import claim_id
from worker.stream.history.histories import Histories
from worker.stream.history.lane_history import JudgedClaims
from worker.stream.history.slices import ClaimToJudge, MemoryJudge
from worker.stream.lanes import Lane
from worker.stream.records import dead, form_of, outgoing
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict, Form, reader_of

_NOT_WAITING: Final = "It is late documentation, and CLAIMSCRUB_LATE_DOCUMENTATION is not set on this worker."
_SEVERAL: Final = "It may hold several claims; send each as a message of its own, as `claimscrub send` does."


@dataclass(frozen=True, slots=True)
class _OpenBatch:
    claims: JudgedClaims
    pended: JudgedClaims | None

    @property
    def batches(self) -> tuple[JudgedClaims, ...]:
        return tuple(each for each in (self.claims, self.pended) if each is not None)


class RememberingScrubber(MessageScrubber):
    """Scrubs single claims, each of which sees those of its patient before it."""

    def __init__(self, runtime: Runtime, histories: Histories, turns: Turns | None = None) -> None:
        super().__init__(runtime, turns)
        is_keyed = runtime.settings.history is HistoryMode.KEYED
        self._memory = MemoryJudge(
            runtime.recorder, histories.is_placed if is_keyed else None, keeps_seen=runtime.shadow is not None
        )
        self._open: dict[tuple[TP, int], _OpenBatch] = {}
        self.late = DocumentJoiner(runtime, self._answer_claim, lambda error: self._failed(error, self._loaded))

    async def scrub(self, lane: Lane, part: Sequence[FetchedMessage], *, is_alone: bool = False) -> ScrubbedBatch:
        """Return each message with its verdict, the records that say so, and what is remembered of them."""
        if lane.history is None:
            raise RuntimeError("a partition without a memory")
        place = lane.tp, lane.generation
        opened = _OpenBatch(lane.history.begin(), None if lane.pended is None else lane.pended.begin())
        self._open[place] = opened
        try:
            judged = await super().scrub(lane, part, is_alone=is_alone)
        except BaseException:
            for batch in opened.batches:
                batch.memory.drop(batch)
            raise
        finally:
            del self._open[place]
        return judged._replace(remembered=opened.batches)

    def _is_plain(self, lane: Lane, each: FetchedMessage) -> bool:
        is_claim = each.forgets is None and not each.is_decision and not each.is_document
        return is_claim and super()._is_plain(lane, each)

    async def _answer_claims(self, messages: Sequence[FetchedMessage]) -> list[MessageAnswer]:
        async with self.turns:
            return await self._answer_in_order(messages)

    async def _answer_in_order(self, messages: Sequence[FetchedMessage]) -> list[MessageAnswer]:
        loaded, answers = self._loaded, list[MessageAnswer]()
        claims = [self._to_judge(each) for each in messages]
        verdicts = self._memory.verdicts(
            reader_of(loaded), self._runtime.budget, claims, lambda error: self._failed(error, loaded)
        )
        for each, (verdict, person, claim, is_known) in zip(messages, verdicts, strict=True):
            answer = self._answer_claim(each.message, verdict)
            if person is not None:
                answer = self._settled(each, claim, person, answer)
                # Of the verdict that leaves: what became a dead letter after all is not remembered.
                entry = answer.pairs[-1][1].entry
                record = HistoryRecord(person, claim.claim, claim.place, claim.received_on, entry)
                claim.history.remember(claim.batch, record, is_known=is_known)
            elif verdict.disposition == "pended" and self._settings.late_documentation:
                self._runtime.recorder.count("pended_not_kept_total")
            answers.append(answer)
            await self.turns.pass_on()
        return answers

    def _settled(
        self, each: FetchedMessage, claim: ClaimToJudge, person: bytes, answer: MessageAnswer
    ) -> MessageAnswer:
        """Return the answer to a claim that leaves, once it is kept where it waits for documentation."""
        opened = self._open[each.tp, each.generation]
        if opened.pended is None:
            return answer
        memories, at = OpenMemories(opened.claims, opened.pended), KeptPlace(person, claim.claim, claim.place)
        return self.late.settle(memories, at, each.message, answer, claim.received_on)

    async def _answer_document(self, lane: Lane, each: FetchedMessage) -> MessageAnswer | None:
        """Return the answer to late documentation; None when it is not to be looked into."""
        opened, message = self._open[each.tp, each.generation], each.message
        if crash_record.is_condemned(lane, each) or message.value is None:
            return None
        if opened.pended is None:
            reason = DeadLetterReason.NOT_OF_THIS_PARTITION
            letter = dead(reason, DeadLetterStage.DECODE, self._loaded.versions, _NOT_WAITING)
            return await self._answer(message, [letter])
        read = self._read_within(reader_of(self._loaded).read_document, message)
        if read.verdict is not None or read.person is None:
            self._runtime.recorder.count("documents_total", "refused")
            letter = dead(DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.DECODE, self._loaded.versions)
            return await self._answer(message, [read.verdict or letter])
        # A document that is sent again waits anew, so that its time is that of the record.
        day = received_day(replace(message, headers=()), self._settings)
        memories, at = (
            OpenMemories(opened.claims, opened.pended),
            KeptPlace(read.person, read.claim.digest, each.offset),
        )
        return self.late.answer(memories, at, read.claim, message, day)

    def _to_judge(self, each: FetchedMessage) -> ClaimToJudge:
        opened, message = self._open[each.tp, each.generation], each.message
        day = received_day(message, self._settings)
        batch, first = opened.claims, first_place(message.headers)
        known_first = None if first is None else claim_id(first)
        own = claim_id(message.place)
        return ClaimToJudge(message.value, day, own, each.offset, batch.memory, batch, known_first)

    async def _answer_each(self, lane: Lane, part: Iterable[FetchedMessage], room: int) -> list[MessageAnswer]:
        answers: list[MessageAnswer] = []
        for each in part:
            if each.forgets is not None:
                answers.append(await self._answer(each.message, [self._forget(each, each.forgets)]))
            elif each.is_decision:
                answers.append(self._answer_decision(lane, each))
            elif each.is_document and (answer := await self._answer_document(lane, each)) is not None:
                answers.append(answer)
            elif self._is_plain(lane, each):
                answers += await self._answer_in_order([each])
            elif each.message.value is not None and form_of(each.message) is not Form.CLAIM:
                reason = DeadLetterReason.NOT_OF_THIS_PARTITION
                letter = dead(reason, DeadLetterStage.DECODE, self._loaded.versions, _SEVERAL)
                answers.append(await self._answer(each.message, [letter]))
            else:
                answers += await super()._answer_each(lane, [each], room)
            room -= answers[-1].bytes
            if room < 0:
                break
        return answers

    def _answer_decision(self, lane: Lane, each: FetchedMessage) -> MessageAnswer:
        answer, verdict = MessageAnswer(), self._decide(lane, each)
        record, verdict = outgoing(each.message, verdict, self._runtime.provenance)
        answer.add(each.message, verdict, record)
        return answer

    def _decide(self, lane: Lane, each: FetchedMessage) -> ClaimVerdict:
        opened, loaded = self._open[each.tp, each.generation], self._loaded
        if crash_record.is_condemned(lane, each):
            return self._condemn(each.message)
        read = self._read_within(reader_of(loaded).read_decision, each.message)
        if read.decision is None or read.person is None:
            return read.verdict or dead(DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.DECODE, loaded.versions)
        day = received_day(each.message, self._settings)
        batch = opened.claims
        batch.memory.begin_on(day)
        met = batch.memory.decide(batch, read.person, read.decision, each.offset, day)
        return ClaimVerdict("skipped", decision=met)

    def _forget(self, each: FetchedMessage, person: bytes) -> ClaimVerdict:
        opened = self._open[each.tp, each.generation]
        claims = opened.claims.memory.forget(opened.claims, person)
        if opened.pended is not None:
            # What waits for documentation names the person in the clear.
            claims += opened.pended.memory.forget(opened.pended, person)
        self._runtime.recorder.count("history_forgotten_total", amount=claims)
        self._runtime.log.info("history-forgotten", audit=True, partition=each.tp.partition, count=claims)
        return ClaimVerdict("skipped")
