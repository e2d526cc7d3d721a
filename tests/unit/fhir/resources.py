"""FHIR R4 resources for the tests: synthetic parties, as servers and payers' profiles write them."""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from worker.fhir.reading import Damage, ResourceRead, read_resource
from worker.pipeline.steps.decode import read_json

Json: TypeAlias = dict[str, Any]  # any JSON

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CPT = "http://www.ama-assn.org/go/cpt"
NDC = "http://hl7.org/fhir/sid/ndc"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
NPI = "http://hl7.org/fhir/sid/us-npi"
NUCC = "http://nucc.org/provider-taxonomy"
NUBC = "https://www.nubc.org/CodeSystem/"
TERMS = "http://terminology.hl7.org/CodeSystem/"
X12 = "https://codesystem.x12.org/005010/"


def concept(code: str, system: str | None = None) -> Json:
    """A CodeableConcept with one coding."""
    return {"coding": [{"system": system, "code": code} if system else {"code": code}]}


def patient(number: str = "patient", *, family: str = "PATIENT") -> Json:
    """A patient who does not exist."""
    return {
        "resourceType": "Patient",
        "id": number,
        "active": True,
        "text": {"status": "generated", "div": "<div/>"},
        "name": [{"use": "official", "family": family, "given": ["SYNTHETIC", "Q"]}],
        "birthDate": "1950-02-01",
        "gender": "female",
        "address": [
            {
                "line": ["1 EXAMPLE WAY"],
                "city": "SPRINGFIELD",
                "state": "IL",
                "postalCode": "62701-0002",
                "country": "US",
            }
        ],
    }


def organization(number: str, name: str, *identifiers: Json) -> Json:
    """An organization."""
    return {
        "resourceType": "Organization",
        "id": number,
        "name": name,
        "identifier": list(identifiers),
        "address": [
            {"line": ["100 MAIN ST", "SUITE 2"], "city": "SPRINGFIELD", "state": "IL", "postalCode": "627010001"}
        ],
    }


def practitioner(number: str, family: str, npi: str = "1234567893") -> Json:
    """A practitioner."""
    return {
        "resourceType": "Practitioner",
        "id": number,
        "name": [{"family": family, "given": ["SYNTHETIC"]}],
        "identifier": [{"system": NPI, "value": npi}],
        "qualification": [{"code": concept("207RH0003X", NUCC)}],
    }


def coverage(number: str = "coverage", **more: object) -> Json:
    """A Medicare coverage of the patient's own."""
    return {
        "resourceType": "Coverage",
        "id": number,
        "status": "active",
        "type": concept("MB", f"{X12}1032"),
        "subscriberId": "1EG4TE5MK73",
        "beneficiary": {"reference": "Patient/patient"},
        "relationship": concept("self", f"{TERMS}subscriber-relationship"),
        "payor": [{"reference": "Organization/payer"}],
        "class": [{"type": concept("group", f"{TERMS}coverage-class"), "value": "SYNGROUP", "name": "SYNTHETIC PLAN"}],
    } | more


def drug_item(sequence: int = 1, **more: object) -> Json:
    """20 mg of octreotide depot, 20 billing units, from one kit."""
    return {
        "sequence": sequence,
        "careTeamSequence": [1],
        "diagnosisSequence": [1, 2],
        "productOrService": concept("J2353", HCPCS),
        "modifier": [concept("JZ", HCPCS)],
        "servicedDate": "2026-03-02",
        "locationCodeableConcept": concept(
            "11", "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
        ),
        "quantity": {"value": 20},
        "net": {"value": 6000.00, "currency": "USD"},
        "detail": [
            {
                "sequence": 1,
                "productOrService": concept("00078-0818-81", NDC),
                "quantity": {"value": 1, "unit": "UN"},
            }
        ],
    } | more


def visit_item(sequence: int = 2, **more: object) -> Json:
    """The injection of it."""
    return {
        "sequence": sequence,
        "diagnosisSequence": [1],
        "productOrService": concept("96372", CPT),
        "servicedPeriod": {"start": "2026-03-02T09:00:00-06:00", "end": "2026-03-02T09:30:00-06:00"},
        "locationCodeableConcept": concept("11", f"{TERMS}ex-serviceplace"),
        "quantity": {"value": 1, "unit": "1", "system": "http://unitsofmeasure.org", "code": "1"},
        "unitPrice": {"value": 120, "currency": "USD"},
    } | more


SUPPORT = [
    {
        "sequence": 1,
        "category": concept("info", f"{TERMS}claiminformationcategory"),
        "code": concept("Y", f"{X12}1073"),
    },
    {
        "sequence": 2,
        "category": concept("info", f"{TERMS}claiminformationcategory"),
        "code": concept("A", f"{X12}1359"),
    },
    {
        "sequence": 3,
        "category": concept("info", f"{TERMS}claiminformationcategory"),
        "code": concept("Y", f"{X12}1363"),
    },
]
"""A signature on file, assignment accepted, release of information."""


