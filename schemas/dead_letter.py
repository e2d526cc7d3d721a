"""Why a message became a dead letter, where, and the headers that say so."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class DeadLetterReason(StrEnum):
    """The reason for the dead letter; a closed set, so that it can label a metric."""

    UNREADABLE = "unreadable"
    HEADER_NOT_UTF8 = "header-not-utf8"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_UTF8 = "not-utf8"
    NOT_JSON = "not-json"
    NOT_OBJECT = "not-object"
    TOO_DEEP = "too-deep"
    TOO_MANY_ELEMENTS = "too-many-elements"
    DUPLICATE_KEY = "duplicate-key"
    NON_FINITE_NUMBER = "non-finite-number"
    NUMBER_OUT_OF_RANGE = "number-out-of-range"
    CONTROL_CHARACTER = "control-character"
    SCHEMA = "schema"
    UNSUPPORTED_VERSION = "unsupported-version"
    UNSUPPORTED_CONTENT_TYPE = "unsupported-content-type"
    SCHEMA_ENVELOPE = "schema-envelope"
    KEY_INVALID = "key-invalid"
    X12_ENVELOPE = "x12-envelope"
    X12_TRANSACTION = "x12-transaction"
    X12_CLAIM = "x12-claim"
    FHIR_RESOURCE = "fhir-resource"
    FHIR_CLAIM = "fhir-claim"
    NOT_OF_THIS_PARTITION = "not-of-this-partition"
    DOCUMENT_UNMATCHED = "document-unmatched"
    DOCUMENT_AMBIGUOUS = "document-ambiguous"
    OUTPUT_TOO_LARGE = "output-too-large"
    MESSAGE_LIMIT = "message-limit"
    OVER_BUDGET = "over-budget"
    CRASH_LOOP = "crash-loop"
    INTERNAL_ERROR = "internal-error"


MAY_BE_OURS: Final = frozenset(
    {DeadLetterReason.INTERNAL_ERROR, DeadLetterReason.OVER_BUDGET, DeadLetterReason.CRASH_LOOP}
)
"""Reasons that a broken deployment brings about; for every other one a sender needs no more than a few bytes."""


class DeadLetterStage(StrEnum):
    """How far the message came; a closed set, so that it can label a metric."""

    FETCH = "fetch"
    SIZE = "size"
    DECODE = "decode"
    SCHEMA = "schema"
    EDIT = "edit"
    ENCODE = "encode"
    PRODUCE = "produce"


MOST_FLAWS: Final = 20


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """The verdict on one message that is not a claim, or that the worker could not handle.

    `flaws` has one sentence for each thing that is wrong, with its place: a JSON path where the schema is not kept, the
    number of a segment or entry in an X12 interchange or a FHIR resource. No sentence holds a value of the message.
    """

    reason: DeadLetterReason
    stage: DeadLetterStage
    flaws: tuple[str, ...] = ()

    @property
    def first_flaws(self) -> tuple[str, ...]:
        """The first sentences, as many as a header or a screen holds, and how many there are beyond these."""
        more = len(self.flaws) - MOST_FLAWS
        return (*self.flaws[:MOST_FLAWS], f"{more} more.") if more > 0 else self.flaws


HEADER_NAMESPACE: Final = "claimscrub-"
"""Headers under this prefix are ours alone; inbound ones are forged or left over, and are stripped."""

HEADER_PREFIX: Final = "claimscrub-dlq-"

SCHEMA_VERSION: Final = "1"

HEADER_SCHEMA: Final = f"{HEADER_PREFIX}schema"
HEADER_REASON: Final = f"{HEADER_PREFIX}reason"
HEADER_STAGE: Final = f"{HEADER_PREFIX}stage"
HEADER_FLAWS: Final = f"{HEADER_PREFIX}flaws"
HEADER_ORIG_TOPIC: Final = f"{HEADER_PREFIX}orig-topic"
HEADER_ORIG_PARTITION: Final = f"{HEADER_PREFIX}orig-partition"
HEADER_ORIG_OFFSET: Final = f"{HEADER_PREFIX}orig-offset"
HEADER_ORIG_TIMESTAMP_MS: Final = f"{HEADER_PREFIX}orig-timestamp-ms"
HEADER_VALUE: Final = f"{HEADER_PREFIX}value"
HEADER_VALUE_SHA256: Final = f"{HEADER_PREFIX}value-sha256"
HEADER_VALUE_BYTES: Final = f"{HEADER_PREFIX}value-bytes"
HEADER_KEY: Final = f"{HEADER_PREFIX}key"
HEADER_HEADERS: Final = f"{HEADER_PREFIX}headers"
HEADER_APP_VERSION: Final = f"{HEADER_PREFIX}app-version"
HEADER_RULESET: Final = f"{HEADER_PREFIX}ruleset"
HEADER_REFERENCE: Final = f"{HEADER_PREFIX}reference"
HEADER_PROFILE: Final = f"{HEADER_PREFIX}profile"

HEADER_REPLAYS: Final = f"{HEADER_NAMESPACE}replays"
"""How often a message was replayed; travels with it to its outcome or dead letter."""

HEADER_RECEIVED_MS: Final = f"{HEADER_NAMESPACE}received-ms"
"""When a replayed message first came in; filing limits are judged by it."""

HEADER_FIRST: Final = f"{HEADER_NAMESPACE}first"
"""Of a replayed claim: where it was seen first, as topic/partition/offset and, of one of several claims, /part."""

HEADER_ORIGIN: Final = f"{HEADER_NAMESPACE}origin"
"""Of a routed claim: topic, partition, offset and timestamp of its message, which of its claims it is, and the form."""

HEADER_ROUTED_KEY: Final = f"{HEADER_NAMESPACE}key"
"""Of a routed claim: the key of its message."""

HEADER_TOPIC: Final = f"{HEADER_NAMESPACE}topic"
"""The topic of the message that a record was made from."""

HEADER_PARTITION: Final = f"{HEADER_NAMESPACE}partition"
"""The partition of that message."""

HEADER_OFFSET: Final = f"{HEADER_NAMESPACE}offset"
"""The offset of that message in its partition."""

HEADER_PART: Final = f"{HEADER_NAMESPACE}part"
"""Which claim of that message it is, from 0 on, where the message may hold several."""

HEADER_FORGET: Final = f"{HEADER_NAMESPACE}forget"
"""In a partition of claims: all that is remembered of the person in the key is to be deleted."""

HEADER_DECISION: Final = f"{HEADER_NAMESPACE}decision"
"""In a partition of claims: the message is a payer's decision, and no claim."""

