"""The whole worker, with the real pipeline, on the embedded broker."""

import base64
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.dead_letter import HEADER_NAMESPACE, HEADER_REASON, DeadLetterReason
from tests.inputs.malformed import Malformed, malformed, sound, written
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes_when, prepare, progress
from worker.kafka.read import Record
from worker.samples import synthetic
from worker.settings import Settings

pytestmark = [pytest.mark.broker]

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)


def as_of(settings: Settings, **more: object) -> Settings:
    """The settings with "today" pinned to the day on which the synthetic claims are received."""
    return settings.model_copy(update={"as_of": RECEIVED, **more})


async def test_the_worker_stays_up_over_every_malformed_input(settings: Settings, tmp_path: Path) -> None:
    """Each input is a dead letter with its reason and its own bytes, or an outcome; sound claims beside it pass."""
    inputs = malformed()
    # What the broker itself refuses never reaches a worker; what is left is over our own limit all the same.
    inputs = [entry for entry in inputs if len(entry.value or b"") < 2_000_000]
    messages: list[bytes | None] = [entry.value for entry in inputs]
    await prepare(as_of(settings), [*messages, *([written(sound())] * 50)])

    with ForkedWorker(as_of(settings), tmp_path, "worker", REAL_WORKER) as worker:
        await progress(settings, len(inputs) + 50)
        records = await outcomes_when(settings, sum(value is not None for value in messages) + 50)
        by_payer = re.findall(
            r'^claimscrub_claims_by_payer_total\{.*payer="(.*)"\} (.*)$', worker.get("/metrics")[1], re.MULTILINE
        )
        assert worker.stop() == 0

    found = Counter(_kind(record) for record in records)
    assert Counter(_expected(entry) for entry in inputs if entry.value is not None) + Counter(scrubbed=50) == found
    dead = [record for record in records if _kind(record) in set(DeadLetterReason)]
    sent = Counter(entry.value for entry in inputs if isinstance(entry.expected, DeadLetterReason))
    copied = Counter(record.value for record in dead if record.value)
    assert copied <= sent
    assert sum(sent.values()) == len(dead)
    assert sum(float(count) for _, count in by_payer) == len(records) - len(dead)
    assert {payer for payer, _ in by_payer} == {"commercial", "medicaid", "medicare-advantage", "medicare-part-b"}


def _expected(entry: Malformed) -> str:
    if entry.value and entry.value.startswith(b"ISA"):
        return DeadLetterReason.X12_ENVELOPE.value  # without a content type, it is taken for what it begins like
    if isinstance(entry.expected, DeadLetterReason):
        return entry.expected.value
    return "rejected" if entry.expected else "scrubbed"


def _kind(record: Record) -> str:
    """The reason of a dead letter, the disposition of an outcome."""
    reason = dict(record.headers).get(HEADER_REASON)
    if reason:
        return reason.decode()
    return str(json.loads(record.value or b"{}")["disposition"])


CANARY = "Zq7Canary"


def planted() -> dict[str, Any]:
    """A claim with a token of its own in every element that identifies a person or tells about one."""
    document = sound()
    counter = iter(range(1000))

    def token() -> str:
        return f"{CANARY}{next(counter):03}"

    person = {
        "firstName": token(),
        "middleName": token(),
        "lastName": token(),
        "memberId": token(),
        "ssn": token(),
        "policyNumber": token(),
        "contactInformation": {"phoneNumber": token(), "email": token(), "name": token()},
        "address": {"address1": token(), "address2": token(), "city": token(), "state": "IL", "postalCode": token()},
    }
    document["subscriber"] |= person
    document["dependent"] = {key: token() if isinstance(value, str) else value for key, value in person.items()}
    document["dependent"] |= {"dateOfBirth": "19310117", "gender": "M", "relationshipToSubscriberCode": "19"}
    for role in ("rendering", "referring", "ordering", "supervising"):
        document[role] = {"npi": "1234567893", "lastName": token(), "firstName": token()}
    document["submitter"]["contactInformation"] = {"name": token(), "phoneNumber": token()}
    document["controlNumber"] = token()
    document[token()] = {token(): token()}
    information = document["claimInformation"]
    information["patientControlNumber"] = token()
    information["claimNote"] = {"additionalInformation": token()}
    information["claimSupplementalInformation"] = {
        name: token()
        for name in ("priorAuthorizationNumber", "referralNumber", "claimControlNumber", "medicalRecordNumber")
    }
    for line in information["serviceLines"]:
        line["providerControlNumber"] = token()
        line["additionalNotes"] = token()
        line["professionalService"]["description"] = token()
        line[token()] = token()
    information["serviceLines"][0]["drugIdentification"]["pharmacyPrescriptionNumber"] = token()
    document["documentation"] = [
        {"element": name, "value": token(), "source": token(), "unit": token()}
        for name in ("dose-administered", "diagnosis-statement", "drug-name", "lot-number", "no-such-element")
    ]
    return document


