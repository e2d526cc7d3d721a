"""Professional FHIR claims come to the messages that the same 837P comes to."""

import json
from datetime import date
from typing import Any

import pytest

from tests.unit.fhir.resources import (
    CPT,
    HCPCS,
    ICD,
    NDC,
    NPI,
    NUCC,
    PARTIES,
    TERMS,
    X12,
    bundle,
    claim,
    concept,
    coverage,
    drug_item,
    lines,
    message,
    organization,
    patient,
    practitioner,
    visit_item,
)
from worker.pipeline.scrub import Pipeline

Json = dict[str, Any]  # any JSON


def test_a_claim_with_a_drug_is_clean_as_it_is_in_any_other_form(pipeline: Pipeline) -> None:
    """All that the edits ask for is in the message, and everything of the resources has its place there."""
    document = message(bundle(claim()))

    outcome = pipeline.scrub(json.dumps(document).encode(), date(2026, 3, 20)).outcome
    assert outcome is not None
    assert (outcome.disposition, [each.edit for each in outcome.findings]) == ("scrubbed", [])
    assert document["fhirOrigin"] == {"resourceId": "claim", "place": "entry 1"}


def test_the_line_of_a_drug() -> None:
    """HCPCS code, modifier, charge, units, pointers, date, place and the NDC without hyphens with its quantity."""
    first, _ = lines(message(bundle(claim())))

    assert first == {
        "providerControlNumber": "1",
        "serviceDate": "20260302",
        "professionalService": {
            "procedureIdentifier": "HC",
            "procedureCode": "J2353",
            "procedureModifiers": ["JZ"],
            "lineItemChargeAmount": "6000.0",
            "measurementUnit": "UN",
            "serviceUnitCount": "20",
            "placeOfServiceCode": "11",
            "compositeDiagnosisCodePointers": {"diagnosisCodePointers": ["1", "2"]},
        },
        "drugIdentification": {
            "serviceIdQualifier": "N4",
            "nationalDrugCode": "00078081881",
            "nationalDrugUnitCount": "1",
            "measurementUnitCode": "UN",
        },
    }


def test_a_charge_is_made_of_price_and_quantity_where_there_is_no_net() -> None:
    """As FHIR defines it: quantity times unitPrice times factor."""
    item = visit_item(quantity={"value": 3}, unitPrice={"value": 12.5}, factor=2)

    (line,) = lines(message(bundle(claim(item=[item], total=None))))

    assert line["professionalService"]["lineItemChargeAmount"] == "75.00"


def test_the_total_is_the_sum_of_the_lines_where_it_is_not_said() -> None:
    """Only if every line has a charge."""
    without = message(bundle(claim(total=None)))["claimInformation"]
    item = {name: value for name, value in visit_item().items() if name != "unitPrice"}
    unknown = message(bundle(claim(total=None, item=[drug_item(), item])))["claimInformation"]

    assert without["claimChargeAmount"] == "6120.00"
    assert "claimChargeAmount" not in unknown


@pytest.mark.parametrize(
    ("written", "ndc"),
    [
        ("00078-0818-81", "00078081881"),
        ("0078-0818-81", "00078081881"),
        ("50242-040-62", "50242004062"),
        ("50242-0040-1", "50242004001"),
        ("00078081881", "00078081881"),
        ("0078081881", "0078081881"),
        ("078-0818-81", "078-0818-81"),
    ],
)
def test_hyphens_of_an_ndc_say_where_its_zero_belongs(written: str, ndc: str) -> None:
    """What has no hyphens, or groups that nobody assigns, stays as it is for an edit to judge."""
    item = drug_item(detail=[{"sequence": 1, "productOrService": concept(written, NDC)}])

    assert lines(message(bundle(claim(item=[item]))))[0]["drugIdentification"]["nationalDrugCode"] == ndc


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"value": 2.5, "unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"}, "ML"),
        ({"value": 1, "code": "g"}, "GR"),
        ({"value": 20, "unit": "mg"}, "ME"),
        ({"value": 1000, "code": "[iU]"}, "F2"),
        ({"value": 1, "code": "{vial}"}, "UN"),
        ({"value": 1, "unit": "F2"}, "F2"),
    ],
)
def test_units_of_a_drug(quantity: Json, unit: str) -> None:
    """UCUM and X12's own codes."""
    detail = {"sequence": 1, "productOrService": concept("00078081881", NDC), "quantity": quantity}

    drug = lines(message(bundle(claim(item=[drug_item(detail=[detail])]))))[0]["drugIdentification"]

    assert (drug["measurementUnitCode"], drug["nationalDrugUnitCount"]) == (unit, str(quantity["value"]))


