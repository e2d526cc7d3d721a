"""Why a message is not a claim, in plain words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.dead_letter import DeadLetterReason

WORDS: Final[Mapping[DeadLetterReason, str]] = MappingProxyType(
    {
        DeadLetterReason.UNREADABLE: "the broker's copy of it can be neither unpacked nor parsed",
        DeadLetterReason.HEADER_NOT_UTF8: "the name of one of its headers is not UTF-8 text",
        DeadLetterReason.EMPTY: "it is empty",
        DeadLetterReason.TOO_LARGE: "it is larger than a claim may be",
        DeadLetterReason.NOT_UTF8: "it is not UTF-8 text",
        DeadLetterReason.NOT_JSON: "it is not JSON, or it breaks off in the middle",
        DeadLetterReason.NOT_OBJECT: "it is JSON, but not an object in braces",
        DeadLetterReason.TOO_DEEP: "it is nested deeper than any claim",
        DeadLetterReason.TOO_MANY_ELEMENTS: "it has more elements than any claim",
        DeadLetterReason.DUPLICATE_KEY: "one of its objects holds the same field twice, so it is unclear which counts",
        DeadLetterReason.NON_FINITE_NUMBER: "it holds NaN or Infinity where a number belongs",
        DeadLetterReason.NUMBER_OUT_OF_RANGE: "it holds a number that is longer than any amount",
        DeadLetterReason.CONTROL_CHARACTER: "it holds a NUL character",
        DeadLetterReason.SCHEMA: "it is JSON, but its fields do not have the form of a claim",
        DeadLetterReason.UNSUPPORTED_VERSION: "its schemaVersion is not one that this version reads",
        DeadLetterReason.UNSUPPORTED_CONTENT_TYPE: "its content type is neither JSON, FHIR nor X12",
        DeadLetterReason.SCHEMA_ENVELOPE: "it is JSON behind the five bytes of a schema registry's serializer, which "
        "CLAIMSCRUB_ACCEPT_ENVELOPES would accept",
        DeadLetterReason.KEY_INVALID: "its record key is too long",
        DeadLetterReason.X12_ENVELOPE: "the envelope of its X12 interchange is broken",
        DeadLetterReason.X12_TRANSACTION: "one of its X12 transactions could not be read as an 837",
        DeadLetterReason.X12_CLAIM: "one of its X12 claims could not be read",
        DeadLetterReason.FHIR_RESOURCE: "it is a FHIR resource without a claim in it",
        DeadLetterReason.FHIR_CLAIM: "one of its FHIR claims could not be read",
        DeadLetterReason.MESSAGE_LIMIT: "it needs more claims, bytes or work than one message may",
        DeadLetterReason.NOT_OF_THIS_PARTITION: "it is not where the earlier claims of its patient are remembered",
        DeadLetterReason.DOCUMENT_UNMATCHED: "no pended claim with its numbers came while it waited",
        DeadLetterReason.DOCUMENT_AMBIGUOUS: "several pended claims have its numbers; `outcomeId` names one of them",
        DeadLetterReason.OUTPUT_TOO_LARGE: "its outcome would be larger than the topic takes",
        DeadLetterReason.OVER_BUDGET: "reading it or writing its outcome took longer than a claim may",
        DeadLetterReason.CRASH_LOOP: "three workers crashed on it; this is our defect, please report it",
        DeadLetterReason.INTERNAL_ERROR: "the scrubber failed on it; this is our defect, please report it",
    }
)


def in_words(reason: DeadLetterReason) -> str:
    """Return the reason as half a sentence."""
    return WORDS[reason]
