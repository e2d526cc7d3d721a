"""Claims that say one documented leaf, and what of it comes back through an 837."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from schemas.claim import ClaimKind
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

_HERE: Final = Path(__file__).parent
_FILES: Final = {ClaimKind.PROFESSIONAL: "professional_v3", ClaimKind.INSTITUTIONAL: "institutional_v1"}
_DATE: Final = re.compile(r"(Date|dateOfBirth|Hour|DateEnd|AsDate)$")
_NUMBER: Final = re.compile(r"(Amount|Rate|Charge|Price|Count|Quantity|Percentage|Percent|PaidUnits)$")
_CHOICES: Final[dict[str, tuple[Any, Any]]] = {
    # Codes that decide where a value belongs, or that a row knows; both are of the guide.
    "admissionDateAndHour": ("202603021200", "202603031300"),
    "dischargeHour": ("1200", "1300"),
    "qualifier": ("0B", "G2"),
    "entityTypeQualifier": ("1", "2"),
    "otherInsuredQualifier": ("1", "2"),
    "diagnosisTypeCode": ("ABK", "BK"),
    "codeCategory": ("E1", "E2"),
    "homeboundIndicator": (True, False),
    "hospiceEmployeeIndicator": (True, False),
    "identificationQualifierCode": ("0B", "G2"),
    "secondaryIdentificationQualifierCode": ("G2", "LU"),
    "secondaryIdentifierTypeCode": ("2U", "FY"),
    "claimIdentifier": ("CH", "RP"),
    "usageIndicator": ("P", "T"),
    "providerType": ("RenderingProvider", "ReferringProvider"),
}
_QUALIFIERS_OF_NUMBERS: Final = {
    "otherPayerSecondaryIdentifier": ("2U", "FY"),
    "otherPayerBillingProviderIdentifier": ("G2", "LU"),
    "secondaryIdentifier": ("G2", "LU"),
}
_QUALIFIERS: Final = {
    "principalDiagnosis": ("ABK", "BK"),
    "admittingDiagnosis": ("ABJ", "BJ"),
    "patientReasonForVisits": ("APR", "PR"),
    "externalCauseOfInjuries": ("ABN", "BN"),
    "otherDiagnosisInformationList": ("ABF", "BF"),
    "principalProcedureInformation": ("BBR", "BR"),
    "otherProcedureInformationList": ("BBQ", "BQ"),
}
_OTHER_NAMES: Final = (
    {"groupNumber", "policyNumber"},
    {"memberId", "standardHealthId"},
    {"submitterIdentification", "taxId"},
    {"employerId", "ssn"},
    {"commercialNumber", "locationNumber"},
    {"receiverId", "taxId"},
    {"naic", "employerIdentificationNumber"},
    {"linkSequenceNumber", "pharmacyPrescriptionNumber"},
    {"goalRehabOrDischargePlans", "additionalNotes"},
    {"disabilityBeginDate", "disabilityEndDate"},
    {"lineNoteText", "thirdPartyOrganizationNotes"},
    {"conditionCodes", "conditionCodesList"},
    {"fileInformation", "fileInformationList"},
    {"beginServiceDate", "serviceDate"},
    {"endServiceDate", "serviceDateEnd"},
    {"organizationName", "lastName"},
    {"organizationName", "firstName"},
    {"organizationName", "middleName"},
    {"organizationName", "suffix"},
)
"""Two names of one place, of which a claim has one."""

_PERSON: Final = frozenset({"lastName", "firstName", "middleName", "suffix"})
"""Who bills an institutional claim is an organization."""

_ONE_PLACE: Final = (
    ("serviceDate", "beginServiceDate"),
    ("serviceDateEnd", "endServiceDate"),
    ("serviceDate", "endServiceDate"),
    ("lineItemControlNumber", "providerControlNumber"),
    ("billingNote", "additionalInformation"),
    ("ssn", "relationshipToSubscriberCode"),
    ("memberId", "ssn"),
)
"""What is not said beside the other, which is elsewhere and has the same place."""

_TOLD_BY_NAME: Final = frozenset({"qualifier", "identificationQualifierCode", "secondaryIdentificationQualifierCode"})
"""What comes back as the name of the member that it qualifies."""


def leaves_of(kind: ClaimKind) -> list[str]:
    """Return the documented leaves of a kind of claim."""
    lines = (_HERE / f"{_FILES[kind]}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def base(kind: ClaimKind) -> dict[str, Any]:
    """Return a claim that says what every claim does."""
    service = {
        "procedureIdentifier": "HC",
        "procedureCode": "J2353",
        "lineItemChargeAmount": "148",
        "measurementUnit": "UN",
    }
    is_professional = kind is ClaimKind.PROFESSIONAL
    line: dict[str, Any] = {"serviceDate": "20260302", f"{kind.value}Service": service | {"serviceUnitCount": "1"}}
    if not is_professional:
        line["institutionalService"]["serviceLineRevenueCode"] = "0636"
    return {
        "tradingPartnerServiceId": "SYNPAYER",
        "tradingPartnerName": "SYNTHETIC PAYER",
        "submitter": {"organizationName": "SYNTHETIC SUBMITTER", "submitterIdentification": "SYNSUB"},
        "receiver": {"organizationName": "SYNTHETIC RECEIVER", "receiverId": "SYNREC"},
        "billing": {"npi": "1234567893", "organizationName": "SYNTHETIC CENTER"},
        "subscriber": {"memberId": "SYNMEM", "lastName": "PATIENT", "paymentResponsibilityLevelCode": "P"},
        "claimInformation": {
            "patientControlNumber": "SYN-1",
            "claimChargeAmount": "148",
            "placeOfServiceCode": "11",
            "claimFrequencyCode": "1",
            "serviceLines": [line],
        },
    }


def claims_with(leaf: str, kind: ClaimKind) -> list[dict[str, Any]]:
    """Return two claims that differ in the value of one leaf, and say all that its part and those around it do."""
    every = leaves_of(kind)
    around = [leaf]
    holder = leaf
    while "." in holder:
        holder = holder.rpartition(".")[0]
        for each in every:
            if each.rpartition(".")[0] == holder and _goes_with(each, around):
                around.append(each)
    claims = []
    for choice in range(2):
        claim = base(kind)
        if "providers[]" in leaf:
            claim["providers"] = [{"providerType": "RenderingProvider"}]
        if leaf.endswith(("beginServiceDate", "endServiceDate")):
            del claim["claimInformation"]["serviceLines"][0]["serviceDate"]
        if kind is ClaimKind.INSTITUTIONAL and leaf.startswith("billing."):
            around = [each for each in around if each == leaf or each.rpartition(".")[2] not in _PERSON]
        for each in around:
            _put(claim, each.split("."), _value(each, choice if each == leaf else 0), is_kept=each != leaf)
        claims.append(claim)
    return claims


def _goes_with(leaf: str, others: list[str]) -> bool:
    """Whether a claim says a leaf beside others: not if one of them has its place."""
    holder, _, name = leaf.removesuffix("[]").rpartition(".")
    if name == "providerType" or leaf in others:
        return False
    if holder.endswith(("claimNote", "claimNotes", "contactInformation")):
        return name == "name"  # as many as the guide has, which is not all
    named = {each.removesuffix("[]").rpartition(".")[2] for each in others}
    if any(name == one and other in named for one, other in _ONE_PLACE):
        return False
    beside = {each.removesuffix("[]").rpartition(".")[2] for each in others if each.rpartition(".")[0] == holder}
    return not any(name in pair and pair & (beside - {name}) for pair in _OTHER_NAMES)


def _value(leaf: str, choice: int) -> Any:
    name = leaf.rsplit(".", maxsplit=1)[-1].removesuffix("[]").removesuffix("[]")
    if name == "qualifierCode":
        holder = leaf.split(".")[-2].removesuffix("[]").removesuffix("[]")
        return _QUALIFIERS[holder][choice]
    if name == "qualifier":
        holder = leaf.split(".")[-2].removesuffix("[]")
        role = leaf.split(".")[-3].removesuffix("[]") if leaf.count(".") > 1 else ""
        if holder != "secondaryIdentifier" or "Facility" in role:
            return _QUALIFIERS_OF_NUMBERS.get(holder, _CHOICES[name])[choice]
    if name in _CHOICES:
        return _CHOICES[name][choice]
    if _DATE.search(name):
        return ("20260302", "20260404")[choice]
    if _NUMBER.search(name):
        return ("17.25", "18.75")[choice]
    return f"{'XY'[choice]}{sum(map(ord, leaf)) % 9973}"


def _put(holder: Any, path: list[str], value: Any, *, is_kept: bool) -> None:
    name, *others = path
    depth = name.count("[]")
    name = name.removesuffix("[]").removesuffix("[]")
    if not others:
        for _ in range(depth):
            value = [value]
        if not (is_kept and name in holder):
            for pair in _OTHER_NAMES:
                for other in pair - {name} if name in pair else ():
                    holder.pop(other, None)
            holder[name] = value
        return
    if depth:
        entry = holder.setdefault(name, [[{}]] if depth > 1 else [{}])[0]
        _put(entry[0] if depth > 1 else entry, others, value, is_kept=is_kept)
    else:
        _put(holder.setdefault(name, {}), others, value, is_kept=is_kept)


def there_and_back(claim: dict[str, Any]) -> dict[str, Any]:
    """Return a claim as it comes back through an 837."""
    text = b"".join(write_837([claim], Defaults(datetime(2026, 3, 2, 12, 0))))  # noqa: DTZ001
    found = [each.document for each in read_837(io.BytesIO(text)) if isinstance(each, ClaimRead)]
    return found[0] if found else {}


def survives(leaf: str, kind: ClaimKind) -> bool:
    """Whether the value of a leaf comes back, wherever the message has it."""
    first, second = (dict(_leaves(there_and_back(claim))) for claim in claims_with(leaf, kind))
    one, other = (_value(leaf, choice) for choice in range(2))
    if any(value == one and second.get(path) == other for path, value in first.items()):
        return True
    return leaf.rpartition(".")[2] in _TOLD_BY_NAME and set(first) != set(second)


def _leaves(value: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield each value with its path, but for segments that are kept as they came."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "unmapped":
                yield from _leaves(member, f"{path}.{name}")
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _leaves(member, f"{path}[{place}]")
    else:
        yield path, value