def test_an_unknown_unit_is_named_and_left_out() -> None:
    """An edit asks for it; it is never guessed."""
    detail = {
        "sequence": 1,
        "productOrService": concept("00078081881", NDC),
        "quantity": {"value": 1, "unit": "cask"},
    }

    document = message(bundle(claim(item=[drug_item(detail=[detail])])))

    assert "measurementUnitCode" not in lines(document)[0]["drugIdentification"]
    assert document["fhirOrigin"]["unmapped"] == ["Claim.item[0].detail[0].quantity.unit"]


def test_an_ndc_beside_the_code_of_the_line() -> None:
    """Without a detail the package is a second coding."""
    both = {"coding": [{"system": NDC, "code": "00078081881"}, {"system": HCPCS, "code": "J2353"}]}

    (line,) = lines(message(bundle(claim(item=[drug_item(productOrService=both, detail=[])]))))

    assert line["professionalService"]["procedureCode"] == "J2353"
    assert line["drugIdentification"] == {"serviceIdQualifier": "N4", "nationalDrugCode": "00078081881"}


def test_pointers_follow_the_principal_diagnosis() -> None:
    """It is written first whatever its sequence, and what a line names by sequence is where it is then."""
    diagnoses = [
        {"sequence": 1, "diagnosisCodeableConcept": concept("E34.30", ICD)},
        {"sequence": 7, "diagnosisCodeableConcept": concept("I10", ICD)},
        {
            "sequence": 9,
            "diagnosisCodeableConcept": concept("C7A.010", ICD),
            "type": [concept("principal", f"{TERMS}ex-diagnosistype")],
        },
    ]
    document = message(bundle(claim(diagnosis=diagnoses, item=[drug_item(diagnosisSequence=[7, 9])])))

    codes = document["claimInformation"]["healthCareCodeInformation"]
    pointed = lines(document)[0]["professionalService"]["compositeDiagnosisCodePointers"]["diagnosisCodePointers"]
    assert [each["diagnosisCode"] for each in codes] == ["C7A010", "E3430", "I10"]
    assert [each["diagnosisTypeCode"] for each in codes] == ["ABK", "ABF", "ABF"]
    assert pointed == ["3", "1"]


def test_a_diagnosis_can_stand_in_a_condition() -> None:
    """Whose code has to be ICD-10-CM."""
    condition = {"resourceType": "Condition", "id": "tumor", "code": concept("C7A.010", ICD)}
    diagnosis = [{"sequence": 1, "diagnosisReference": {"reference": "Condition/tumor"}}]

    document = message(bundle(claim(diagnosis=diagnosis, item=[visit_item()]), parties=(*PARTIES, condition)))

    assert document["claimInformation"]["healthCareCodeInformation"] == [
        {"diagnosisTypeCode": "ABK", "diagnosisCode": "C7A010"}
    ]


