"""A professional and an institutional claim that use every element that is read, with their synthetic parties."""

from tests.unit.fhir.resources import (
    CPT,
    HCPCS,
    ICD,
    NDC,
    NPI,
    NUBC,
    NUCC,
    PARTIES,
    PCS,
    SUPPORT,
    TERMS,
    X12,
    Json,
    bundle,
    claim,
    concept,
    coverage,
    drug_item,
    institutional_claim,
    organization,
    patient,
    practitioner,
    visit_item,
)

PAYER_ROLES = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBClaimCareTeamRole"
PAYER_CATEGORIES = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType"
UCUM = "http://unitsofmeasure.org"
ENDED = {"start": "2010-01-01", "end": "2020-12-31"}


def _identifier_type(code: str) -> Json:
    return concept(code, f"{TERMS}v2-0203")


def _with_history(person: Json, member_id: str) -> Json:
    """A person with an earlier name, address and member id beside the current ones."""
    maiden = {"use": "maiden", "family": "MAIDEN", "given": ["SYNTHETIC"]}
    earlier = {"use": "old", "line": ["9 FORMER RD"], "city": "DALLAS", "state": "TX", "postalCode": "752010001"}
    current = {"type": _identifier_type("MB"), "value": member_id}
    ended = current | {"value": "9ZZ9ZZ9ZZ99", "period": ENDED}
    return person | {
        "name": [maiden, *person["name"]],
        "address": [earlier, *(each | {"use": "home", "type": "both"} for each in person["address"])],
        "identifier": [ended, current, {"system": "urn:oid:2.16.840.1.113883.4.1", "value": "900-00-0001"}],
    }


def _doctor(number: str, family: str, npi: str) -> Json:
    return practitioner(number, family, npi)


DOCTORS = (
    _doctor("doctor", "RENDERER", "1234567893"),
    _doctor("orderer", "ORDERER", "1245319599"),
    _doctor("referrer", "REFERRER", "1003000126"),
    _doctor("supervisor", "SUPERVISOR", "1679576722"),
)
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "role",
    "practitioner": {"reference": "Practitioner/doctor"},
    "organization": {"reference": "Organization/center"},
    "specialty": [concept("207RX0202X", NUCC)],
}
FACILITY = {
    "resourceType": "Location",
    "id": "site",
    "name": "SYNTHETIC SITE",
    "identifier": [{"system": NPI, "value": "1992999825"}],
    "address": {"line": ["5 SITE ST"], "city": "SPRINGFIELD", "state": "IL", "postalCode": "627010005"},
}
CONDITION = {
    "resourceType": "Condition",
    "id": "tumor",
    "verificationStatus": concept("confirmed", f"{TERMS}condition-ver-status"),
    "code": concept("C7A.010", ICD),
}
CENTER = organization(
    "center",
    "SYNTHETIC INFUSION CENTER",
    {"use": "old", "system": NPI, "value": "1497758544"},
    {"use": "official", "system": NPI, "value": "1234567893"},
    {"system": "urn:oid:2.16.840.1.113883.4.4", "type": _identifier_type("TAX"), "value": "12-3456789"},
) | {
    "telecom": [
        {"system": "phone", "value": "+1 (555) 555-0199", "use": "old"},
        {"system": "phone", "value": "+1 (555) 555-0100", "use": "work"},
        {"system": "email", "value": "billing@example.org", "use": "work"},
    ]
}
OTHER_PAYER = organization("other-payer", "SYNTHETIC OTHER PAYER", {"type": _identifier_type("NIIP"), "value": "SYN02"})
CHILD = concept("child", f"{TERMS}subscriber-relationship")
BILLED = coverage(
    order=2,
    relationship=CHILD,
    subscriber={"reference": "Patient/parent"},
    identifier=[{"type": _identifier_type("MB"), "value": "1EG4TE5MK73"}],
)
OTHER = coverage(
    "other", order=1, relationship=CHILD, subscriber={"reference": "Patient/parent"}, subscriberId="SYN222"
) | {"payor": [{"reference": "Organization/other-payer"}], "type": concept("CI", f"{X12}1032")}
ALL = (
    _with_history(patient(), "1EG4TE5MK74"),
    _with_history(patient("parent", family="PARENT"), "1EG4TE5MK73"),
    BILLED,
    OTHER,
    *DOCTORS,
    ROLE,
    FACILITY,
    CONDITION,
    CENTER,
    next(each for each in PARTIES if each["id"] == "payer"),
    OTHER_PAYER,
)

