"""A damaged resource is answered with the place and the reason; what is sound beside it is read."""

import copy
import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.dead_letter import DeadLetterReason
from tests.unit.fhir.resources import (
    PARTIES,
    bundle,
    claim,
    concept,
    damages,
    drug_item,
    institutional_claim,
    patient,
    read,
)
from worker.fhir.reading import Damage, ResourceRead
from worker.pipeline.scrub import Pipeline
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.scrubber import PART_READ, ClaimVerdict, Form

Json = dict[str, Any]  # any JSON
SOUND = claim("SYN-SOUND")

BROKEN: dict[str, tuple[Json, str]] = {
    "item is an object": (claim(item={"sequence": 1}), "Claim.item: a list belongs here."),
    "item of text": (claim(item=["J2353"]), "Claim.item[0]: an object belongs here."),
    "quantity is a number": (claim(item=[drug_item(quantity=20)]), "Claim.item[0].quantity: an object belongs here."),
    "value is text": (
        claim(item=[drug_item(quantity={"value": "20"})]),
        "Claim.item[0].quantity.value: a number belongs here.",
    ),
    "value is a list": (claim(total={"value": [1]}), "Claim.total.value: a number belongs here."),
    "code is a number": (
        claim(item=[drug_item(modifier=[{"coding": [{"code": 25}]}])]),
        "Claim.item[0].modifier[0].coding[0].code: a text belongs here.",
    ),
    "coding is an object": (
        claim(item=[drug_item(productOrService={"coding": {"code": "J2353"}})]),
        "Claim.item[0].productOrService.coding: a list belongs here.",
    ),
    "date is a number": (
        claim(item=[drug_item(servicedDate=20260302)]),
        "Claim.item[0].servicedDate: a text belongs here.",
    ),
    "sequences are text": (
        claim(item=[drug_item(diagnosisSequence=["1"])]),
        "Claim.item[0].diagnosisSequence: a list of numbers belongs here.",
    ),
    "patient is text": (claim(patient="Patient/patient"), "Claim.patient: an object belongs here."),
    "focal is text": (
        claim(insurance=[{"focal": "true"}, {"focal": False}]),
        "Claim.insurance[0].focal: true or false belongs here.",
    ),
    "numbers of authorization are objects": (
        claim(insurance=[{"focal": True, "preAuthRef": [{}]}]),
        "Claim.insurance[0].preAuthRef: a list of texts belongs here.",
    ),
    "contained is an object": (
        claim(contained={}, patient=None) | {"contained": {"id": 1}},
        "Claim.contained: a list belongs here.",
    ),
    "a modifier of another system": (
        claim(item=[drug_item(modifier=[concept("JW", "urn:synthetic")])]),
        "Claim.item[0].modifier[0]: no code of HCPCS or CPT is here.",
    ),
    "a service of another system": (
        claim(item=[drug_item(productOrService=concept("1", "http://snomed.info/sct"))]),
        "Claim.item[0].productOrService: no code of HCPCS or CPT is here.",
    ),
    "a diagnosis of another system": (
        claim(diagnosis=[{"sequence": 1, "diagnosisCodeableConcept": concept("1", "http://snomed.info/sct")}]),
        "Claim.diagnosis[0].diagnosisCodeableConcept: no code of ICD-10-CM is here.",
    ),
    "a diagnosis without a code": (
        claim(diagnosis=[{"sequence": 1}]),
        "Claim.diagnosis[0]: no code of ICD-10-CM is here.",
    ),
    "a pointer to no diagnosis": (
        claim(item=[drug_item(diagnosisSequence=[1, 3])]),
        "Claim.item[0].diagnosisSequence: no diagnosis of the claim has this sequence.",
    ),
    "another currency": (
        claim(total={"value": 1, "currency": "EUR"}),
        "Claim.total.currency: claims are read in US dollars only.",
    ),
    "no status": (claim(status=None), "Claim.status: it has to be active: no other claim goes to a payer."),
    "cancelled": (claim(status="cancelled"), "Claim.status: it has to be active: no other claim goes to a payer."),
    "no use": (
        claim(use=None),
        "Claim.use: it has to be claim: preauthorization and predetermination ask for no payment.",
    ),
    "preauthorization": (
        claim(use="preauthorization"),
        "Claim.use: it has to be claim: preauthorization and predetermination ask for no payment.",
    ),
    "no type": (
        claim(type=None),
        "Claim.type: professional and institutional claims are read, by HL7's code system claim-type.",
    ),
    "oral": (
        claim(type=concept("oral", "http://terminology.hl7.org/CodeSystem/claim-type")),
        "Claim.type: professional and institutional claims are read, by HL7's code system claim-type.",
    ),
    "none of several is focal": (
        claim(insurance=[{"sequence": 1, "focal": False}, {"sequence": 2, "focal": False}]),
        "Claim.insurance: one of them has to be focal: it says which payer is billed.",
    ),
    "two are focal": (
        claim(insurance=[{"sequence": 1, "focal": True}, {"sequence": 2, "focal": True}]),
        "Claim.insurance: one of them has to be focal: it says which payer is billed.",
    ),
    "a modifier extension": (
        claim(item=[drug_item(modifierExtension=[{"url": "urn:synthetic:not", "valueBoolean": True}])]),
        "Claim: it holds a modifierExtension, which changes its meaning and is not known here.",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_claim_is_named_and_its_neighbour_is_read(name: str) -> None:
    """The path is that of FHIR, the sentence says what belongs there, and no value of the claim is in it."""
    resource, sentence = BROKEN[name]

    first, second = read(bundle(resource, SOUND))

    assert first == Damage("entry 1", sentence, is_claim=True)
    assert isinstance(second, ResourceRead)
    assert second.document["claimInformation"]["patientControlNumber"] == "SYN-SOUND"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            {"resourceType": "Patient"},
            "A FHIR resource has to be a Claim or a Bundle with claims; this one has another type.",
        ),
        (
            {"resourceType": "ExplanationOfBenefit"},
            "A FHIR resource has to be a Claim or a Bundle with claims; this one has another type.",
        ),
        ({"resourceType": []}, "A FHIR resource names its type in resourceType, as text."),
        ({}, "A FHIR resource names its type in resourceType, as text."),
        ({"resourceType": "Bundle"}, "There is no Claim in this Bundle."),
        ({"resourceType": "Bundle", "entry": {}}, "Bundle.entry: a list of objects belongs here."),
        ({"resourceType": "Bundle", "entry": ["Claim"]}, "Bundle.entry: a list of objects belongs here."),
        (bundle(), "There is no Claim in this Bundle."),
    ],
)
def test_what_holds_no_claim_says_so(document: Json, sentence: str) -> None:
    """One sentence, about the document."""
    assert read(document) == [Damage("", sentence, is_claim=False)]


