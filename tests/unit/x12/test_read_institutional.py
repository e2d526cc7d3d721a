"""Institutional claims: what the edits say of them, and what they must not."""

import io
from datetime import date
from typing import Any

import orjson
import pytest

from schemas.claim import ClaimKind
from schemas.outcome import Finding, Outcome
from tests.unit.x12.files import FILES, facility, interchange, recounted
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.answer import Found
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837

RECEIVED = date(2026, 7, 20)


def scrubbed(pipeline: Pipeline, text: str, received_on: date = RECEIVED) -> Outcome:
    """The outcome of the first claim of a file."""
    (claim, *_) = [each for each in read_837(io.BytesIO(text.encode())) if isinstance(each, ClaimRead)]
    outcome = pipeline.scrub(orjson.dumps(claim.document), received_on).outcome
    assert outcome is not None
    return outcome


def outpatient(service: str, *, on: str = "20260302", bill_type: str = "13", charge: str = "6000.00") -> str:
    """A file with one line on one day."""
    line = ("LX*1", f"SV2*0636*{service}", f"DTP*472*D8*{on}", "REF*6R*L1")
    segments = facility(*line, bill_type=bill_type, charge=charge)
    return interchange([each.replace("20260302-20260302", f"{on}-{on}") for each in segments], version="005010X223A2")


def found(outcome: Outcome) -> dict[str, Finding]:
    """The findings by their edits."""
    return {finding.edit: finding for finding in outcome.findings}


@pytest.mark.parametrize("name", ["institutional", "inpatient"])
def test_a_sound_claim_of_a_hospital_may_go_out(pipeline: Pipeline, name: str) -> None:
    """Nothing that only a practitioner's claim has is missed: no place of service, no pointers, no ABK in a list."""
    outcome = scrubbed(pipeline, FILES[name])

    assert (outcome.disposition.value, outcome.findings, outcome.coverage.errors) == ("scrubbed", (), ())


def test_only_edits_that_say_so_look_at_it(pipeline: Pipeline) -> None:
    """Whatever is in the coverage names the kind."""
    coverage = scrubbed(pipeline, FILES["institutional"]).coverage

    named = {*coverage.passed, *coverage.failed, *coverage.unverified, *(entry.edit for entry in coverage.no_data)}
    kinds = {edit.id: edit.kinds for edit in pipeline.edits}
    assert named
    assert all(ClaimKind.INSTITUTIONAL in kinds[edit] for edit in named)


def test_a_drug_that_opps_pays_needs_jw_or_jz_and_is_shown_in_the_837i(pipeline: Pipeline) -> None:
    """The place is SV202; without a record no correction is proposed."""
    finding = found(scrubbed(pipeline, outpatient("HC:J2353*6000.00*UN*20")))["WST-01"]

    assert (finding.at.x12, finding.at.cms1500_box) == ("2400 SV202-3", None)
    assert finding.at.json_path == "$.claimInformation.serviceLines[0].institutionalService.procedureModifiers"
    assert finding.fix is None


@pytest.mark.parametrize("bill_type", ["11", "71", "77"])
def test_a_rate_covers_the_drug_of_other_bills(pipeline: Pipeline, bill_type: str) -> None:
    """Inpatients, rural clinics and health centers need neither modifier, and must not carry one."""
    without = found(scrubbed(pipeline, outpatient("HC:J2353*6000.00*UN*20", bill_type=bill_type)))
    carrying = found(scrubbed(pipeline, outpatient("HC:J2353:JZ*6000.00*UN*20", bill_type=bill_type)))

    assert "WST-01" not in without
    assert "bill a rate covers the drug" in carrying["WST-11"].message


def test_the_mue_of_an_outpatient_claim_is_the_hospitals(pipeline: Pipeline) -> None:
    """J0178 x 5 on 2026-07-06: above the limit of the outpatient table, whose edition covers that day."""
    on = date(2026, 7, 6)
    answer = pipeline.snapshot.mue("J0178", "outpatient_hospital", on)
    assert isinstance(answer, Found)
    limit = answer.row.value

    above = scrubbed(pipeline, outpatient(f"HC:J0178:JZ*6000.00*UN*{limit + 1}", on="20260706"))
    at_limit = scrubbed(pipeline, outpatient(f"HC:J0178:JZ*6000.00*UN*{limit}", on="20260706"))
    inpatient = scrubbed(pipeline, outpatient(f"HC:J0178*6000.00*UN*{limit + 1}", on="20260706", bill_type="11"))

    assert "UNT-03" in found(above)
    assert "UNT-03" not in found(at_limit) | found(inpatient)
    (enrichment,) = above.enrichment
    assert enrichment.mue is not None
    assert enrichment.mue.setting == "outpatient_hospital"


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        (
            ("DTP*434*RD8*20260302-20260302~\n", ""),
            [
                "$.claimInformation.claimDateInformation.statementBeginDate",
                "$.claimInformation.claimDateInformation.statementEndDate",
            ],
        ),
        (("HI*ABK:C7A010~\n", ""), ["$.claimInformation.principalDiagnosis.principalDiagnosisCode"]),
        (("SV2*0636*", "SV2**"), ["$.claimInformation.serviceLines[0].institutionalService.serviceLineRevenueCode"]),
    ],
    ids=["statement dates", "principal diagnosis", "revenue code"],
)
def test_what_a_hospitals_claim_must_have_is_missed(
    pipeline: Pipeline, change: tuple[str, str], paths: list[str]
) -> None:
    """FMT-02 knows the required elements of both kinds."""
    outcome = scrubbed(pipeline, recounted(FILES["institutional"].replace(*change)))

    missed = [finding.at.json_path for finding in outcome.findings if finding.edit == "FMT-02"]
    assert missed == paths


def test_a_professional_claim_is_judged_as_before(pipeline: Pipeline) -> None:
    """The same drug in a practitioner's claim has its places in the 837P."""
    text = FILES["one"].replace("HC:J2353:JZ", "HC:J2353")

    outcome: Any = scrubbed(pipeline, text, date(2026, 3, 20))

    assert found(outcome)["WST-01"].at.x12 == "2400 SV101-3"
