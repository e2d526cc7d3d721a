"""Keeps pended claims, and joins documents with them: each is judged again as of its first day.

Nothing here is durable before its batch is: what is kept and what is taken out leaves in the transaction of the
outcomes, with the offset.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, NamedTuple

import orjson
from msgspec.structs import replace

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.agents.verdicts import MessageAnswer
from worker.errors import ClaimscrubError
from worker.history.pended import (
    JoinedDocument,
    Kept,
    KeptOrigin,
    Missing,
    PendedClaim,
    WaitingDocument,
    claims_of,
    decode,
    documents_of,
    encode,
)
from worker.history.store import HistoryRecord, WaitingEntry
from worker.kafka.messages import InboundMessage
from worker.pipeline.late_documents import LateJoin, ReadDocument, joined, numbers_of, read_document
from worker.pipeline.steps.decode import decode as decode_claim
from worker.stream.history.lane_history import JudgedClaims
from worker.stream.records import dead
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict, reader_of

_PENDED: Final = "pended"
_HOLDS: Final = frozenset({"pend", "reject"})
_SEVERAL: Final = "{count} pended claims have its numbers; give it the outcomeId of the one that it is about."
_TOO_LARGE: Final = "With it the claim would be larger than a message may be; the claim waits as it was."
_UNMATCHED: Final = (
    "No pended claim with its numbers came in {days} days. The numbers may be those of another claim, the claim may "
    "not have been pended, or its patient is a dependent and the document does not say so."
)


class OpenMemories(NamedTuple):
    """What a batch sees and changes: earlier claims, and what waits for documentation."""

    claims: JudgedClaims
    pended: JudgedClaims


class KeptPlace(NamedTuple):
    """Under what something is kept: person, the bytes of the claim or document, and its place in the order."""

    person: bytes
    own: bytes
    place: int


class NotJoinedError(ClaimscrubError):
    """A document cannot be joined; the verdict says why."""

    def __init__(self, verdict: ClaimVerdict) -> None:
        super().__init__()
        self.verdict = verdict


class DocumentJoiner:
    """Answers documents, and settles what becomes of a claim after its verdict.

    All of it raises `HistoryStoreError` and `DamagedEntryError`: without what is kept nothing can
    be answered.
    """

    def __init__(
        self,
        runtime: Runtime,
        answer_claim: Callable[[InboundMessage, ClaimVerdict], MessageAnswer],
        failed: Callable[[Exception], ClaimVerdict],
    ) -> None:
        """Prepare.

        Args:
            runtime: The worker.
            answer_claim: Makes the records of a verdict on a claim message.
            failed: Makes the verdict on a claim on which the scrubber raises.
        """
        self._runtime = runtime
        self._answer_claim, self._failed = answer_claim, failed
        self._most_bytes = runtime.settings.max_message_bytes

    def settle(
        self, memories: OpenMemories, at: KeptPlace, message: InboundMessage, answer: MessageAnswer, received_on: date
    ) -> MessageAnswer:
        """Keep a claim that was judged for the first time if it is pended, and join what came before it at once.

        Returns the answer that leaves, with one outcome: that of the claim with the documents that waited for it.
        """
        verdict = answer.pairs[-1][1]
        if verdict.disposition != _PENDED:
            # It may have been pended when it was judged before.
            self._keep(memories, at, None, received_on)
            return answer
        claim = self._pended(message, verdict, received_on)
        kept = [pair for pair in self._kept(memories, at.person) if pair[0] != at.own]
        waiting = [pair for pair in documents_of(claim.numbers, kept) if not claims_of(pair[1].numbers, kept)]
        if waiting:
            documents = [read_document(each.value) for _, each in waiting]
            try:
                answer, claim_left = self._join(memories, at, claim, documents, LateJoin())
            except NotJoinedError as error:
                self._refuse(memories, at.person, waiting, error.verdict, answer)
            else:
                self._note_joined(memories, at.person, [own for own, _ in waiting], received_on)
                self._keep(memories, at, claim_left, received_on)
                return answer
        self._keep(memories, at, claim, received_on)
        return answer

    def answer(
        self, memories: OpenMemories, at: KeptPlace, document: ReadDocument, message: InboundMessage, on: date
    ) -> MessageAnswer:
        """Answer a document: with the new outcome of its claim, with nothing while it waits, or with a dead letter.

        `at` is under what it is kept itself where it has to wait, `on` the day on which it came.
        """
        person = at.person
        records = memories.pended.memory.known(person)
        kept = [(own, decode(each.entry)) for own, each in records.items()]
        known = dict(kept).get(at.own)
        if isinstance(known, JoinedDocument):
            return self._nothing(message, "copy")
        claims = claims_of(document.numbers, kept)
        if len(claims) > 1:
            sentence = _SEVERAL.format(count=len(claims))
            return self._dead(message, DeadLetterReason.DOCUMENT_AMBIGUOUS, sentence, "ambiguous")
        if not claims:
            if known is not None:
                return self._nothing(message, "copy")
            waits = WaitingDocument(message.value or b"", on, document.numbers, _origin(message))
            self._keep(memories, at, waits, on)
            return self._nothing(message, "waiting")
        own, claim = claims[0]
        of_claim = KeptPlace(person, own, records[own].place)
        late = LateJoin(claim.numbers.outcome, claim.joined, claim.conflicts)
        try:
            answer, claim_left = self._join(memories, of_claim, claim, [document], late)
        except NotJoinedError as error:
            self._runtime.recorder.count("documents_total", "refused")
            return self._answer_claim(message, error.verdict)
        self._remember(memories, of_claim, answer.pairs[-1][1], claim.received_on)
        self._note_joined(memories, person, [at.own], on)
        self._keep(memories, of_claim, claim_left, claim.received_on)
        # It is the document that was answered, as to when and where from.
        answer.pairs = [(message, verdict) for _, verdict in answer.pairs]
        return answer

    def expire(self, memories: OpenMemories, entry: WaitingEntry, today: date) -> MessageAnswer | None:
        """Take out what has waited for too long, and return what is said of it; None when nothing is."""
        at, kept = KeptPlace(entry.person, entry.claim, entry.place), decode(entry.entry)
        self._keep(memories, at, None, kept.received_on)
        waited_days = (today - kept.received_on).days
        if isinstance(kept, PendedClaim):
            late = LateJoin(kept.numbers.outcome, kept.joined, kept.conflicts, waited_days)
            verdict = self._judged(memories, at, kept, kept.value, late)
            answer = self._answer_claim(_message(kept.origin, kept.value, kept.joined + 1), verdict)
            self._remember(memories, at, answer.pairs[-1][1], kept.received_on)
            return answer
        if isinstance(kept, WaitingDocument):
            message = _message(kept.origin, kept.value)
            sentence = _UNMATCHED.format(days=waited_days)
            return self._dead(message, DeadLetterReason.DOCUMENT_UNMATCHED, sentence, "unmatched")
        return None

    def _join(
        self,
        memories: OpenMemories,
        at: KeptPlace,
        claim: PendedClaim,
        documents: Sequence[ReadDocument],
        before: LateJoin,
    ) -> tuple[MessageAnswer, PendedClaim | None]:
        """Judge a claim with documents, and return the answer and how it is kept if it waits on.

        To remember it is left to who asks: what is judged for the first time is remembered with its message.

        Raises `NotJoinedError`.
        """
        value, conflicts = claim.value, list(before.conflicts)
        for each in documents:
            value, more = joined(value, each.elements)
            conflicts += [conflict for conflict in more if conflict not in conflicts]
        if len(value) > self._most_bytes:
            raise NotJoinedError(self._verdict(DeadLetterReason.TOO_LARGE, DeadLetterStage.SIZE, _TOO_LARGE))
        late = before._replace(joined=before.joined + len(documents), conflicts=tuple(conflicts))
        message = _message(claim.origin, value, late.joined)
        answer = self._answer_claim(message, self._judged(memories, at, claim, value, late))
        verdict = answer.pairs[-1][1]
        if verdict.dead_letter is not None:
            raise NotJoinedError(verdict)
        if verdict.disposition != _PENDED:
            return answer, None
        left = replace(
            claim,
            value=value,
            # A document changes no number of a claim.
            numbers=replace(claim.numbers, outcome=verdict.outcome_id or ""),
            profile=_profile(verdict),
            missing=_missing(verdict),
            joined=late.joined,
            conflicts=late.conflicts,
        )
        return answer, left

    def _refuse(
        self,
        memories: OpenMemories,
        person: bytes,
        documents: Sequence[tuple[bytes, WaitingDocument]],
        verdict: ClaimVerdict,
        answer: MessageAnswer,
    ) -> None:
        """Take out documents that cannot be joined with their claim; their dead letters leave with its answer."""
        self._runtime.recorder.count("documents_total", "refused", amount=len(documents))
        for own, each in documents:
            letter = self._answer_claim(_message(each.origin, each.value), verdict)
            answer.records += letter.records
            answer.bytes += letter.bytes
            self._keep(memories, KeptPlace(person, own, 0), None, each.received_on)

    def _judged(
        self, memories: OpenMemories, at: KeptPlace, claim: PendedClaim, value: bytes, late: LateJoin
    ) -> ClaimVerdict:
        """Judge a claim as of its first day, in the light of what was before it then."""
        reader, budget = reader_of(self._runtime.loaded), self._runtime.budget
        try:
            with budget:
                read = reader.read_late(value, claim.received_on, late)
        except Exception as error:  # noqa: BLE001 -- one claim must not take the others with it
            return self._failed(error)
        if read.verdict is not None:
            return read.verdict
        known = memories.claims.memory.view(at.person, at.own, at.place, claim.received_on)
        try:
            with budget:
                (verdict,) = reader.judge([(read, known)])
        except Exception as error:  # noqa: BLE001 -- as above
            return self._failed(error)
        return verdict

    def _pended(self, message: InboundMessage, verdict: ClaimVerdict, received_on: date) -> PendedClaim:
        """Return a claim that was pended as it is kept."""
        value = message.value or b""
        return PendedClaim(
            value,
            received_on,
            numbers_of(decode_claim(value, self._most_bytes).claim, verdict.outcome_id or ""),
            _origin(message),
            _profile(verdict),
            _missing(verdict),
        )

    @staticmethod
    def _kept(memories: OpenMemories, person: bytes) -> list[tuple[bytes, Kept]]:
        return [(own, decode(each.entry)) for own, each in memories.pended.memory.known(person).items()]

    @staticmethod
    def _keep(memories: OpenMemories, at: KeptPlace, kept: Kept | None, received_on: date) -> None:
        memory = memories.pended.memory
        if kept is not None:
            memory.begin_on(received_on)
        entry = None if kept is None else encode(kept)
        memory.remember(memories.pended, HistoryRecord(at.person, at.own, at.place, received_on, entry))

    @staticmethod
    def _remember(memories: OpenMemories, at: KeptPlace, verdict: ClaimVerdict, received_on: date) -> None:
        """Remember a claim as it was judged last, at its first place in the order."""
        record = HistoryRecord(at.person, at.own, at.place, received_on, verdict.entry)
        memories.claims.memory.remember(memories.claims, record)

    def _note_joined(self, memories: OpenMemories, person: bytes, digests: Sequence[bytes], on: date) -> None:
        self._runtime.recorder.count("documents_total", "joined", amount=len(digests))
        for each in digests:
            self._keep(memories, KeptPlace(person, each, 0), JoinedDocument(on), on)

    def _nothing(self, message: InboundMessage, result: str) -> MessageAnswer:
        self._runtime.recorder.count("documents_total", result)
        return MessageAnswer([(message, ClaimVerdict("skipped"))])

    def _dead(self, message: InboundMessage, reason: DeadLetterReason, sentence: str, result: str) -> MessageAnswer:
        self._runtime.recorder.count("documents_total", result)
        return self._answer_claim(message, self._verdict(reason, DeadLetterStage.EDIT, sentence))

    def _verdict(self, reason: DeadLetterReason, stage: DeadLetterStage, sentence: str) -> ClaimVerdict:
        return dead(reason, stage, self._runtime.loaded.versions, sentence)


def _profile(verdict: ClaimVerdict) -> str:
    return verdict.versions.get("profile", "")


def _missing(verdict: ClaimVerdict) -> tuple[Missing, ...]:
    """Return what holds a claim, by its outcome."""
    findings = orjson.loads(verdict.value or b"{}").get("findings", ())
    holding = [each for each in findings if each["severity"] in _HOLDS]
    return tuple(dict.fromkeys(Missing(each["edit"], each["facts"].get("missing", "")) for each in holding))


def _origin(message: InboundMessage) -> KeptOrigin:
    return KeptOrigin(
        message.topic,
        message.partition,
        message.offset,
        message.timestamp_ms,
        message.key,
        message.headers,
        message.part,
        message.is_of_interchange,
    )


def _message(origin: KeptOrigin, value: bytes, judged_before: int = 0) -> InboundMessage:
    """Return a message as it came, with another value."""
    return InboundMessage(
        origin.topic,
        origin.partition,
        origin.offset,
        origin.timestamp_ms,
        origin.key,
        value,
        origin.headers,
        part=origin.part,
        is_of_interchange=origin.is_of_interchange,
        judged_before=judged_before,
    )