@pytest.mark.parametrize(
    ("kind", "service"), [(claim, "professionalService"), (institutional_claim, "institutionalService")]
)
def test_an_empty_line_is_a_line_of_its_claim(kind: Any, service: str) -> None:  # Any: either builder
    """The edits say what it lacks; it does not turn an institutional claim into a professional one."""
    (found,) = read(bundle(kind(item=[{}], total=None)))

    assert isinstance(found, ResourceRead)
    assert service in found.document["claimInformation"]["serviceLines"][0]


def test_references_in_a_circle_end() -> None:
    """Each element is followed once, so that a circle is only a reference that leads to the wrong type."""
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"reference": "PractitionerRole/role"},
        "organization": {"reference": "Claim/claim"},
    }
    circle = {
        "resourceType": "Coverage",
        "id": "coverage",
        "subscriber": {"reference": "Coverage/coverage"},
        "payor": [{"reference": "Coverage/coverage"}],
    }

    (found,) = read(
        bundle(claim(provider={"reference": "PractitionerRole/role"}), parties=(*PARTIES[2:], role, circle))
    )

    assert isinstance(found, ResourceRead)
    assert "billing" not in found.document
    assert "Coverage.subscriber" in found.document["fhirOrigin"]["unmapped"]


def test_a_reference_that_leads_nowhere_is_named() -> None:
    """The claim is read; the edits say what it lacks."""
    (found,) = read(bundle(claim(), parties=PARTIES[1:]))

    assert isinstance(found, ResourceRead)
    assert "Claim.patient" in found.document["fhirOrigin"]["unmapped"]


def test_a_reference_that_two_resources_answer_is_followed_to_neither() -> None:
    """A claim must not be given to the wrong patient."""
    reasons = list(damages(bundle(claim(), parties=(*PARTIES, patient(family="OTHER")))))

    assert reasons == ["Claim.patient: two resources answer to this reference."]


def test_the_same_resource_twice_is_one() -> None:
    """Servers repeat what several claims refer to."""
    assert not list(damages(bundle(claim(), parties=(*PARTIES, patient()))))


@pytest.fixture(scope="module")
def scrubber(pipeline: Pipeline) -> PipelineScrubber:
    """The shipped edits and tables."""
    return PipelineScrubber(pipeline)