INSURANCE = [
    {
        "sequence": 2,
        "focal": True,
        "coverage": {"reference": "Coverage/coverage"},
        "preAuthRef": ["SYNAUTH1"],
    },
    {"sequence": 1, "focal": False, "coverage": {"reference": "Coverage/other"}},
]
REPORT = {
    "sequence": 20,
    "category": concept("attachment", f"{TERMS}claiminformationcategory"),
    "code": concept("OZ", f"{X12}755"),
    "reason": concept("EL", f"{X12}756"),
    "valueReference": {"identifier": {"system": "urn:synthetic:attachments", "value": "SYNATT1"}},
}
ACCOUNT = {
    "sequence": 21,
    "category": concept("patientaccountnumber", PAYER_CATEGORIES),
    "valueString": "SYN-FULL",
}
FREQUENCY = {"sequence": 22, "category": concept("info"), "code": concept("7", f"{X12}1325")}
STAY = {
    "sequence": 23,
    "category": concept("admissionperiod", PAYER_CATEGORIES),
    "timingPeriod": {"start": "2026-03-01T08:15:00-06:00", "end": "2026-03-04T11:30:00-06:00"},
}
RELATED = [
    {
        "claim": {"identifier": {"system": "urn:synthetic:icn", "value": "SYNICN1"}},
        "relationship": concept("prior", f"{TERMS}ex-relatedclaimrelationship"),
    }
]


def _team(*members: tuple[str, str, str]) -> list[Json]:
    return [
        {"sequence": place, "provider": {"reference": who}, "role": concept(role, system)}
        for place, (role, system, who) in enumerate(members, 1)
    ]


def full_professional() -> Json:
    """A claim for a child on a parent's policy, with an accident, another payer and every kind of line."""
    minutes = {"value": 30, "unit": "min", "system": UCUM, "code": "min"}
    drug = drug_item(
        1,
        careTeamSequence=[1, 2],
        quantity={"value": 20, "unit": "UN"},
        modifier=[
            {"coding": [{"system": HCPCS, "code": "JZ"}, {"system": HCPCS, "code": "KX"}]},
            concept("RT", HCPCS),
        ],
    )
    group = {
        "sequence": 3,
        "diagnosisSequence": [2],
        "servicedDate": "2026-03-03",
        "locationCodeableConcept": visit_item()["locationCodeableConcept"],
        "productOrService": {"text": "compound"},
        "net": {"value": 80.50, "currency": "USD"},
        "detail": [
            {
                "sequence": 1,
                "productOrService": concept("J1100", HCPCS),
                "quantity": {"value": 4, "unit": "UN"},
                "net": {"value": 30.25, "currency": "USD"},
                "subDetail": [
                    {
                        "sequence": 1,
                        "productOrService": concept("00641-6145-25", NDC),
                        "quantity": {"value": 1, "unit": "mL", "system": UCUM, "code": "mL"},
                    }
                ],
            },
            {
                "sequence": 2,
                "productOrService": concept("96375", CPT),
                "quantity": {"value": 1, "unit": "UN"},
                "net": {"value": 50.25, "currency": "USD"},
            },
        ],
    }
    anesthesia = visit_item(2, quantity=minutes, productOrService=concept("01992", CPT))
    anesthesia["net"] = {"value": 119.50, "currency": "USD"}
    del anesthesia["unitPrice"]
    made = claim(
        "SYN-FULL",
        careTeam=_team(
            ("rendering", PAYER_ROLES, "PractitionerRole/role"),
            ("prescribing", PAYER_ROLES, "Practitioner/orderer"),
            ("referring", PAYER_ROLES, "Practitioner/referrer"),
            ("supervisor", f"{TERMS}claimcareteamrole", "Practitioner/supervisor"),
        ),
        supportingInfo=[*SUPPORT, REPORT, ACCOUNT, FREQUENCY, STAY],
        diagnosis=[
            {
                "sequence": 1,
                "diagnosisReference": {"reference": "Condition/tumor"},
                "type": [concept("principal", f"{TERMS}ex-diagnosistype")],
            },
            {
                "sequence": 2,
                "diagnosisCodeableConcept": concept("E34.30", ICD),
                "type": [concept("other")],
            },
        ],
        insurance=INSURANCE,
        item=[drug, anesthesia, group],
        total={"value": 6200.00, "currency": "USD"},
        accident={
            "date": "2026-02-01",
            "type": concept("MVA", f"{TERMS}v3-ActCode"),
            "locationAddress": {"state": "IL"},
        },
        related=RELATED,
        facility={"reference": "Location/site"},
    )
    return bundle(made, parties=ALL)


