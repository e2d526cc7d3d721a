"""The pipeline behind the seam of the stream: its results in the words of the stream."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

import orjson

from schemas.contract import CONTRACT_VERSION
from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from schemas.outcome import Basis, BasisLevel
from worker.history.key import NO_MARK
from worker.history.person import addressed
from worker.history.view import History
from worker.pipeline.forms import RefusedClaim, interchange_claims, resource_claims
from worker.pipeline.late_documents import LateJoin, read_document
from worker.pipeline.scrub import Pipeline, ReadClaim, ScrubResult
from worker.pipeline.steps.decode import UnreadableClaimError
from worker.stream.scrubber import PART_READ, ClaimVerdict, Form, ReadMessage

_MOST_FLAWS: Final = 100
"""More than a dead letter lists; a message can hold 100,000."""


class PipelineScrubber:
    """A `Scrubber` over a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.versions = {
            "contract": CONTRACT_VERSION,
            "ruleset": pipeline.ruleset,
            "reference": pipeline.snapshot.digest,
            "profile": ",".join(sorted(profile.name for profile in pipeline.profiles)),
        }
        """The versions in force; the profile is known only for a message that is a claim."""
        self._versions_under = lru_cache(maxsize=None)(lambda profile: self.versions | {"profile": profile})

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Return the verdict on one message received on a day."""
        return self._verdict(self._pipeline.scrub(value, received_on))

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ClaimVerdict]:
        """Return the verdicts on messages, each with the day it was received on; raises what `Pipeline` raises."""
        return [self._verdict(done) for done in self._pipeline.scrub_many(messages)]

    def _verdict(self, done: ScrubResult) -> ClaimVerdict:
        if done.dead_letter is not None:
            return ClaimVerdict("dead-lettered", dead_letter=done.dead_letter, versions=self.versions)
        if done.disposition is None:
            return ClaimVerdict("skipped")
        return ClaimVerdict(
            done.disposition.value,
            value=done.message,
            outcome_id=done.outcome_id,
            findings=tuple([(finding.edit, finding.severity.value) for finding in done.findings]),
            no_data=tuple(done.no_data),
            basis=done.basis.level.value if done.basis else "",
            tables=_tables(done.basis),
            not_read=done.not_read,
            edit_errors=tuple(done.errors),
            failures=done.failures,
            lines=done.lines,
            billed=done.billed,
            stage_seconds=done.stage_seconds,
            versions=self._versions_under(done.profile),
            entry=done.remember,
        )

    def read(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ReadMessage]:
        """Return messages as they are before they are judged."""
        results, read = self._pipeline.read_many(messages)
        claims = {each.place: each for each in read}
        return [
            ReadMessage(None, claim.person, claim)
            if (claim := claims.get(place)) is not None
            else ReadMessage(self._verdict(result))
            for place, result in enumerate(results)
        ]

    def route(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ReadMessage]:
        """Return whose claims messages are; what does not say it at once is read whole."""
        pipeline = self._pipeline
        found: list[ReadMessage | None] = []
        for value, _ in messages:
            whose = addressed(value) if value else None
            person = None if whose is None else pipeline.person_of(pipeline.identity_in(whose).text)
            found.append(None if person is None else ReadMessage(None, person))
        whole = iter(self.read([each for each, read in zip(messages, found, strict=True) if read is None]))
        return [next(whole) if each is None else each for each in found]

    def control(self, read: ReadMessage) -> bytes:
        """Return the mark of the patient control number of a claim with a person."""
        key, claim = self._pipeline.history_key, read.claim
        if key is None or not isinstance(claim, ReadClaim):
            return NO_MARK
        return key.mark(claim.decoded.claim.claim_information.patient_control_number)

    def read_decision(self, value: bytes) -> ReadMessage:
        """Return a payer's decision, or the dead letter that says why it is none."""
        try:
            read = self._pipeline.read_decision(value)
        except UnreadableClaimError as error:
            verdict = ClaimVerdict("dead-lettered", dead_letter=error.letter, versions=self.versions)
            return ReadMessage(verdict)
        return ReadMessage(None, read.person, decision=read.decision)

    def judge(self, claims: Sequence[tuple[ReadMessage, History | None]]) -> list[ClaimVerdict]:
        """Return the verdict on each claim, given what is known of its patient before it."""
        return [
            self._verdict(done) for done in self._pipeline.judge_many([(each.claim, known) for each, known in claims])
        ]

    def read_late(self, value: bytes, received_on: date, late: LateJoin) -> ReadMessage:
        """Return a claim that is judged once more, with what came after it."""
        result, read = self._pipeline.read_late(value, received_on, late)
        return ReadMessage(self._verdict(result)) if read is None else ReadMessage(None, read.person, read)

    def read_document(self, value: bytes) -> ReadMessage:
        """Return whose claim late documentation is about, or why it is none."""
        try:
            document = read_document(value)
        except UnreadableClaimError as error:
            return ReadMessage(self._dead(error.letter))
        identity = self._pipeline.identity_in(document.whose)
        if identity.text is None:
            sentence = f"It does not say whose claim it is about: {identity.missing} is missing."
            return ReadMessage(self._dead(DeadLetter(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, (sentence,))))
        return ReadMessage(None, self._pipeline.person_of(identity.text), document, is_document=True)

    def _dead(self, letter: DeadLetter) -> ClaimVerdict:
        return ClaimVerdict("dead-lettered", dead_letter=letter, versions=self.versions)

    def _routed(self, value: bytes, received_on: date) -> ClaimVerdict:
        (read,) = self.read([(value, received_on)])
        return read.verdict or ClaimVerdict("routed", value=value, route=read)

    def route_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:
        """Yield each claim as a routed one; anything else makes one dead letter of the whole message."""
        return self._each(value, form, lambda claim: self._routed(claim, received_on))

    def scrub_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:
        """Yield the pipeline's verdict on each claim; anything else makes one dead letter of the whole message."""
        return self._each(value, form, lambda claim: self.scrub(claim, received_on=received_on))

    def _each(self, value: bytes, form: Form, verdict_on: Callable[[bytes], ClaimVerdict]) -> Iterator[ClaimVerdict]:
        flaws: list[RefusedClaim] = []
        is_empty = True
        claims_of = interchange_claims if form is Form.INTERCHANGE else resource_claims
        for each in claims_of(value):
            is_empty = False
            if isinstance(each, RefusedClaim):
                found: Sequence[RefusedClaim] = (each,)
            else:
                scrubbed = verdict_on(orjson.dumps(each.document))
                if scrubbed.dead_letter is None:
                    yield scrubbed
                    continue
                found = each.refused(scrubbed.dead_letter)
            if len(flaws) < _MOST_FLAWS:
                flaws += found
            yield PART_READ
        if is_empty:
            letter = DeadLetter(DeadLetterReason.EMPTY, DeadLetterStage.DECODE)
            flaws = [RefusedClaim(letter, "There is no claim in it.")]
        if flaws:
            letter = replace(flaws[0].letter, flaws=tuple(each.sentence for each in flaws))
            yield ClaimVerdict("dead-lettered", dead_letter=letter, versions=self.versions)


def _tables(basis: Basis | None) -> tuple[tuple[str, str], ...]:
    if basis is None or basis.level is BasisLevel.FULL:
        return ()
    carried = [(each.edition.partition("@")[0], "carried") for each in basis.carried]
    return (*carried, *((table, "missing") for table in basis.missing))
