"""Describes where a flaw is, in the words of a biller."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.outcome import Location

FIELD_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "benefitsAssignmentCertificationIndicator": "assignment of benefits",
        "billing": "billing provider",
        "claimChargeAmount": "total charge",
        "claimFilingCode": "claim filing code",
        "claimFrequencyCode": "claim frequency code",
        "dateOfBirth": "date of birth",
        "description": "description",
        "diagnosisCode": "diagnosis",
        "diagnosisCodePointers": "diagnosis pointers",
        "documentation": "documentation",
        "employerId": "tax id",
        "healthCareCodeInformation": "diagnoses",
        "lineItemChargeAmount": "charge",
        "measurementUnit": "unit of measure",
        "memberId": "member id",
        "nationalDrugCode": "NDC",
        "nationalDrugUnitCount": "NDC quantity",
        "npi": "NPI",
        "patientControlNumber": "patient control number",
        "placeOfServiceCode": "place of service",
        "planParticipationCode": "assignment code",
        "priorAuthorization": "prior authorization",
        "priorAuthorizationNumber": "prior authorization number",
        "procedureCode": "procedure code",
        "procedureIdentifier": "procedure qualifier",
        "procedureModifiers": "modifiers",
        "releaseInformationCode": "release of information",
        "serviceDate": "date of service",
        "serviceDateEnd": "last date of service",
        "serviceLines": "service lines",
        "serviceUnitCount": "units",
        "signatureIndicator": "signature on file",
        "subscriber": "subscriber",
        "submitter": "submitter",
        "tradingPartnerServiceId": "payer id",
    }
)
OWNERS: Final = ("billing", "rendering", "referring", "ordering", "supervising", "subscriber", "dependent")

_ATTACHED: Final[Mapping[str, str]] = MappingProxyType({"2400 PWK": "documentation"})

_STEP = re.compile(r"\.(\w+)(?:\[(\d+)\])?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def in_words(at: Location) -> str:
    """Return for instance `line 2, units (box 24G, SV104)`."""
    field = _field(at.json_path, has_line=at.line is not None) or _ATTACHED.get(at.x12, "")
    place = f"line {at.line}" + (f", {field}" if field else "") if at.line else field or "the claim"
    return f"{place} ({_form(at)})"


def words_of(name: str) -> str:
    """Return what a member is called, in the words of a biller."""
    return FIELD_WORDS.get(name) or _CAMEL.sub(" ", name).lower()


def _field(path: str, *, has_line: bool) -> str:
    steps = _STEP.findall(path)
    if has_line:
        steps = steps[2:]  # claimInformation, serviceLines
    if not steps:
        return ""
    name, position = steps[-1]
    words = words_of(name)
    if name == "diagnosisCode" and len(steps) > 1 and steps[-2][1]:
        return f"diagnosis {int(steps[-2][1]) + 1}"
    if position:
        return f"{words.removesuffix('s')} {int(position) + 1}"
    owner = steps[-2][0].removesuffix("Provider") if len(steps) > 1 else ""
    return f"{owner} {words}" if owner in OWNERS else words


def _form(at: Location) -> str:
    box = at.cms1500_box
    element = at.x12.removeprefix("2400 ") if at.line else at.x12
    if box is None:
        return element
    return f"{'box ' if box[0].isdigit() else ''}{box}, {element}"