def full_institutional() -> Json:
    """An inpatient claim with every code of NUBC that is read, two procedures and another payer."""
    made = institutional_claim()
    typed = f"{TERMS}ex-diagnosistype"
    return bundle(
        institutional_claim(
            careTeam=_team(
                ("attending", PAYER_ROLES, "Practitioner/doctor"),
                ("operating", PAYER_ROLES, "Practitioner/orderer"),
                ("otheroperating", PAYER_ROLES, "Practitioner/supervisor"),
                ("referring", PAYER_ROLES, "Practitioner/referrer"),
            ),
            supportingInfo=[
                *(each for each in made["supportingInfo"] if each["sequence"] != 4),
                {"sequence": 4, "category": concept("typeofbill"), "code": concept("0111", f"{NUBC}TypeOfBill")},
                REPORT,
                ACCOUNT,
                STAY,
            ],
            diagnosis=[
                *made["diagnosis"],
                {
                    "sequence": 4,
                    "diagnosisCodeableConcept": concept("W10.9XXA", ICD),
                    "type": [concept("externalcauseofinjury")],
                    "onAdmission": concept("Y", f"{NUBC}PresentOnAdmissionIndicators"),
                },
                {
                    "sequence": 5,
                    "diagnosisCodeableConcept": concept("I10", ICD),
                    "type": [concept("secondary", typed)],
                    "onAdmission": concept("N", f"{NUBC}PresentOnAdmissionIndicators"),
                },
            ],
            procedure=[
                {
                    "sequence": 1,
                    "type": [concept("secondary", f"{TERMS}ex-procedure-type")],
                    "date": "2026-03-03",
                    "procedureCodeableConcept": concept("3E0T3BZ", PCS),
                },
                {
                    "sequence": 2,
                    "type": [concept("primary", f"{TERMS}ex-procedure-type")],
                    "date": "2026-03-02",
                    "procedureCodeableConcept": concept("30233N1", PCS),
                },
            ],
            insurance=INSURANCE,
            accident={"date": "2026-03-01", "type": concept("WPA", f"{TERMS}v3-ActCode")},
            item=[
                made["item"][0] | {"quantity": {"value": 20, "unit": "UN"}},
                {
                    "sequence": 2,
                    "revenue": concept("0120", f"{NUBC}RevenueCodes"),
                    "productOrService": concept("not-applicable", f"{TERMS}data-absent-reason"),
                    "servicedPeriod": {"start": "2026-03-01", "end": "2026-03-04"},
                    "quantity": {"value": 3, "unit": "days", "system": UCUM, "code": "d"},
                    "net": {"value": 3000.00, "currency": "USD"},
                },
            ],
            billablePeriod={"start": "2026-03-01", "end": "2026-03-04"},
            total={"value": 9000.00, "currency": "USD"},
        ),
        parties=tuple(each for each in ALL if each not in (ROLE, FACILITY, CONDITION)),
    )
