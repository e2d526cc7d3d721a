"""Synthetic claims: a sound one, from which tests and the demo make wrong ones. The people in them do not exist."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]  # any JSON object

SERVICE_DATE = "20260302"
"""A date of service that the shipped editions of the NDC crosswalk, the payment limits and ICD-10-CM cover."""
RECEIVED_ON = "2026-03-20"
UNIT_CHARGE = "10.00"


def line(  # noqa: PLR0913 - a service line has this many elements worth varying
    code: str,
    *,
    units: str | int = 1,
    modifiers: Sequence[str] = (),
    charge: str | None = None,
    on: str = SERVICE_DATE,
    until: str | None = None,
    ndc: str | None = None,
    ndc_units: str = "1",
    ndc_measure: str = "UN",
    pointers: Sequence[str] = ("1",),
    description: str | None = None,
    place: str | None = None,
    revenue: str | None = None,
    hemoglobin: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Json:
    """One service line, at ten dollars a unit unless `charge` says otherwise. `more` is merged into it at the top.

    `revenue` is for a line of a facility's bill (`institutional.as_bill`).
    """
    service: Json = {
        "procedureIdentifier": "HC",
        "procedureCode": code,
        "lineItemChargeAmount": charge or _charge(units),
        "measurementUnit": "UN",
        "serviceUnitCount": str(units),
        "compositeDiagnosisCodePointers": {"diagnosisCodePointers": list(pointers)},
    }
    if modifiers:
        service["procedureModifiers"] = list(modifiers)
    if description:
        service["description"] = description
    if place:
        service["placeOfServiceCode"] = place
    if revenue:
        service["serviceLineRevenueCode"] = revenue
    made: Json = {"serviceDate": on, "professionalService": service}
    if hemoglobin:
        result = {"measurementReferenceIdentificationCode": "TR", "measurementQualifier": "R1"}
        made["testResults"] = [result | {"testResults": hemoglobin}]
    if until:
        made["serviceDateEnd"] = until
    if ndc:
        made["drugIdentification"] = {
            "serviceIdQualifier": "N4",
            "nationalDrugCode": ndc,
            "nationalDrugUnitCount": ndc_units,
            "measurementUnitCode": ndc_measure,
        }
    return made | dict(more or {})


def _charge(units: str | int) -> str:
    try:
        counted = Decimal(units)
    except InvalidOperation:
        return UNIT_CHARGE
    return f"{counted * Decimal(UNIT_CHARGE):.2f}" if counted > 0 else UNIT_CHARGE


def element(name: str, value: str = "yes", unit: str | None = None, line_number: int | None = None) -> Json:
    """One element of the medical record, of one line or of the whole claim."""
    made: Json = {"element": name, "value": value}
    if unit:
        made["unit"] = unit
    if line_number:
        made["providerControlNumber"] = f"L{line_number}"
    return made


def claim(  # noqa: PLR0913 - a claim has this many elements worth varying
    lines: Iterable[Json],
    *,
    diagnoses: Sequence[str] = ("M0579",),
    record: Iterable[Json] | None = None,
    number: str = "SYN-0001",
    filing_code: str = "MB",
    payer: str = "MEDICARE-B",
    place: str = "11",
    total: str | None = None,
) -> Json:
    """A claim that is sound but for what its lines and diagnoses say. `record=None` sends no documentation list."""
    numbered: list[Json] = [{"providerControlNumber": f"L{place_in}"} | made for place_in, made in enumerate(lines, 1)]
    charges = [Decimal(made["professionalService"]["lineItemChargeAmount"]) for made in numbered] if not total else []
    made: Json = {
        "controlNumber": "000000001",
        "tradingPartnerServiceId": payer,
        "tradingPartnerName": "SYNTHETIC PAYER",
        "submitter": {
            "organizationName": "SYNTHETIC SUBMITTER",
            "contactInformation": {"name": "SYNTHETIC CONTACT", "phoneNumber": "5555550100"},
        },
        "receiver": {"organizationName": "SYNTHETIC RECEIVER"},
        "billing": {
            "npi": "1234567893",
            "employerId": "123456789",
            "taxonomyCode": "207RH0003X",
            "organizationName": "SYNTHETIC INFUSION CENTER",
            "address": {"address1": "100 MAIN ST", "city": "SPRINGFIELD", "state": "IL", "postalCode": "627010001"},
        },
        "subscriber": {
            "memberId": "1EG4TE5MK73",
            "paymentResponsibilityLevelCode": "P",
            "firstName": "SYNTHETIC",
            "lastName": "PATIENT",
            "dateOfBirth": "19500201",
            "gender": "F",
            "address": {"address1": "1 EXAMPLE WAY", "city": "SPRINGFIELD", "state": "IL", "postalCode": "627010002"},
        },
        "claimInformation": {
            "patientControlNumber": number,
            "claimChargeAmount": total or f"{sum(charges, Decimal(0)):f}",
            "claimFilingCode": filing_code,
            "placeOfServiceCode": place,
            "claimFrequencyCode": "1",
            "signatureIndicator": "Y",
            "planParticipationCode": "A",
            "benefitsAssignmentCertificationIndicator": "Y",
            "releaseInformationCode": "Y",
            "healthCareCodeInformation": [
                {"diagnosisTypeCode": "ABF" if place_in else "ABK", "diagnosisCode": code}
                for place_in, code in enumerate(diagnoses)
            ],
            "serviceLines": numbered,
        },
    }
    if record is not None:
        made["documentation"] = list(record)
    return made


def decision_on(made: Json, decision: str, on: date) -> Json:
    """The payer's decision on a claim: `returned`, `denied` or `paid`."""
    of_claim: Json = {
        "tradingPartnerServiceId": made["tradingPartnerServiceId"],
        "subscriber": {"memberId": made["subscriber"]["memberId"]},
        "billing": {"npi": made["billing"]["npi"]},
        "patientControlNumber": made["claimInformation"]["patientControlNumber"],
    }
    if dependent := made.get("dependent"):
        of_claim["dependent"] = {name: dependent[name] for name in ("dateOfBirth", "firstName")}
    return {"claim": of_claim, "decision": decision, "on": f"{on:%Y%m%d}"}
