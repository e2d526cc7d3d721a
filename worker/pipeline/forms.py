"""Claims in a form other than the claim message: each as a message, and what is not a claim as a sentence."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from worker.fhir.elements import Json
from worker.fhir.reading import Damage, read_resource
from worker.fhir.resources import is_resource
from worker.pipeline.steps.decode import UnreadableClaimError, read_json
from worker.x12.read.events import ClaimRead, Level, SegmentFlaw
from worker.x12.read.interchanges import read_837

_RESOURCE_TYPE: Final = b'"resourceType"'


@dataclass(frozen=True, slots=True)
class ClaimDocument:
    """A claim as a message, and where it is: `Segment 22`, `Entry 3`, or nothing where there is only one."""

    place: str
    document: Json

    def refused(self, letter: DeadLetter) -> "list[RefusedClaim]":
        """Return what is wrong with the message that the claim became, a sentence each with its place."""
        return [RefusedClaim(letter, self._placed(each)) for each in letter.flaws or (f"{letter.reason.value}.",)]

    def _placed(self, sentence: str) -> str:
        return f"{self.place}: {sentence}" if self.place else sentence


@dataclass(frozen=True, slots=True)
class RefusedClaim:
    """What is not a claim: the reason, and one sentence that says where and why and holds nothing of the message."""

    letter: DeadLetter
    sentence: str


def says_resource(value: bytes) -> bool:
    """Whether JSON names itself a FHIR resource; it is parsed only if the word is in it."""
    if _RESOURCE_TYPE not in value:
        return False
    try:
        return is_resource(orjson.loads(value))
    except orjson.JSONDecodeError:
        return False


def interchange_claims(value: bytes) -> Iterator[ClaimDocument | RefusedClaim]:
    """Yield the claims of X12 interchanges; flaws with which all claims were read are passed over."""
    for each in read_837(io.BytesIO(value)):
        if isinstance(each, ClaimRead):
            yield ClaimDocument(f"Segment {each.segment}", each.document)
        elif isinstance(each, SegmentFlaw) and not each.is_passed_over:
            yield _no_claim(_reason(each.level), f"Segment {each.segment}", each.reason)


def resource_claims(value: bytes) -> Iterator[ClaimDocument | RefusedClaim]:
    """Yield the claims of a FHIR resource."""
    try:
        document = read_json(value)
    except UnreadableClaimError as error:
        yield RefusedClaim(error.letter, f"{error.letter.reason.value}.")
        return
    for each in read_resource(document):
        place = each.place.capitalize()
        if not isinstance(each, Damage):
            yield ClaimDocument(place, each.document)
        else:
            reason = DeadLetterReason.FHIR_CLAIM if each.is_claim else DeadLetterReason.FHIR_RESOURCE
            yield _no_claim(reason, place, each.reason)


def _no_claim(reason: DeadLetterReason, place: str, sentence: str) -> RefusedClaim:
    return RefusedClaim(DeadLetter(reason, DeadLetterStage.DECODE), f"{place}: {sentence}" if place else sentence)


def _reason(level: Level) -> DeadLetterReason:
    match level:
        case Level.CLAIM:
            return DeadLetterReason.X12_CLAIM
        case Level.TRANSACTION:
            return DeadLetterReason.X12_TRANSACTION
        case Level.GROUP | Level.INTERCHANGE:
            return DeadLetterReason.X12_ENVELOPE