def test_who_rendered_ordered_and_referred() -> None:
    """The first of a role stands for the claim; another one at the lines that name it, as who ordered always does."""
    roles = ["primary", "rendering", "ordering", "referring"]
    doctors = [practitioner(f"doctor{place}", f"DOCTOR{place}") for place in range(4)]
    team = [
        {
            "sequence": place + 1,
            "provider": {"reference": f"Practitioner/doctor{place}"},
            "role": concept(role),
            "responsible": True,
        }
        for place, role in enumerate(roles)
    ]
    items = [drug_item(careTeamSequence=[1, 3]), visit_item(careTeamSequence=[2, 4])]

    document = message(bundle(claim(careTeam=team, item=items), parties=(*PARTIES, *doctors)))

    first, second = lines(document)
    assert (document["rendering"]["lastName"], document["referring"]["lastName"]) == ("DOCTOR0", "DOCTOR3")
    assert first["orderingProvider"]["lastName"] == "DOCTOR2"
    assert second["renderingProvider"]["lastName"] == "DOCTOR1"
    assert "ordering" not in document
    assert ("renderingProvider" in first, "referringProvider" in second) == (False, False)


def test_a_practitioner_in_a_role_bills_for_the_organization() -> None:
    """Its specialty is the taxonomy; who renders is the practitioner."""
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "organization": {"reference": "Organization/center"},
        "practitioner": {"reference": "Practitioner/doctor"},
        "specialty": [concept("207RX0202X", NUCC)],
    }
    team = [{"sequence": 1, "provider": {"reference": "PractitionerRole/role"}, "role": concept("primary")}]

    document = message(
        bundle(claim(provider={"reference": "PractitionerRole/role"}, careTeam=team), parties=(*PARTIES, role))
    )

    assert document["billing"]["organizationName"] == "SYNTHETIC INFUSION CENTER"
    assert document["billing"]["contactInformation"] == {"phoneNumber": "5555550100"}
    assert document["billing"]["taxonomyCode"] == "207RX0202X"
    assert document["rendering"]["lastName"] == "RENDERER"


def test_references_that_only_name_a_party() -> None:
    """A logical reference has an NPI, and what is displayed is a name."""
    provider = {"identifier": {"system": NPI, "value": "1234567893"}, "display": "SYNTHETIC CENTER"}
    insurer = {"identifier": {"system": "urn:synthetic:payers", "value": "SYNPAY"}, "display": "SYNTHETIC PAYER"}

    document = message(bundle(claim(provider=provider, insurer=insurer)))

    assert document["billing"] == {"organizationName": "SYNTHETIC CENTER", "npi": "1234567893"}
    assert (document["tradingPartnerServiceId"], document["tradingPartnerName"]) == ("SYNPAY", "SYNTHETIC PAYER")


def test_contained_parties_and_claims_without_a_bundle() -> None:
    """A claim can bring its parties with it."""
    contained = [patient("p"), coverage("c", beneficiary={"reference": "#p"}, payor=[{"reference": "#i"}])]
    contained += [organization("i", "SYNTHETIC PAYER", {"value": "MEDICARE-B"})]
    document = message(
        claim(
            contained=contained,
            patient={"reference": "#p"},
            insurer=None,
            insurance=[{"sequence": 1, "focal": True, "coverage": {"reference": "#c"}}],
        )
    )

    assert document["subscriber"]["lastName"] == "PATIENT"
    assert document["tradingPartnerServiceId"] == "MEDICARE-B"
    assert document["fhirOrigin"]["unmapped"] == ["Claim.provider", "Claim.careTeam[0].provider"]


def test_a_patient_who_is_not_the_subscriber() -> None:
    """Becomes the dependent, with the relationship that the 837 has for it."""
    parent = patient("parent", family="PARENT")
    of_parent = coverage(
        subscriber={"reference": "Patient/parent"}, relationship=concept("child", f"{TERMS}subscriber-relationship")
    )
    parties = (*(each for each in PARTIES if each["resourceType"] != "Coverage"), of_parent, parent)

    document = message(bundle(claim(), parties=parties))

    assert document["subscriber"]["lastName"] == "PARENT"
    assert document["subscriber"]["memberId"] == "1EG4TE5MK73"
    assert "relationshipToSubscriberCode" not in document["subscriber"]
    assert document["dependent"]["lastName"] == "PATIENT"
    assert document["dependent"]["relationshipToSubscriberCode"] == "19"


