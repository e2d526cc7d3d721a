"""One real-looking synthetic message a case, made by the pipeline itself, for `schemas/examples/`."""

import hashlib
from datetime import date
from typing import Any, Final

import orjson

from schemas.decision import PayerDecision
from schemas.topics import TopicNames
from worker.bootstrap import build_pipeline
from worker.kafka.messages import InboundMessage
from worker.pipeline.comparison import JudgedClaim, compared
from worker.pipeline.late_documents import LateJoin, joined, read_document
from worker.pipeline.scrub import Pipeline
from worker.samples.drugs import BELIMUMAB, OMALIZUMAB
from worker.samples.synthetic import RECEIVED_ON, SERVICE_DATE, Json, claim, decision_on, line
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import OutgoingRecord, Provenance, dead, outgoing
from worker.stream.shadow.frames import ShadowLoaded
from worker.stream.shadow.records import difference_record

RULESET: Final = "0" * 16
"""Stands for the digest of the rule set, which changes with every line of code; the examples do not."""

APP_VERSION: Final = "0.0.0"

_DAY: Final = date.fromisoformat(RECEIVED_ON)
_TIMESTAMP_MS: Final = 1_774_015_200_000  # 2026-03-20, 14:00 UTC
_RECORD_LIMIT: Final = 1024 * 1024


def contract_examples() -> dict[str, Json]:
    """Return the examples by the names of their files."""
    built = build_pipeline()
    pipeline = Pipeline(
        edits=built.edits,
        profiles=built.profiles,
        guides=built.guides,
        snapshot=built.snapshot,
        ruleset=RULESET,
        clock=lambda: 0.0,
        max_bytes=_RECORD_LIMIT,
    )
    clean = claim(OMALIZUMAB.lines(SERVICE_DATE), diagnoses=OMALIZUMAB.diagnoses, number="SYN-CLEAN")
    wasted = claim(BELIMUMAB.lines(SERVICE_DATE), diagnoses=BELIMUMAB.diagnoses, number="SYN-WASTE")
    documented = claim(
        OMALIZUMAB.lines(SERVICE_DATE),
        diagnoses=OMALIZUMAB.diagnoses,
        number="SYN-DOCUMENTED",
        record=OMALIZUMAB.record(),
    )
    unattested = line("J2357", units=30, charge="1440.00", ndc=OMALIZUMAB.ndc)
    rejected = claim(
        [unattested, line(OMALIZUMAB.administration, charge="148.00")],
        diagnoses=OMALIZUMAB.diagnoses,
        number="SYN-REJECTED",
    )
    undocumented = claim(
        OMALIZUMAB.lines(SERVICE_DATE),
        diagnoses=OMALIZUMAB.diagnoses,
        number="SYN-PENDED",
        record=OMALIZUMAB.record()[:2],
    )
    late = {
        "tradingPartnerServiceId": undocumented["tradingPartnerServiceId"],
        "subscriber": {"memberId": undocumented["subscriber"]["memberId"]},
        "billing": {"npi": undocumented["billing"]["npi"]},
        "patientControlNumber": "SYN-PENDED",
        "documentation": OMALIZUMAB.record()[2:],
    }
    return {
        "claim-clean": clean,
        "claim-with-waste": wasted,
        "claim-with-documentation": documented,
        "outcome-scrubbed": _outcome(pipeline, documented),
        "outcome-rejected": _outcome(pipeline, rejected),
        "outcome-pended": _outcome(pipeline, undocumented),
        "decision": decision_on(clean, PayerDecision.RETURNED, _DAY),
        "late-documentation": late,
        "outcome-after-late-documentation": _after(pipeline, undocumented, late),
        "shadow-difference": _difference(pipeline, rejected),
        "reference-update": {
            "directory": "/etc/claimscrub/reference-2026q2",
            "digest": pipeline.snapshot.digest,
        },
        "dead-letter": _dead_letter(pipeline, b'{"claimInformation": {"patientControlNumber": "SYN-BROK'),
    }


def _outcome(pipeline: Pipeline, made: Json) -> Json:
    message = pipeline.scrub(orjson.dumps(made), _DAY).message
    if message is None:
        raise ValueError("an example claim could not be read as a claim")
    outcome: Json = orjson.loads(message)
    return outcome


def _difference(pipeline: Pipeline, made: Json) -> Json:
    """Return how a shadow differs that pends what was rejected by the first finding."""
    message = _inbound(orjson.dumps(made))
    verdict = PipelineScrubber(pipeline).scrub(message.value, received_on=_DAY)
    before = JudgedClaim(verdict.disposition, verdict.findings)
    found = tuple((edit, "pend" if severity == "reject" else severity) for edit, severity in verdict.findings)
    difference = compared(before, JudgedClaim("pended", found))
    if difference is None:
        raise ValueError("an example claim that was to be rejected is not")
    shadow = ShadowLoaded("1" * 16, pipeline.snapshot.digest)
    provenance = Provenance(TopicNames(), APP_VERSION, _RECORD_LIMIT)
    record = difference_record(message, verdict, (shadow, verdict.versions["profile"]), difference, provenance)
    example: Json = orjson.loads(record.value)
    return example


def _after(pipeline: Pipeline, made: Json, late: Json) -> Json:
    """Return the outcome of a pended claim once its documentation has come."""
    value, document = orjson.dumps(made), read_document(orjson.dumps(late))
    first = pipeline.scrub(value, _DAY)
    documented = joined(value, document.elements)
    after = pipeline.scrub_late(documented.value, _DAY, LateJoin(first.outcome_id, 1, documented.conflicts))
    if after.message is None:
        raise ValueError("an example claim could not be read as a claim")
    outcome: Json = orjson.loads(after.message)
    return outcome


def _dead_letter(pipeline: Pipeline, value: bytes) -> Json:
    """A dead letter as a JSON document that describes its record."""
    scrubbed = pipeline.scrub(value, _DAY)
    if scrubbed.dead_letter is None:
        raise ValueError("the example of a dead letter could be read as a claim")
    versions = {"ruleset": RULESET, "reference": pipeline.snapshot.digest, "profile": "medicare-part-b"}
    verdict = dead(scrubbed.dead_letter.reason, scrubbed.dead_letter.stage, versions)
    record, _ = outgoing(_inbound(value), verdict, Provenance(TopicNames(), APP_VERSION, _RECORD_LIMIT))
    if record is None:
        raise ValueError("the example of a dead letter made no record")
    return _described(record)


def _inbound(value: bytes) -> InboundMessage:
    key = hashlib.sha256(b"an opaque key").hexdigest()[:32].encode()
    headers = (("content-type", b"application/json"),)
    return InboundMessage(TopicNames().inbound, 0, 41, _TIMESTAMP_MS, key, value, headers)


def _described(record: OutgoingRecord) -> dict[str, Any]:  # any JSON object
    return {
        "topic": record.topic,
        "partition": record.partition,
        "key": (record.key or b"").decode(),
        "headers": {name: (value or b"").decode() for name, value in record.headers},
        "value": record.value.decode(),
    }