def bad_ways() -> list[bytes]:
    """The planted claim, sound and broken in the ways that tempt code to print it."""
    good = written(planted())
    broken = planted()
    broken["claimInformation"]["serviceLines"][0]["professionalService"] |= {
        "procedureCode": f"{CANARY}900",
        "procedureModifiers": [f"{CANARY}901"],
        "serviceUnitCount": f"{CANARY}902",
    }
    broken["billing"]["npi"] = f"{CANARY}903"
    broken["claimInformation"]["healthCareCodeInformation"][0]["diagnosisCode"] = f"{CANARY}904"
    broken["subscriber"]["dateOfBirth"] = f"{CANARY}905"
    broken["schemaVersion"] = "3"
    wrong_type = planted() | {"subscriber": f"{CANARY}906"}
    wrong_part = planted()
    wrong_part["claimInformation"]["serviceLines"][0] = f"{CANARY}907"
    return [
        good,
        written(broken),
        written(wrong_type),
        written(wrong_part),
        written(planted() | {"schemaVersion": f"{CANARY}908"}),
        good[:-40],
        good + b"x",
        good[:-1] + f',"{CANARY}909":1,"{CANARY}909":2}}'.encode(),
        good.replace(b'"4300.00"', b"NaN"),
        good.replace(f"{CANARY}000".encode(), b"\xff" + f"{CANARY}000".encode()),
        good.replace(f"{CANARY}000".encode(), b"\\u0000" + f"{CANARY}000".encode()),
        good + b" " * (1024 * 1024),
        f"NM1*IL*1*{CANARY}910*JANE".encode(),
    ]


def hiding_places(text: str) -> set[str]:
    """The ways in which a token may appear in a text."""
    encoded = CANARY.encode()
    forms = {CANARY, CANARY.lower(), CANARY.upper(), encoded.hex(), "19310117", "1931-01-17"}
    for shift in range(3):  # base64 has three alignments
        forms.add(base64.b64encode(b"x" * shift + encoded).decode()[4:-4])
    return {form for form in forms if form in text}


async def test_nothing_of_a_person_reaches_logs_metrics_headers_or_keys(settings: Settings, tmp_path: Path) -> None:
    """Tokens planted in every identifying element are in the outcomes' and dead letters' bodies and nowhere else."""
    watched = as_of(settings, log_level="debug")
    messages: list[bytes | None] = [*bad_ways(), *bad_ways(), None]
    await prepare(watched, messages)

    with ForkedWorker(watched, tmp_path, "worker", REAL_WORKER) as worker:
        records = await outcomes_when(settings, len(messages) - 1)
        metrics = "".join(worker.get("/metrics", accept)[1] for accept in ("", "application/openmetrics-text"))
        probes = worker.get("/livez")[1] + worker.get("/readyz")[1]
        assert worker.stop() == 0

    assert len(messages) - 1 == len(records)
    assert any(CANARY.encode() in (record.value or b"") for record in records)
    headers = " ".join(
        f"{name}={value.decode('latin-1')}"
        for record in records
        for name, value in record.headers
        if name.startswith(("ce_", HEADER_NAMESPACE))
    )
    keys = " ".join((record.key or b"").decode("latin-1") for record in records)
    seen = {"log": worker.log_file.read_text(), "metrics": metrics, "probes": probes, "headers": headers, "keys": keys}
    assert {place: hiding_places(text) for place, text in seen.items()} == {place: set() for place in seen}
    # One line a message, however it ends: the tombstone has a line and no record.
    assert len(worker.events("claim")) + len(worker.events("dead-letter")) == len(messages)
