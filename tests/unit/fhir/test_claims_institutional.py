"""Institutional FHIR claims come to the messages that the same 837I comes to."""

import json
from datetime import date, datetime

from tests.unit.fhir.resources import CPT, bundle, concept, drug_item, institutional_claim, message
from tests.unit.x12.pyx12_check import objections
from worker.pipeline.scrub import Pipeline
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults


def test_an_outpatient_claim_with_a_drug_is_clean(pipeline: Pipeline) -> None:
    """It is judged by the edits of institutional claims, and nothing of it is left out."""
    document = message(bundle(institutional_claim()))

    outcome = pipeline.scrub(json.dumps(document).encode(), date(2026, 3, 20)).outcome
    assert outcome is not None
    assert (outcome.disposition, outcome.findings) == ("scrubbed", ())
    assert "unmapped" not in document["fhirOrigin"]


def test_bill_type_dates_and_codes() -> None:
    """The facility type and the frequency are digits of the type of bill; NUBC's code systems tell the rest."""
    information = message(bundle(institutional_claim()))["claimInformation"]

    assert (information["placeOfServiceCode"], information["claimFrequencyCode"]) == ("13", "1")
    assert information["claimDateInformation"] == {"statementBeginDate": "20260302", "statementEndDate": "20260302"}
    assert information["claimCodeInformation"] == {
        "admissionTypeCode": "1",
        "admissionSourceCode": "1",
        "patientStatusCode": "01",
    }
    assert information["claimSupplementalInformation"] == {"medicalRecordNumber": "SYNRECORD"}
    assert information["valueInformationList"] == [[{"valueCode": "A2", "valueCodeAmount": "15.31"}]]
    assert information["conditionCodesList"] == [[{"conditionCode": "09"}]]
    assert information["occurrenceInformationList"] == [
        [{"occurrenceSpanCode": "11", "occurrenceSpanCodeDate": "20260301"}]
    ]
    assert information["occurrenceSpanInformations"] == [
        [
            {
                "occurrenceSpanCode": "70",
                "occurrenceSpanCodeStartDate": "20260201",
                "occurrenceSpanCodeEndDate": "20260203",
            }
        ]
    ]


def test_diagnoses_by_what_they_are() -> None:
    """Principal, admitting and others, each with whether it was there on admission; procedures with their day."""
    information = message(bundle(institutional_claim()))["claimInformation"]

    assert information["principalDiagnosis"] == {"qualifierCode": "ABK", "principalDiagnosisCode": "C7A010"}
    assert information["admittingDiagnosis"] == {"qualifierCode": "ABJ", "admittingDiagnosisCode": "R109"}
    assert information["otherDiagnosisInformationList"] == [
        [{"qualifierCode": "ABF", "otherDiagnosisCode": "E3430", "presentOnAdmissionIndicator": "Y"}]
    ]
    assert information["principalProcedureInformation"] == {
        "qualifierCode": "BBR",
        "principalProcedureCode": "30233N1",
        "principalProcedureDate": "20260302",
    }


def test_a_line_has_its_revenue_code() -> None:
    """In four digits, with the procedure, the charge and the drug beside it."""
    item = drug_item(revenue=concept("636"), careTeamSequence=[], diagnosisSequence=[], locationCodeableConcept=None)

    (line,) = message(bundle(institutional_claim(item=[item])))["claimInformation"]["serviceLines"]

    assert line["institutionalService"] == {
        "serviceLineRevenueCode": "0636",
        "procedureIdentifier": "HC",
        "procedureCode": "J2353",
        "procedureModifiers": ["JZ"],
        "lineItemChargeAmount": "6000.0",
        "measurementUnit": "UN",
        "serviceUnitCount": "20",
    }
    assert line["drugIdentification"]["nationalDrugCode"] == "00078081881"


def test_what_an_institutional_claim_cannot_say_is_named() -> None:
    """The 837I has no pointers to diagnoses and no place of service at a line."""
    item = drug_item(revenue=concept("0636"), productOrService=concept("J2353", CPT))

    unmapped = message(bundle(institutional_claim(item=[item])))["fhirOrigin"]["unmapped"]

    assert unmapped == ["Claim.item[0].diagnosisSequence", "Claim.item[0].locationCodeableConcept"]


def test_its_837_is_one_for_pyx12() -> None:
    """Nothing that the message holds is left out, and the validator accepts what is written."""
    lost: list[str] = []
    documents = [message(bundle(institutional_claim()))]

    texts = write_837(documents, Defaults(datetime(2026, 3, 2, 12, 0)), lambda _, what: lost.append(what))  # noqa: DTZ001
    text = b"".join(texts).decode()

    assert lost == []
    assert "HI*BBR:30233N1:D8:20260302~" in text
    assert objections(text) == []
