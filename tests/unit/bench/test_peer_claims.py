"""Our claims as claim-validator reads them, so that it has the same to do."""

import json

from claim_validator import ClaimData, ValidationPipeline

from schemas.claim import Claim
from tests.bench.peer import SIX_LINES, shared
from tests.bench.peer_claims import peer_document
from tests.bench.pipeline import RECEIVED, claims
from worker.samples import synthetic
from worker.samples.synthetic import Json


def _found(document: dict[str, object]) -> set[str]:
    result = ValidationPipeline.from_settings().run(ClaimData.model_validate(document))
    return {finding.code for finding in result.findings}


def _document(claim: Json) -> dict[str, object]:
    return peer_document(Claim.model_validate_json(json.dumps(claim)), RECEIVED)


def test_a_sound_claim_has_nothing_wrong_but_codes_that_the_peer_does_not_know() -> None:
    """The claim of the benchmark loses nothing on the way, or the peer would find it missing."""
    claim = Claim.model_validate_json(claims()[SIX_LINES])

    assert _found(peer_document(claim, RECEIVED)) == {"INVALID_PROCEDURE_CODE"}


def test_a_line_keeps_its_codes_its_pointers_and_its_charge_a_unit() -> None:
    """The peer takes a diagnosis with its dot, and a charge for one unit."""
    line = synthetic.line("J2357", units=30, modifiers=["JZ"], charge="1500.00", pointers=["2"])

    document = _document(synthetic.claim([line], diagnoses=["I10", "J4550"]))

    assert document["total_charge"] == 1500.0
    assert document["diagnosis_codes"] == [
        {"code": "I10", "pointer": 1, "type": "principal"},
        {"code": "J45.50", "pointer": 2, "type": "secondary"},
    ]
    assert document["lines"] == [
        {
            "procedure_code": "J2357",
            "modifiers": ["JZ"],
            "diagnosis_pointers": ["2"],
            "charge_amount": 50.0,
            "units": 30.0,
            "service_date_from": "2026-03-02",
            "service_date_to": "2026-03-02",
            "place_of_service": None,
            "rendering_provider_npi": None,
        }
    ]


def test_what_is_wrong_with_our_claim_is_wrong_with_the_peers() -> None:
    """A total that is not that of the lines arrives as such."""
    claim = synthetic.claim([synthetic.line("85025", charge="80.00")], total="81.00")

    assert "CHARGE_TOTAL_MISMATCH" in _found(_document(claim))


def test_a_claim_that_the_peer_cannot_read_is_left_out() -> None:
    """Neither side is measured over it."""
    sound = json.dumps(synthetic.claim([synthetic.line("85025")])).encode()
    unreadable = json.dumps(synthetic.claim([synthetic.line("8502")])).encode()

    assert [claim.value for claim in shared([unreadable, sound])] == [sound]
