"""Claims that senders wrote in ways of their own: each is read as an expert would read it, or refused with the place.

`cases/` holds the inputs; `base.json` is the sound claim from which the others differ in one thing.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from worker.fhir.reading import Damage, ResourceRead, read_resource
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.decode import read_json

Json = dict[str, Any]  # any JSON
CASES: Final = Path(__file__).parent / "cases"
FIRST: Final = "claimInformation.serviceLines.0"
SERVICE: Final = f"{FIRST}.professionalService"
SUBSCRIBER_IS_PATIENT: Final = ("lastName", "firstName", "middleName", "dateOfBirth", "gender")


@dataclass(frozen=True)
class Refused:
    """A claim that cannot be read: the sentence that says where and why."""

    sentence: str


@dataclass(frozen=True)
class Read:
    """A claim that is read.

    Attributes:
        has: Members of the message with their values; None for one that must not be there.
        unmapped: All paths that are named as not read.
        edits: The edits that find something; none in the sound claim.
        disposition: What becomes of it.
    """

    has: Json = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    edits: frozenset[str] = frozenset()
    disposition: str = "scrubbed"


DEPENDENT: Final = {
    "dependent.lastName": "Fakename",
    "dependent.firstName": "Testa",
    "dependent.dateOfBirth": "19510405",
    "subscriber.relationshipToSubscriberCode": None,
    "subscriber.memberId": "1EG4TE5MK73",
}
NOT_SAID: Final = {f"subscriber.{name}": None for name in SUBSCRIBER_IS_PATIENT}
REQUIRED: Final = frozenset({"FMT-02"})
BELOW: Final = "it is a service below a service; an 837 has one line for each service."
STAY: Final = {
    "claimInformation.claimDateInformation.admissionDateAndHour": "202603020800",
    "claimInformation.claimDateInformation.dischargeHour": "1200",
    "claimInformation.signatureIndicator": None,
    "claimInformation.principalDiagnosis.principalDiagnosisCode": "E220",
}
WITHOUT_UNIT: Final = {f"{SERVICE}.measurementUnit": None, f"{SERVICE}.serviceUnitCount": None}

EXPECTED: Final[dict[str, Read | Refused]] = {
    "base": Read({"billing.employerId": "123456789", f"{SERVICE}.serviceUnitCount": "20"}),
    "accident": Read(
        {
            "claimInformation.relatedCausesCode": ["AA"],
            "claimInformation.claimDateInformation.accidentDate": "20260201",
        },
        edits=REQUIRED,  # a car accident needs its state (CLM11-4), which the claim does not say
        disposition="rejected",
    ),
    "bfd_modifier_codings": Read({f"{SERVICE}.procedureModifiers": ["KX", "JZ"]}),
    "delims": Read({"subscriber.lastName": "O*Ne~il:ñé"}),
    "details_are_services": Refused(f"Claim.item[0].detail[0]: {BELOW}"),
    "ein_sid": Read({"billing.employerId": "123456789"}),
    "ein_v2_tax": Read({"billing.employerId": "123456789"}),
    "fi_base": Read(STAY | {"claimInformation.placeOfServiceCode": "13"}, ("Claim.supportingInfo[0]",)),
    "fi_inpatient_admissionperiod": Read(
        STAY | {"claimInformation.placeOfServiceCode": "11"},
        ("Claim.supportingInfo[0]",),
        REQUIRED,  # no admitting diagnosis
        "rejected",
    ),
    "five_modifiers": Read(
        {f"{SERVICE}.procedureModifiers": ["JZ", "RT", "KX", "GA", "GY"]},
        edits=frozenset({"FMT-03"}),
        disposition="rejected",
    ),
    "i11_ordering_unlinked": Read(
        {
            f"{FIRST}.orderingProvider.npi": "1245319599",
            "claimInformation.serviceLines.1.orderingProvider.lastName": "Doctorov",
            "ordering": None,
        }
    ),
    "i12_secondary": Read(
        {
            "subscriber.paymentResponsibilityLevelCode": "S",
            "subscriber.memberId": "1EG4TE5MK73",
            "claimInformation.otherSubscriberInformation.0.paymentResponsibilityLevelCode": "P",
            "claimInformation.otherSubscriberInformation.0.releaseOfInformationCode": "Y",
            "claimInformation.otherSubscriberInformation.0.otherSubscriberName.otherInsuredLastName": "Fakename",
            "claimInformation.otherSubscriberInformation.0.otherSubscriberName.otherInsuredIdentifier": "PRIM99",
        },
        ("Claim.insurance[0].claimResponse",),
    ),
    "i1_parent_with_subscriber": Read(
        DEPENDENT | {"dependent.relationshipToSubscriberCode": "G8", "subscriber.firstName": "Mama"}
    ),
    "i9_stu3_use": Refused(
        "Claim.use: it has to be claim; complete, proposed, exploratory and other are words of FHIR STU3, "
        "and FHIR R4 is read here."
    ),
    "insurer_display_payor_full": Read({"tradingPartnerServiceId": "04412", "tradingPartnerName": "MEDICARE"}),
    "long_decimal_elsewhere": Read({"subscriber.lastName": "Fakename"}, ("Patient.extension",)),
    "name_maiden_first": Read(
        {"subscriber.lastName": "Fakename", "subscriber.firstName": "Testa"}, ("Patient.name[0]",)
    ),
    "quantity_mg_no_code": Read(WITHOUT_UNIT, ("Claim.item[0].quantity",), REQUIRED, "rejected"),
    "quantity_mg_with_code": Read(
        WITHOUT_UNIT,
        ("Claim.item[0].quantity",),
        REQUIRED,
        "rejected",
    ),
    "related_claim_identifier": Read(
        {
            "claimInformation.claimFrequencyCode": "7",
            "claimInformation.claimSupplementalInformation.claimControlNumber": "ICN777",
        },
        edits=frozenset({"RES-02"}),
    ),
    "relationship_parent_sub_identifier": Read(
        DEPENDENT | NOT_SAID | {"dependent.relationshipToSubscriberCode": "G8"},
        ("Coverage.subscriber",),
        REQUIRED,
        "rejected",
    ),
    "relationship_x12_child_sub_absent": Read(
        DEPENDENT | NOT_SAID | {"dependent.relationshipToSubscriberCode": "19"},
        ("Coverage.subscriber",),
        REQUIRED,
        "rejected",
    ),
    "relative_refs_no_ids": Read(
        {"billing.npi": "1234567893", "subscriber.memberId": "1EG4TE5MK73", "tradingPartnerServiceId": "04412"}
    ),
    "two_dx_one_concept": Refused(
        "Claim.diagnosis[0].diagnosisCodeableConcept: it holds two different codes of ICD-10-CM."
    ),
    "two_procedures_one_concept": Refused(
        "Claim.item[0].productOrService: it holds two different codes of HCPCS or CPT."
    ),
    "type_no_system": Read({f"{SERVICE}.procedureCode": "J2353"}),
}


def member(document: Any, path: str) -> Any:  # any JSON
    """The member at a path of names and places; None when it is absent."""
    for name in path.split("."):
        if document is None:
            return None
        document = document[int(name)] if isinstance(document, list) else document.get(name)
    return document


def the_claim(name: str) -> ResourceRead | Damage:
    """The one claim of a case."""
    (found,) = read_resource(read_json((CASES / f"{name}.json").read_bytes()))
    return found


READ: Final = [pytest.param(name, each, id=name) for name, each in EXPECTED.items() if isinstance(each, Read)]
REFUSED: Final = [
    pytest.param(name, each.sentence, id=name) for name, each in EXPECTED.items() if isinstance(each, Refused)
]


def test_every_case_is_in_the_table() -> None:
    """No file is left out, and no row is without a file."""
    assert {each.stem for each in CASES.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize(("name", "sentence"), REFUSED)
def test_what_would_be_another_claim_is_refused(name: str, sentence: str) -> None:
    """With the FHIR path and the reason."""
    found = the_claim(name)

    assert isinstance(found, Damage)
    assert found.reason == sentence


@pytest.mark.parametrize(("name", "expected"), READ)
def test_a_case_is_read_as_its_sender_meant_it(name: str, expected: Read) -> None:
    """The members that matter have their values, and exactly what is not read is named."""
    found = the_claim(name)

    assert isinstance(found, ResourceRead)
    assert {path: member(found.document, path) for path in expected.has} == expected.has
    assert tuple(found.document["fhirOrigin"].get("unmapped", ())) == expected.unmapped


@pytest.mark.parametrize(("name", "expected"), READ)
def test_a_case_is_judged_as_its_sender_would_expect(name: str, expected: Read, pipeline: Pipeline) -> None:
    """A sound claim goes out; one that lacks something is rejected for what it lacks, and for nothing else."""
    found = the_claim(name)
    assert isinstance(found, ResourceRead)

    outcome = pipeline.scrub(json.dumps(found.document).encode(), date(2026, 3, 20)).outcome

    assert outcome is not None
    assert {each.edit for each in outcome.findings} == expected.edits
    assert outcome.disposition == expected.disposition
