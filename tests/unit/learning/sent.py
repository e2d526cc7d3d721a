"""Outcomes for the tests of learning: claims of a synthetic person with the findings that a test wants."""

from typing import Any

import orjson

from tests.unit.x12.responses.files import NPI
from worker.samples.synthetic import claim, line

Json = dict[str, Any]  # any JSON
WST_01: Json = {
    "edit": "WST-01",
    "severity": "reject",
    "at": {"line": 1},
    "predicted": {"carc": ["16"], "rarc": ["N822"], "claimStatusCategory": "A6", "claimStatus": ["453"]},
}
"""A finding on the first line."""
AUT_01: Json = {
    "edit": "AUT-01",
    "severity": "warn",
    "at": {"line": None},
    "predicted": {"carc": ["197"], "claimStatusCategory": "A7", "claimStatus": ["48"]},
}
"""A finding of the claim as a whole."""


TWO_LINES = (("L1", "J0490:JZ", "200"), ("L2", "96365", "100"))
"""Control number, code with modifiers, and charge of each line."""


def _line(number: str, service: str, charge: str) -> Json:
    code, *modifiers = service.split(":")
    return {"providerControlNumber": number, **line(code, modifiers=modifiers, charge=charge, on="20260302")}


def outcome(
    *findings: Json,
    number: str = "SYN-1",
    services: tuple[tuple[str, str, str], ...] = TWO_LINES,
    outcome_id: str = "outcome-1",
    received_on: str = "2026-03-04",
    npi: str = NPI,
    **members: Any,  # any JSON: members of the outcome
) -> bytes:
    """One outcome as it is published, with what learning reads of it."""
    made = claim([_line(*each) for each in services], number=number)
    made["billing"]["npi"] = npi
    return orjson.dumps(
        {
            "outcomeId": outcome_id,
            "disposition": "rejected" if findings else "scrubbed",
            "receivedOn": received_on,
            "findings": findings,
            "versions": {"profile": "medicare-part-b"},
            "claim": made,
            **members,
        }
    )
