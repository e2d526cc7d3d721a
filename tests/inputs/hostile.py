"""One message or record batch of every kind by which a single sender could harm all others, with its one lawful end.

What each holds is as large as it takes to pass the limits that `LIMITS` sets, so that hundreds of them can be sent.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import cramjam

from schemas import dead_letter as dlq
from schemas.dead_letter import DeadLetterReason as Reason
from tests.inputs.malformed import sound, written
from tests.inputs.record_batches import HEADER_BYTES, Headers, batch, with_bad_header_name, with_payload
from tests.unit.x12.files import BILLING, HEADER, interchange, subscriber
from worker.kafka.messages import FHIR_CONTENT_TYPE, X12_CONTENT_TYPE

MIB: Final = 1024 * 1024
BOMB_BYTES: Final = 48 * MIB
"""More than the worker unpacks of one batch."""

LIMITS: Final = MappingProxyType(
    {"max_message_claims": 1000, "max_message_outcome_bytes": 4 * MIB, "claim_budget_s": 0.5, "memory_limit_mib": 800}
)

GZIP, ZSTD = 1, 4
PENDED: Final = "pended"
SKIPPED: Final = "skipped"


@dataclass(frozen=True)
class Hostile:
    """One message, as a batch with one record.

    Attributes:
        kind: What is hostile about it.
        ends: The reason of its dead letter, or how else it ends.
        stored: The batch; of one that ends otherwise, a claim that is made with a number is sent instead.
        harm: What the edit of `tests/stream/hostile_edits` does to that claim.
    """

    kind: str
    ends: str
    stored: bytes = b""
    harm: str = ""


def claim_with(number: int, harm: str) -> bytes:
    """Return a sound claim with a number that does a harm, or no harm when that is empty."""
    document = sound() | {"id": number}
    document["claimInformation"]["patientControlNumber"] = harm or "GOOD"
    return written(document)


def hostile() -> Iterator[Hostile]:
    """Yield one of each kind, those that end with the worker left out."""
    good = claim_with(0, "")
    yield Hostile("header name not UTF-8", Reason.HEADER_NOT_UTF8, with_bad_header_name(good))
    yield Hostile("gzip bomb", Reason.UNREADABLE, _bomb(GZIP))
    yield Hostile("zstd bomb", Reason.UNREADABLE, _bomb(ZSTD))
    yield Hostile("long when unpacked", Reason.TOO_LARGE, batch(b" " * (2 * MIB), codec=GZIP))
    yield _typed("many claims of a few bytes", Reason.MESSAGE_LIMIT, _many_claims(), X12_CONTENT_TYPE)
    yield _typed("a large level that many claims share", Reason.MESSAGE_LIMIT, _large_level(), X12_CONTENT_TYPE)
    yield _typed("a large resource that many claims share", Reason.MESSAGE_LIMIT, _large_resource(), FHIR_CONTENT_TYPE)
    yield _typed("an envelope that is cut off", Reason.X12_ENVELOPE, b"ISA*00*", X12_CONTENT_TYPE)
    yield Hostile("a string without an end", Reason.NOT_JSON, batch(b'{"a":"' + b"x" * (MIB // 2)))
    yield Hostile("strings that never end", Reason.TOO_DEEP, batch(b'["' * (MIB // 4)))
    yield Hostile("brackets without an end", Reason.TOO_DEEP, batch(b"[" * (MIB // 2)))
    yield Hostile("one byte", Reason.NOT_JSON, batch(b"x"))
    yield Hostile("one byte that is not text", Reason.NOT_UTF8, batch(b"\xff"))
    yield Hostile("no byte", Reason.EMPTY, batch(b""))
    yield _typed("another content type", Reason.UNSUPPORTED_CONTENT_TYPE, good, b"application/xml")
    yield _typed("an envelope of events", Reason.UNSUPPORTED_CONTENT_TYPE, good, b"application/cloudevents+json")
    yield _typed("two content types", Reason.UNSUPPORTED_CONTENT_TYPE, good, b"application/json", X12_CONTENT_TYPE)
    forged = [(dlq.HEADER_REASON, b"none"), (dlq.HEADER_ORIG_OFFSET, b"0"), (dlq.HEADER_SCHEMA, b"9")]
    yield Hostile("forged claimscrub headers", Reason.NOT_JSON, batch(b"x", headers=forged))
    yield Hostile("a claim on which an edit fails", PENDED, harm="RAISE")
    yield Hostile("a claim on which an edit never ends", PENDED, harm="LOOP")
    yield Hostile("a claim on which an edit eats memory", PENDED, harm="EAT")


def _typed(kind: str, ends: str, value: bytes, *content_types: bytes) -> Hostile:
    headers: Headers = [("content-type", each) for each in content_types]
    return Hostile(kind, ends, batch(value, headers=headers))


def _bomb(codec: int) -> bytes:
    payload = batch(bytes(BOMB_BYTES))[HEADER_BYTES:]
    packed = gzip.compress(payload, 6) if codec == GZIP else bytes(cramjam.zstd.compress(payload))
    return with_payload(batch(b"x"), packed, codec)


def _many_claims() -> bytes:
    return interchange([*HEADER, *BILLING, *subscriber(2), *["CLM*1"] * 100_000]).encode()


def _large_level() -> bytes:
    references = [f"REF*G2*{number:030}" for number in range(500)]
    lines = ["HI*ABK:C50911", "LX*1", "SV1*HC:96413*100*UN*1***1"]
    claims = [segment for number in range(300) for segment in (f"CLM*{number}*100***11:B:1*Y*A*Y*Y", *lines)]
    return interchange([*HEADER, *BILLING, *references, *subscriber(2), *claims]).encode()


def _large_resource() -> bytes:
    organization = {"resourceType": "Organization", "id": "org", "name": "x" * 100_000}
    claim: dict[str, Any] = {
        "resourceType": "Claim",
        "status": "active",
        "use": "claim",
        "type": {"coding": [{"code": "professional"}]},
        "provider": {"reference": "Organization/org"},
    }
    entries = [{"resource": organization}, *({"resource": claim | {"id": str(number)}} for number in range(1200))]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