def test_another_coverage_coordinates_with_the_one_that_is_billed() -> None:
    """The focal one is billed; the other one is loop 2320 with its payer and its place in the order."""
    first = coverage("other", order=1, payor=[{"reference": "Organization/other"}], subscriberId="SYN222")
    billed = coverage(order=2)
    parties = (
        *(each for each in PARTIES if each["resourceType"] != "Coverage"),
        *(first, billed, organization("other", "SYNTHETIC OTHER PAYER", {"value": "SYNPAY2"})),
    )
    insurance = [
        {"sequence": 1, "focal": False, "coverage": {"reference": "Coverage/other"}},
        {"sequence": 2, "focal": True, "coverage": {"reference": "Coverage/coverage"}, "preAuthRef": ["SYNAUTH1"]},
    ]

    document = message(bundle(claim(insurance=insurance), parties=parties))

    (other,) = document["claimInformation"]["otherSubscriberInformation"]
    assert document["subscriber"]["paymentResponsibilityLevelCode"] == "S"
    assert document["claimInformation"]["claimSupplementalInformation"] == {"priorAuthorizationNumber": "SYNAUTH1"}
    assert (other["paymentResponsibilityLevelCode"], other["individualRelationshipCode"]) == ("P", "18")
    assert other["otherPayerName"]["otherPayerIdentifier"] == "SYNPAY2"
    assert other["otherSubscriberName"]["otherInsuredIdentifier"] == "SYN222"


def test_a_claim_that_follows_another_says_not_how() -> None:
    """Its number is the payer's; the frequency is only known where X12's code list says it."""
    related = [
        {"relationship": concept("prior", f"{TERMS}ex-relatedclaimrelationship"), "reference": {"value": "SYNICN"}}
    ]
    open_ended = message(bundle(claim(related=related)))["claimInformation"]
    replacing = [{"sequence": 1, "category": concept("info"), "code": concept("7", f"{X12}1325")}]
    said = message(bundle(claim(related=related, supportingInfo=replacing)))["claimInformation"]

    assert open_ended["claimSupplementalInformation"]["claimControlNumber"] == "SYNICN"
    assert "claimFrequencyCode" not in open_ended
    assert said["claimFrequencyCode"] == "7"


def test_what_has_no_place_is_named_once() -> None:
    """By its path, an element of which nothing was read as a whole."""
    item = drug_item(
        udi=[{"reference": "Device/1"}],
        programCode=[concept("as")],
        bodySite=concept("368208006", "http://snomed.info/sct"),
        productOrService={
            "coding": [{"system": CPT, "code": "J2353"}, {"system": "http://snomed.info/sct", "code": "1"}]
        },
    )

    document = message(
        bundle(
            claim(
                item=[item],
                prescription={"reference": "MedicationRequest/1"},
                extension=[{"url": "urn:synthetic", "valueString": "x"}],
                insurance=[
                    {
                        "sequence": 1,
                        "focal": True,
                        "coverage": {"reference": "Coverage/coverage"},
                        "preAuthRef": ["SYNAUTH1", "SYNAUTH2"],
                    }
                ],
            )
        )
    )

    assert set(document["fhirOrigin"]["unmapped"]) == {
        "Claim.prescription",
        "Claim.extension",
        "Claim.insurance[0].preAuthRef",
        "Claim.item[0].udi",
        "Claim.item[0].programCode",
        "Claim.item[0].bodySite",
        "Claim.item[0].productOrService.coding[1]",
    }


def test_no_more_is_named_than_anybody_reads() -> None:
    """A hundred paths, and how many more there are."""
    document = message(bundle(claim() | {f"element{place}": place for place in range(250)}))

    assert (len(document["fhirOrigin"]["unmapped"]), document["fhirOrigin"]["moreUnmapped"]) == (100, 150)


def test_a_claim_marked_as_a_test_stays_one() -> None:
    """Its 837 says so in ISA15."""
    marked = {"security": [{"system": f"{TERMS}v3-ActReason", "code": "HTEST"}]}

    assert message(bundle(claim(meta=marked)))["usageIndicator"] == "T"
    assert "usageIndicator" not in message(bundle(claim()))
