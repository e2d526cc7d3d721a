"""How many billing units an NDC quantity stands for, read in each way that billers write it."""

from decimal import Decimal
from typing import Final

from worker.edits.facts.record import MILLIGRAMS
from worker.reference.tables.rows import Container, Drug

# X12 CTP05-1: each, milliliter, milligram, gram, international unit.
EACH, MILLILITRE, MILLIGRAM, GRAM, INTERNATIONAL_UNIT = "UN", "ML", "ME", "GR", "F2"
MASSES: Final = {MILLIGRAM: "mg", GRAM: "g"}
COUNTED: Final = frozenset({"iu", "unit"})
NO_VOLUME: Final = Decimal(1)
"""The size that the crosswalk gives powders and devices, and liquids of exactly 1 mL alike."""


def units_of(quantity: Decimal, measure: str, container: Container, drug: Drug) -> Decimal | None:
    """Billing units of a quantity by its measure; None when the crosswalk does not show it."""
    item, size = container.units_per_item, container.package_size
    if item is None:
        return None
    if measure == EACH:
        return quantity * item
    if measure == MILLILITRE and size:
        return quantity * item / size
    if measure in MASSES and drug.unit in MILLIGRAMS and drug.unit_amount:
        return quantity * MILLIGRAMS[MASSES[measure]] / MILLIGRAMS[drug.unit] / drug.unit_amount
    if measure == INTERNATIONAL_UNIT and (drug.unit or "").lower() in COUNTED and drug.unit_amount:
        return quantity / drug.unit_amount
    return None


def other_readings(quantity: Decimal, container: Container) -> tuple[Decimal, ...]:
    """Billing units if the quantity counted vials, packages or milliliters, whatever its measure."""
    item, size, items = container.units_per_item, container.package_size, container.package_qty
    if item is None:
        return ()
    return (quantity * item, quantity * item * (items or 1), quantity * item / (size or 1))


def is_certain(measure: str, container: Container) -> bool:
    """Whether the measure leaves no doubt: vials are vials, milliliters are those of a liquid."""
    return measure == EACH or (measure == MILLILITRE and container.package_size not in {None, NO_VOLUME})
