"""Quantities and amounts of money of FHIR as an 837 has them."""

from collections.abc import Mapping
from typing import Final

from worker.fhir.elements import FhirElement, ResourceError
from worker.fhir.systems import MEASURES

_DOLLARS: Final = "USD"
_EACH: Final = {"1": "UN", "un": "UN", "{unit}": "UN", "unit": "UN", "units": "UN"}
PROFESSIONAL_UNITS: Final = _EACH | {"min": "MJ", "mj": "MJ"}
INSTITUTIONAL_UNITS: Final = _EACH | {"d": "DA", "da": "DA", "day": "DA", "days": "DA"}
"""Units of a service as SV103 and SV204 have them, by UCUM and X12's own codes."""

DRUG_UNITS: Final = {
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


def count(quantity: FhirElement | None) -> str:
    """Return how many; empty when it is absent. Raises `ResourceError` for a number that is only a limit."""
    if quantity is None:
        return ""
    if quantity.has("comparator"):
        raise ResourceError(f"{quantity.path}.comparator", "a number that is only a limit cannot be billed.")
    return quantity.number("value")


def unit(quantity: FhirElement | None, units: Mapping[str, str], default: str = "") -> str:
    """Return the unit by its code, else as it is written, else `default` for a quantity that has none.

    A measure that is not known is not a unit: it stays unread, so that it is named. The code counts where both are
    there, unless the other one is the name of another measure.
    """
    if quantity is None:
        return ""
    if not (quantity.has("code") or quantity.has("unit")):
        return default
    is_known_system = not quantity.has("system") or quantity.peek("system") in MEASURES
    name = "code" if quantity.has("code") else "unit"
    found = units.get(quantity.peek(name).strip().lower(), "") if is_known_system else ""
    other = quantity.peek("unit").strip().lower()
    if found and (units.get(other) or DRUG_UNITS.get(other) or found) != found:
        return ""
    if found:
        quantity.pass_over("code", "unit", "system")
    return found


def amount(money: FhirElement) -> str:
    """Return an amount of money in dollars. Raises `ResourceError` for another currency."""
    if money.text("currency") not in {"", _DOLLARS}:
        raise ResourceError(f"{money.path}.currency", "claims are read in US dollars only.")
    return money.number("value")
