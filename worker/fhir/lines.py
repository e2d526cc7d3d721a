"""`Claim.item`: service lines with their drugs."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.care_team import CareTeam
from worker.fhir.codings import ValueSet, code_of, needed_code, needed_codes
from worker.fhir.diagnoses import FhirDiagnosis, pointers, whole
from worker.fhir.drugs import drug, is_other_drug_name, package_of
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.quantities import INSTITUTIONAL_UNITS, PROFESSIONAL_UNITS, amount, count, unit
from worker.fhir.systems import ABSENT, NDC, PLACES, PROCEDURES, REVENUE

_LONGEST_DESCRIPTION: Final = 80
"""Of SV101-7 and SV202-7."""

_SERVICES: Final = ValueSet(
    "HCPCS or CPT",
    PROCEDURES,
    is_plain=True,
    meaning=str.strip,
    shape=re.compile(r"[A-Z0-9]\d{3}[A-Z0-9]", re.ASCII | re.IGNORECASE),
)
_MODIFIERS: Final = ValueSet(
    "HCPCS or CPT",
    PROCEDURES,
    is_plain=True,
    meaning=str.strip,
    shape=re.compile(r"[A-Z0-9]{2}", re.ASCII | re.IGNORECASE),
)
_PLACES: Final = ValueSet("places of service", PLACES, is_plain=True)
_REVENUES: Final = ValueSet("revenue codes", REVENUE, is_plain=True, meaning=lambda code: code.zfill(4) if code else "")
_ABSENT: Final = ValueSet("absence", ABSENT)


@dataclass(frozen=True, slots=True)
class LineContext:
    """The things that a line refers to.

    Attributes:
        kind: Whose claim it is.
        diagnoses: The diagnoses in the order of the message.
        team: The care team.
        only_day: The day of the claim, where it has only one; empty otherwise.
    """

    kind: ClaimKind
    diagnoses: list[FhirDiagnosis]
    team: CareTeam
    only_day: str


def service_lines(item: FhirElement, claim: LineContext) -> list[Json]:
    """Return the service lines of an item: one, or one for each detail of an item that only groups them.

    Raises `ResourceError` where a detail is a service that cannot become a line: without it the claim would be another.
    """
    details = item.children("detail")
    services = [each for each in details if not _is_package(each)]
    if not services:
        return [_service_line(item, item, details, claim)]
    _refuse_unless_group(item, details, services)
    lines = (_service_line(each, item, _packages_only(each.children("subDetail")), claim) for each in services)
    return [line | _numbered(item, each) for line, each in zip(lines, services, strict=True)]


def _is_package(detail: FhirElement) -> bool:
    """Whether a detail is only the package of its line's drug."""
    if is_other_drug_name(detail):
        return True
    if not package_of(detail):
        return False
    if detail.has("modifier"):
        raise ResourceError(f"{detail.path}.modifier", "a package of a drug has no modifiers; they belong to the line.")
    _packages_only(detail.children("subDetail"))
    product = detail.child("productOrService")
    codings = product.children("coding") if product else []
    # A code without a system that is an NDC is not one of HCPCS.
    return all(each.peek("system") not in PROCEDURES for each in codings)


def _packages_only(details: list[FhirElement]) -> list[FhirElement]:
    for each in details:
        if not _is_package(each):
            raise ResourceError(each.path, "it is a service below a service; an 837 has one line for each service.")
    return details


def _refuse_unless_group(item: FhirElement, details: list[FhirElement], services: list[FhirElement]) -> None:
    is_service = bool(_services_of(item)) or bool(package_of(item))
    if is_service or len(services) < len(details) or item.has("modifier"):
        raise ResourceError(services[0].path, "it is a service below a service; an 837 has one line for each service.")
    net = item.child("net")
    charges = [_charge(each) for each in services]
    if net is not None and (not all(charges) or sum(map(Decimal, charges)) != Decimal(amount(net) or 0)):
        raise ResourceError(f"{item.path}.net", "it is not the sum of its details.")
    if count(item.child("quantity")) not in {"", "1"}:
        raise ResourceError(f"{item.path}.quantity", "a group of services is billed once.")


def _services_of(item: FhirElement) -> str:
    product = item.child("productOrService")
    return "" if code_of(product, _ABSENT) else code_of(product, _SERVICES)


