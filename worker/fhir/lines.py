"""`Claim.item`: service lines with their drugs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.diagnoses import Diagnosis, pointers, whole
from worker.fhir.elements import DamagedError, Element, Json, filled
from worker.fhir.systems import ABSENT, NDC, PLACES, PROCEDURES, REVENUE, code_of, needed_code

_DOLLARS: Final = "USD"
_SERVICE_UNITS: Final = {
    "": "UN",
    "1": "UN",
    "un": "UN",
    "{unit}": "UN",
    "unit": "UN",
    "units": "UN",
    "min": "MJ",
    "mj": "MJ",
}
"""Units of a service as SV103 has them; UCUM and X12's own codes."""

_DRUG_UNITS: Final = {
    "ml": "ML",
    "g": "GR",
    "gr": "GR",
    "mg": "ME",
    "me": "ME",
    "[iu]": "F2",
    "f2": "F2",
    "un": "UN",
    "1": "UN",
    "{unit}": "UN",
    "{vial}": "UN",
    "{each}": "UN",
    "{kit}": "UN",
    "{tbl}": "UN",
    "{capsule}": "UN",
}
"""Units of a drug as CTP05 has them; a gram is GR there."""

_NDC_GROUPS: Final = re.compile(r"(\d{4,5})-(\d{3,4})-(\d{1,2})", re.ASCII)
_ASSIGNED: Final = frozenset({(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)})
"""The groups in which an NDC is assigned (21 CFR 207.33), and 5-4-2, as it stands on claims."""


@dataclass(frozen=True, slots=True)
class OfClaim:
    """What a line refers to.

    Attributes:
        kind: Whose claim it is.
        diagnoses: The diagnoses in the order of the message.
        team: The members of the care team by sequence: role and party.
        only_day: The day of the claim, where it speaks of no other; empty otherwise.
    """

    kind: ClaimKind
    diagnoses: list[Diagnosis]
    team: Mapping[str, tuple[str, Json]]
    only_day: str


def service_line(item: Element, claim: OfClaim) -> Json:
    """Return one service line."""
    begin, end = _served(item)
    line = filled(
        providerControlNumber=whole(item, "sequence"),
        serviceDate=begin or claim.only_day,
        serviceDateEnd="" if end == begin else end,
    )
    # Even an empty service says whose claim it is.
    if claim.kind is ClaimKind.INSTITUTIONAL:
        line["institutionalService"] = _revenue(item) | _service(item)
    else:
        line["professionalService"] = _service(item) | _place_and_pointers(item, claim)
    return line | filled(drugIdentification=_drug(item), **dict(_parties(item, claim)))


def _revenue(item: Element) -> Json:
    code = code_of(item.child("revenue"), REVENUE, is_plain=True)
    return filled(serviceLineRevenueCode=code.zfill(4) if code else "")


def _place_and_pointers(item: Element, claim: OfClaim) -> Json:
    return filled(
        placeOfServiceCode=code_of(item.child("locationCodeableConcept"), PLACES, is_plain=True),
        compositeDiagnosisCodePointers=filled(diagnosisCodePointers=pointers(item, claim.diagnoses)),
    )


def _parties(item: Element, claim: OfClaim) -> list[tuple[str, Json]]:
    """The care team of this line; who stands for the whole claim is not said again."""
    members = (claim.team.get(sequence) for sequence in item.numbers("careTeamSequence"))
    return [(f"{role}Provider", party) for role, party in filter(None, members)]


def _served(item: Element) -> tuple[str, str]:
    if period := item.child("servicedPeriod"):
        return period.day("start"), period.day("end")
    return item.day("servicedDate"), ""


def _service(item: Element) -> Json:
    procedure = _procedure(item)
    modifiers = [needed_code(each, PROCEDURES, "HCPCS or CPT") for each in item.children("modifier")]
    quantity = item.child("quantity")
    unit = _unit(quantity, _SERVICE_UNITS) if quantity else ""
    return filled(
        procedureIdentifier="HC" if procedure else "",
        procedureCode=procedure,
        procedureModifiers=modifiers,
        lineItemChargeAmount=_charge(item),
        measurementUnit=unit,
        serviceUnitCount=quantity.number("value") if quantity else "",
    )


def _procedure(item: Element) -> str:
    """The procedure; none of a line that says that it has none, or has only the package of a drug."""
    product = item.child("productOrService")
    if product is None or code_of(product, ABSENT):
        return ""
    codings = product.children("coding")
    if codings and all(each.peek("system") in NDC for each in codings):
        return ""
    return needed_code(product, PROCEDURES, "HCPCS or CPT")


def _charge(item: Element) -> str:
    """The charge: `net`, or what FHIR says it is made of."""
    if net := item.child("net"):
        item.pass_over("unitPrice", "factor")
        return amount(net)
    price, quantity = item.child("unitPrice"), item.child("quantity")
    count = quantity.number("value") if quantity else "1"
    if price is None or not count:
        return ""
    charge = Decimal(amount(price) or 0) * Decimal(count) * Decimal(item.number("factor") or 1)
    return f"{charge:.2f}" if charge == round(charge, 2) else f"{charge:f}"


def amount(money: Element) -> str:
    """Return an amount of money in dollars. Raises `DamagedError` for another currency."""
    if money.text("currency") not in {"", _DOLLARS}:
        raise DamagedError(f"{money.path}.currency", "claims are read in US dollars only.")
    return money.number("value")


def _unit(quantity: Element, units: Mapping[str, str]) -> str:
    """The unit by its code, or as it is written; one that is not known stays unread, so that it is named."""
    for name in ("code", "unit"):
        written = quantity.peek(name)
        if isinstance(written, str) and (unit := units.get(written.lower())):
            quantity.pass_over("code", "unit", "system")
            return unit
    return "" if quantity.has("code") or quantity.has("unit") else units.get("", "")


def _drug(item: Element) -> Json:
    """The package of a drug: a detail of the line with an NDC, or an NDC beside the code of the line itself."""
    for detail in item.children("detail"):
        if ndc := code_of(detail.child("productOrService"), NDC):
            detail.pass_over("sequence")
            quantity = detail.child("quantity")
            return _identified(
                ndc,
                count=quantity.number("value") if quantity else "",
                unit=_unit(quantity, _DRUG_UNITS) if quantity else "",
            )
    ndc = code_of(item.child("productOrService"), NDC)
    return _identified(ndc) if ndc else {}


def _identified(ndc: str, count: str = "", unit: str = "") -> Json:
    return filled(
        serviceIdQualifier="N4",
        nationalDrugCode=_without_hyphens(ndc),
        nationalDrugUnitCount=count,
        measurementUnitCode=unit,
    )


def _without_hyphens(ndc: str) -> str:
    """The eleven digits of a claim for the groups of a package; all else stays as it is, for an edit to judge."""
    found = _NDC_GROUPS.fullmatch(ndc)
    if found is None or tuple(map(len, found.groups())) not in _ASSIGNED:
        return ndc
    labeler, product, package = found.groups()
    return f"{labeler:0>5}{product:0>4}{package:0>2}"
