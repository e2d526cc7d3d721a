"""Our claims in the words of claim-validator: the fields that it knows, of professional claims that both read."""

from datetime import date
from decimal import Decimal

from schemas.claim import Claim, Provider, Service, ServiceLine

_DIGITS_BEFORE_DOT = 3


def peer_document(claim: Claim, received_on: date) -> dict[str, object]:
    """Return the claim as claim-validator's documentation has it; what a claim lacks is None."""
    information, subscriber = claim.claim_information, claim.subscriber
    patient = claim.dependent or subscriber
    return {
        "billing_provider_npi": _npi(claim.billing),
        "billing_provider_taxonomy": claim.billing.taxonomy_code if claim.billing else None,
        "rendering_provider_npi": _npi(claim.rendering),
        "subscriber_id": subscriber.member_id if subscriber else None,
        "subscriber_first_name": subscriber.first_name if subscriber else None,
        "subscriber_last_name": subscriber.last_name if subscriber else None,
        "subscriber_dob": _day(subscriber.date_of_birth if subscriber else None),
        "subscriber_gender": subscriber.gender if subscriber else None,
        "patient_first_name": patient.first_name if patient else None,
        "patient_last_name": patient.last_name if patient else None,
        "patient_dob": _day(patient.date_of_birth if patient else None),
        "patient_gender": patient.gender if patient else None,
        "patient_relationship": "other" if claim.dependent else "self",
        "payer_id": claim.trading_partner_service_id,
        "payer_name": claim.trading_partner_name,
        "place_of_service": information.place_of_service_code,
        "total_charge": _number(information.claim_charge_amount),
        "filing_date": received_on.isoformat(),
        "diagnosis_codes": [
            {
                "code": _dotted(diagnosis.diagnosis_code),
                "pointer": pointer,
                "type": "principal" if pointer == 1 else "secondary",
            }
            for pointer, diagnosis in enumerate(information.health_care_code_information, 1)
        ],
        "lines": [_line(line) for line in information.service_lines],
    }


def _line(line: ServiceLine) -> dict[str, object]:
    service = line.professional_service
    return {
        "procedure_code": service.procedure_code,
        "modifiers": list(service.procedure_modifiers),
        "diagnosis_pointers": list(service.diagnosis_pointers),
        "charge_amount": _charge_a_unit(service),
        "units": _number(service.service_unit_count),
        "service_date_from": _day(line.service_date),
        "service_date_to": _day(line.service_date_end or line.service_date),
        "place_of_service": service.place_of_service_code,
        "rendering_provider_npi": _npi(line.rendering_provider),
    }


def _charge_a_unit(service: Service) -> float | None:
    """What claim-validator means by the charge of a line: it multiplies it by the units for the claim's total."""
    charge, units = service.line_item_charge_amount, service.service_unit_count
    return _number(charge / units if isinstance(charge, Decimal) and isinstance(units, Decimal) and units else charge)


def _npi(provider: Provider | None) -> str | None:
    return provider.npi if provider else None


def _day(day: object) -> str | None:
    return day.isoformat() if isinstance(day, date) else None


def _number(amount: object) -> float | None:
    return float(amount) if isinstance(amount, Decimal) else None


def _dotted(code: str | None) -> str | None:
    """An 837 carries diagnoses without their dot, and claim-validator takes them with it only."""
    if code is None or len(code) <= _DIGITS_BEFORE_DOT:
        return code
    return f"{code[:_DIGITS_BEFORE_DOT]}.{code[_DIGITS_BEFORE_DOT:]}"
