"""Claims in JSON as submitters' software writes them: what each is judged, what is not read, and what is written."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from schemas.outcome import Disposition, Severity
from tests.unit.pipeline.steps.test_known_members import RECEIVED
from worker.pipeline.scrub import Pipeline
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

CASES: Final = Path(__file__).parent / "claims"
INFORMATION: Final = "$.claimInformation"
REJECTED: Final[dict[str, tuple[str, set[str]]]] = {
    "v3_five_modifiers": ("FMT-03", {f"{INFORMATION}.serviceLines[0].professionalService.procedureModifiers[4]"}),
    "v3_dependent_no_relationship": ("FMT-02", {"$.dependent.relationshipToSubscriberCode"}),
    "v3_other_insured_nameless": (
        "FMT-02",
        {
            f"{INFORMATION}.otherSubscriberInformation[0].{member}"
            for member in (
                "benefitsAssignmentCertificationIndicator",
                "otherSubscriberName.otherInsuredLastName",
                "releaseOfInformationCode",
            )
        },
    ),
    "prof_required_missing": (
        "FMT-02",
        {
            "$.billing.address.address1",
            "$.billing.address.city",
            "$.billing.address.postalCode",
            "$.billing.address.state",
            "$.billing.employerId",
            "$.submitter.contactInformation.phoneNumber",
            "$.subscriber.address.address1",
            "$.subscriber.address.city",
            "$.subscriber.address.postalCode",
            "$.subscriber.address.state",
            "$.subscriber.gender",
            "$.subscriber.paymentResponsibilityLevelCode",
            "$.tradingPartnerName",
        },
    ),
}
"""The edit that rejects, and every member that it names."""

WRITTEN: Final[dict[str, set[str]]] = {
    "v3_bool_signature": {"CLM*FAKE77*6100.00***11:B:1*Y*A*Y*Y*P"},
    "v3_attachment_id_only": set(),
    "v3_inst_claimNotes_list": {
        "NTE*DGN*acromegaly, imaginary",
        "NTE*MED*somatostatin analogue",
        "NTE*MED*none other",
    },
    "v3_inst_cob_object": {
        "SBR*P*18*******MB",
        "AMT*D*5000.00",
        "OI***Y***Y",
        "NM1*IL*1*FAKENAME*TESTA****MI*1EG4TE5MK73",
        "NM1*PR*2*MEDICARE*****PI*04412",
    },
    "v3_inst_flat_lists": {"HI*BI:74:RD8:20260301-20260302", "HI*BH:11:D8:20260301", "HI*BE:48:::110.00", "HI*BG:10"},
    "v3_inst_operatingPhysician_policyNumber": {"SBR*P*18*POL1******CI", "NM1*72*1*DOCTOROV*IVANA****XX*1245319599"},
    "v3_inst_providers_array": {
        "NM1*85*2*IMAGINARY INFUSION LLC*****XX*1234567893",
        "NM1*71*1*DOCTOROV*IVANA****XX*1245319599",
    },
}
"""Segments of the 837 that is written of a clean claim, in which the documented shape has its place."""

NO_SEGMENT: Final = {
    "v3_attachment_id_only": [f"{INFORMATION}.claimSupplementalInformation.reportInformations[0].attachmentId"]
}
"""What edits read and an 837 has no place for."""


def text_of(name: str) -> bytes:
    """A claim as it was sent."""
    return (CASES / f"{name}.json").read_bytes()


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_missing_or_too_much_rejects_by_its_name(pipeline: Pipeline, name: str) -> None:
    """Nothing else rejects the claim, and nothing that is missing is passed over."""
    edit, paths = REJECTED[name]

    outcome = pipeline.scrub(text_of(name), RECEIVED).outcome

    assert outcome is not None
    rejects = [each for each in outcome.findings if each.severity is Severity.REJECT]
    assert {each.edit for each in rejects} == {edit}
    assert {each.at.json_path for each in rejects} == paths


@pytest.mark.parametrize("name", WRITTEN)
def test_a_documented_shape_is_clean_and_has_its_segments(pipeline: Pipeline, name: str) -> None:
    """The shapes of the published claim APIs are read, judged and written."""
    done = pipeline.scrub(text_of(name), RECEIVED)
    assert done.outcome is not None
    assert done.outcome.disposition is Disposition.SCRUBBED
    lost: list[str] = []
    refused: list[str] = []
    document: dict[str, Any] = json.loads(text_of(name))

    pieces = write_837(
        [document],
        Defaults(datetime(2026, 3, 20, 12)),  # noqa: DTZ001 - envelopes name no time zone
        lambda _, path: lost.append(path),
        lambda _, why: refused.append(why),
    )

    segments = {segment.strip() for segment in b"".join(pieces).decode().split("~")}
    assert segments >= WRITTEN[name]
    assert (lost, refused) == (NO_SEGMENT.get(name, []), [])
    assert not done.outcome.not_read