def verdicts(scrubber: PipelineScrubber, value: bytes) -> list[ClaimVerdict]:
    """What becomes of a message."""
    each = scrubber.scrub_each(value, Form.RESOURCE, received_on=date(2026, 3, 20))
    return [scrubbed for scrubbed in each if scrubbed is not PART_READ]


def test_a_bundle_has_a_verdict_for_each_claim(scrubber: PipelineScrubber) -> None:
    """What is broken in it makes one dead letter with a sentence for each."""
    broken = [resource for resource, _ in BROKEN.values()]

    *sound, last = verdicts(scrubber, json.dumps(bundle(SOUND, *broken, institutional_claim())).encode())

    assert [each.disposition for each in sound] == ["scrubbed", "scrubbed"]
    assert last.dead_letter is not None
    assert last.dead_letter.reason is DeadLetterReason.FHIR_CLAIM
    assert len(last.dead_letter.flaws) == len(broken)
    assert last.dead_letter.flaws[0] == "Entry 2: Claim.item: a list belongs here."


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b'{"resourceType": "Bundle"}', DeadLetterReason.FHIR_RESOURCE),
        (b'{"resourceType": "Claim"', DeadLetterReason.NOT_JSON),
        (b"[]", DeadLetterReason.NOT_OBJECT),
        (b"\xff", DeadLetterReason.NOT_UTF8),
        (b"", DeadLetterReason.NOT_JSON),
        (b'{"resourceType": "Claim", "resourceType": "Claim"}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"resourceType": "Claim", "total": {"value": NaN}}', DeadLetterReason.NON_FINITE_NUMBER),
        (b'{"resourceType": "Claim", "total": {"value": 1e999}}', DeadLetterReason.FHIR_CLAIM),
        (b'{"resourceType":' + b"[" * 100_000, DeadLetterReason.TOO_DEEP),
        (b'{"resourceType":' + b'{"contained":' * 5_000 + b"1" + b"}" * 5_001, DeadLetterReason.TOO_DEEP),
    ],
    ids=["bundle", "cut", "array", "bytes", "empty", "doubled", "NaN", "number", "brackets", "nesting"],
)
def test_what_cannot_be_read_is_one_dead_letter(
    scrubber: PipelineScrubber, value: bytes, reason: DeadLetterReason
) -> None:
    """With the reason that any JSON would have."""
    (verdict,) = verdicts(scrubber, value)

    assert verdict.dead_letter is not None
    assert verdict.dead_letter.reason is reason


def test_a_claim_with_too_many_lines_is_no_claim(scrubber: PipelineScrubber) -> None:
    """As in any other form; the one beside it is read."""
    huge = claim(item=[drug_item(place) for place in range(1, 1_500)])

    sound, last = verdicts(scrubber, json.dumps(bundle(huge, SOUND)).encode())

    assert sound.disposition == "scrubbed"
    assert last.dead_letter is not None
    assert last.dead_letter.reason is DeadLetterReason.TOO_MANY_ELEMENTS
    assert last.dead_letter.flaws == ("Entry 1: too-many-elements.",)


JUNK = st.sampled_from(
    [
        "null",
        "0",
        "-1",
        "1e9",
        '""',
        '"x"',
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "[null]",
        '{"x": 1}',
        "true",
        '"Claim/claim"',
        '{"value": {}}',
    ]
)


def _places(value: Any) -> list[tuple[Any, Any]]:  # any JSON, with its own keys
    found: list[tuple[Any, Any]] = []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        found.append((value, key))
        found += _places(member)
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data(), kind=st.sampled_from([claim, institutional_claim]))
def test_whatever_is_changed_the_neighbour_is_read(data: st.DataObject, kind: Any) -> None:  # Any: either builder
    """No change of a claim or its parties raises an error, and the claim beside it keeps its own."""
    document = copy.deepcopy(bundle(kind()))
    for _ in range(data.draw(st.integers(1, 4))):
        places = _places(document["entry"])
        holder, key = data.draw(st.sampled_from(places))
        if holder is not document["entry"]:
            holder[key] = json.loads(data.draw(JUNK))
    own = copy.deepcopy(SOUND) | dict.fromkeys(("patient", "provider", "insurer", "careTeam", "insurance"))
    document["entry"].append({"resource": own})

    found = read(document)

    assert isinstance(found[-1], ResourceRead)
    assert found[-1].document["claimInformation"]["patientControlNumber"] == "SYN-SOUND"
    for each in found[:-1]:
        if isinstance(each, Damage):
            assert re.fullmatch(r"[A-Za-z]+[^\n]*\.", each.reason)
            assert "SYN" not in each.reason