def _numbered(item: FhirElement, detail: FhirElement) -> Json:
    """The control number of a line that is a detail, which is one of its own in the claim."""
    numbers = (whole(item, "sequence"), whole(detail, "sequence"))
    return {"providerControlNumber": ".".join(numbers)} if all(numbers) else {}


def _service_line(service: FhirElement, item: FhirElement, details: list[FhirElement], claim: LineContext) -> Json:
    """The line of a service; place, date, diagnoses and care team are those of its item."""
    begin, end = _served(item, claim.only_day)
    line = filled(
        providerControlNumber=whole(item, "sequence") if service is item else "",
        serviceDate=begin,
        serviceDateEnd="" if end == begin else end,
    )
    # Even an empty service says whose claim it is.
    if claim.kind is ClaimKind.INSTITUTIONAL:
        line["institutionalService"] = _revenue(service, item) | _service(service, INSTITUTIONAL_UNITS)
    else:
        line["professionalService"] = _service(service, PROFESSIONAL_UNITS) | _place_and_pointers(item, claim)
    return line | filled(drugIdentification=drug(service, details), **claim.team.of_line(item))


def _revenue(service: FhirElement, item: FhirElement) -> Json:
    return filled(serviceLineRevenueCode=code_of(service.child("revenue") or item.child("revenue"), _REVENUES))


def _place_and_pointers(item: FhirElement, claim: LineContext) -> Json:
    return filled(
        placeOfServiceCode=code_of(item.child("locationCodeableConcept"), _PLACES),
        compositeDiagnosisCodePointers=filled(diagnosisCodePointers=pointers(item, claim.diagnoses)),
    )


def _served(item: FhirElement, only_day: str) -> tuple[str, str]:
    """The first and the last day; an end without a begin stays unread."""
    period = item.child("servicedPeriod")
    if period is None:
        return item.day("servicedDate") or only_day, ""
    if begin := period.day("start"):
        return begin, period.day("end")
    return "", ""


def _service(service: FhirElement, units: dict[str, str]) -> Json:
    procedure = _procedure(service)
    charge = _charge(service)
    number, measure = _units(service.child("quantity"), units)
    return filled(
        procedureIdentifier="HC" if procedure else "",
        procedureCode=procedure,
        procedureModifiers=[code for each in service.children("modifier") for code in needed_codes(each, _MODIFIERS)],
        description=_description(service),
        lineItemChargeAmount=charge,
        measurementUnit=measure,
        serviceUnitCount=number,
    )


def _units(quantity: FhirElement | None, units: dict[str, str]) -> tuple[str, str]:
    """How many of what; nothing of another measure, whose number would count as billing units."""
    if quantity is None:
        return "", ""
    number, measure = count(quantity), unit(quantity, units, default="UN")
    if measure:
        return number, measure
    quantity.leave("value")
    return "", ""


def _description(service: FhirElement) -> str:
    """The sender's description of the service, as for an unlisted code; a longer text has no room in an 837."""
    product = service.child("productOrService")
    if product is None or len(product.peek("text")) > _LONGEST_DESCRIPTION:
        return ""
    return product.text("text").strip()


def _procedure(service: FhirElement) -> str:
    """The procedure; empty for a line that says that it has none, or has only the package of a drug."""
    product = service.child("productOrService")
    if product is None or code_of(product, _ABSENT):
        return ""
    codings = product.children("coding")
    if codings and all(each.peek("system") in NDC for each in codings):
        return ""
    return needed_code(product, _SERVICES)


def _charge(service: FhirElement) -> str:
    """The charge: `net`, or what FHIR says it is made of."""
    price = service.child("unitPrice")
    made = _product(service, price) if price else ""
    net = service.child("net")
    if net is None:
        return made
    charge = amount(net)
    if price and (not made or not charge or Decimal(made) != Decimal(charge)):
        # What contradicts the charge is named.
        price.leave("value")
        service.leave("factor")
    return charge


def _product(service: FhirElement, price: FhirElement) -> str:
    quantity = service.child("quantity")
    number = count(quantity) if quantity else "1"
    value = amount(price)
    if not number or not value:
        return ""
    charge = Decimal(value) * Decimal(number) * Decimal(service.number("factor") or 1)
    return f"{charge:.2f}" if charge == round(charge, 2) else f"{charge:f}"