HEADER_DOCUMENT: Final = f"{HEADER_NAMESPACE}document"
"""In a partition of claims: the message is late documentation, and no claim."""

HEADER_MEANINGS: Final = MappingProxyType(
    {
        HEADER_SCHEMA: "version of this set of headers",
        HEADER_REASON: "what was wrong, one of DeadLetterReason",
        HEADER_STAGE: "how far the message came, one of DeadLetterStage",
        HEADER_FLAWS: "what is wrong and where, a JSON array of sentences; absent where the reason says it all",
        HEADER_ORIG_TOPIC: "topic that the message came from",
        HEADER_ORIG_PARTITION: "partition that the message came from",
        HEADER_ORIG_OFFSET: "offset of the message in that partition",
        HEADER_ORIG_TIMESTAMP_MS: "timestamp of the message there, in milliseconds since 1970",
        HEADER_VALUE: "'copied', or 'omitted' where the value is too large to copy or could not be read",
        HEADER_VALUE_SHA256: "SHA-256 of the original value, in hexadecimal; absent where it could not be read",
        HEADER_VALUE_BYTES: "length of the original value; absent where it could not be read",
        HEADER_KEY: "'copied', or 'omitted' where the key is too large to copy or could not be read",
        HEADER_HEADERS: "'copied', 'escaped' where a name is not UTF-8, or 'omitted' where too large or unreadable",
        HEADER_APP_VERSION: "version of the worker",
        HEADER_RULESET: "digest of the rule set in force",
        HEADER_REFERENCE: "digest of the reference snapshot in force",
        HEADER_PROFILE: "digest or name of the payer profiles in force",
        HEADER_REPLAYS: "how often the message was replayed",
        HEADER_FIRST: "where a claim that was replayed was seen first; absent of any other",
    }
)
"""Every header that a dead letter carries beside the original ones, with its meaning.

There is no exception text and no stack trace among them: both can hold parts of a claim.
"""