def claim(number: str = "SYN-1", **more: object) -> Json:
    """A professional claim for a drug with its injection; `None` takes an element away."""
    made = {
        "resourceType": "Claim",
        "id": "claim",
        "identifier": [{"system": "urn:synthetic:accounts", "value": number}],
        "status": "active",
        "type": concept("professional", f"{TERMS}claim-type"),
        "use": "claim",
        "created": "2026-03-03",
        "priority": concept("normal", f"{TERMS}processpriority"),
        "patient": {"reference": "Patient/patient"},
        "provider": {"reference": "Organization/center"},
        "insurer": {"reference": "Organization/payer"},
        "payee": {"type": concept("provider", f"{TERMS}payeetype")},
        "careTeam": [
            {
                "sequence": 1,
                "provider": {"reference": "Practitioner/doctor"},
                "role": concept("primary", f"{TERMS}claimcareteamrole"),
            }
        ],
        "supportingInfo": SUPPORT,
        "diagnosis": [
            {"sequence": 1, "diagnosisCodeableConcept": concept("C7A.010", ICD)},
            {"sequence": 2, "diagnosisCodeableConcept": concept("E34.30", ICD)},
        ],
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/coverage"}}],
        "item": [drug_item(), visit_item()],
        "total": {"value": 6120.00, "currency": "USD"},
    }
    return {name: value for name, value in (made | more).items() if value is not None}


def institutional_claim(**more: object) -> Json:
    """A claim of a hospital's outpatient department for the same drug."""
    support = [
        *SUPPORT[1:],
        {"sequence": 4, "category": concept("typeofbill"), "code": concept("0131", f"{NUBC}TypeOfBill")},
        {"sequence": 5, "category": concept("admtype"), "code": concept("1", f"{NUBC}PriorityTypeOfAdmitOrVisit")},
        {"sequence": 6, "category": concept("pointoforigin"), "code": concept("1", f"{NUBC}PointOfOrigin")},
        {"sequence": 7, "category": concept("discharge-status"), "code": concept("01", f"{NUBC}PatDischargeStatus")},
        {"sequence": 8, "category": concept("medicalrecordnumber"), "valueString": "SYNRECORD"},
        {
            "sequence": 9,
            "category": concept("info"),
            "code": concept("A2", f"{NUBC}ValueCodes"),
            "valueQuantity": {"value": 15.31},
        },
        {
            "sequence": 10,
            "category": concept("info"),
            "code": concept("11", f"{NUBC}OccurrenceCodes"),
            "timingDate": "2026-03-01",
        },
        {
            "sequence": 11,
            "category": concept("info"),
            "code": concept("70", f"{NUBC}OccurrenceSpanCodes"),
            "timingPeriod": {"start": "2026-02-01", "end": "2026-02-03"},
        },
        {"sequence": 12, "category": concept("info"), "code": concept("09", f"{NUBC}ConditionCodes")},
    ]
    item = {
        name: value
        for name, value in drug_item().items()
        if name not in {"locationCodeableConcept", "diagnosisSequence", "careTeamSequence"}
    }
    team = [
        {
            "sequence": 1,
            "provider": {"reference": "Practitioner/doctor"},
            "role": concept("attending", "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBClaimCareTeamRole"),
        }
    ]
    changed: Json = {
        "type": concept("institutional", f"{TERMS}claim-type"),
        "billablePeriod": {"start": "2026-03-02", "end": "2026-03-02"},
        "careTeam": team,
        "supportingInfo": support,
        "diagnosis": [
            {
                "sequence": 1,
                "diagnosisCodeableConcept": concept("E34.30", ICD),
                "type": [concept("other")],
                "onAdmission": concept("Y", f"{NUBC}PresentOnAdmissionIndicators"),
            },
            {
                "sequence": 2,
                "diagnosisCodeableConcept": concept("C7A.010", ICD),
                "type": [concept("principal", f"{TERMS}ex-diagnosistype")],
            },
            {"sequence": 3, "diagnosisCodeableConcept": concept("R10.9", ICD), "type": [concept("admitting")]},
        ],
        "procedure": [{"sequence": 1, "date": "2026-03-02", "procedureCodeableConcept": concept("30233N1", PCS)}],
        "item": [item | {"revenue": concept("0636", f"{NUBC}RevenueCodes")}],
        "total": {"value": 6000.00, "currency": "USD"},
    }
    return claim(**(changed | more))


PARTIES = (
    patient(),
    coverage(),
    practitioner("doctor", "RENDERER"),
    organization(
        "center",
        "SYNTHETIC INFUSION CENTER",
        {"system": NPI, "value": "1234567893"},
        {"system": "urn:oid:2.16.840.1.113883.4.4", "value": "12-3456789"},
    )
    | {"telecom": [{"system": "phone", "value": "+1 (555) 555-0100", "use": "work"}]},
    organization("payer", "SYNTHETIC PAYER", {"system": "urn:synthetic:payers", "value": "MEDICARE-B"}),
)


def bundle(*resources: Json, parties: tuple[Json, ...] = PARTIES) -> Json:
    """A Bundle of claims with the parties that they refer to."""
    entries = [
        {"fullUrl": f"http://example.org/fhir/{each['resourceType']}/{each['id']}", "resource": each}
        for each in parties
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in resources] + entries,
    }


def read(document: Json) -> list[ResourceRead | Damage]:
    """Read a document as it comes over the wire."""
    return list(read_resource(read_json(json.dumps(document).encode())))


def message(document: Json) -> Json:
    """The message of the one claim in a document."""
    (found,) = read(document)
    assert isinstance(found, ResourceRead), found
    return found.document


def lines(document: Json) -> list[Json]:
    """The service lines of a message."""
    found: list[Json] = document["claimInformation"]["serviceLines"]
    return found


def damages(document: Json) -> Iterator[str]:
    """What is wrong in a document."""
    for each in read(document):
        if isinstance(each, Damage):
            yield each.reason
