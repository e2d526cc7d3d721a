"""A synthetic claim as a bill of a facility."""

import json
from datetime import date

import pytest

from schemas.outcome import Disposition
from worker.pipeline.scrub import Pipeline
from worker.samples.institutional import as_bill
from worker.samples.synthetic import claim, line


def test_a_bill_has_the_services_the_dates_and_the_diagnoses_of_the_claim() -> None:
    """The statement covers every day; revenue codes are those given, of the drug, or of the clinic."""
    lines = [
        line("J9271", units=200, modifiers=["JZ"]),
        line("96413", on="20260304"),
        line("", revenue="0250", until="20260305"),
    ]

    information = as_bill(claim(lines, diagnoses=["C3411", "D631", "I10"]), "137")["claimInformation"]

    services = [each["institutionalService"] for each in information["serviceLines"]]
    assert [(each["serviceLineRevenueCode"], each.get("procedureCode")) for each in services] == [
        ("0636", "J9271"),
        ("0510", "96413"),
        ("0250", None),
    ]
    assert (information["placeOfServiceCode"], information["claimFrequencyCode"]) == ("13", "7")
    assert information["claimDateInformation"] == {"statementBeginDate": "20260302", "statementEndDate": "20260305"}
    assert information["principalDiagnosis"]["principalDiagnosisCode"] == "C3411"
    assert [each["otherDiagnosisCode"] for each in information["otherDiagnosisInformationList"][0]] == ["D631", "I10"]


def test_the_claim_itself_stays_as_it_is() -> None:
    """Tests compare the two."""
    made = claim([line("J9271", units=200)])
    before = json.dumps(made)

    as_bill(made, "131")

    assert json.dumps(made) == before


@pytest.mark.parametrize("bill_type", ["131", "851", "121", "111"])
def test_a_sound_bill_is_scrubbed_without_any_finding(bill_type: str, pipeline: Pipeline) -> None:
    """Nothing that an 837I must have is missing."""
    made = claim([line("J9271", units=200, modifiers=["JZ"]), line("96413")], diagnoses=["C3411"], filing_code="CI")

    outcome = pipeline.scrub(json.dumps(as_bill(made, bill_type)).encode(), date(2026, 3, 20)).outcome

    assert outcome is not None
    assert ([finding.message for finding in outcome.findings], outcome.disposition) == ([], Disposition.SCRUBBED)
