"""How many billing units an NDC quantity stands for, read in each way that billers write it."""

from decimal import Decimal
from typing import Final

from worker.edits.facts.record import MILLIGRAMS
from worker.reference.tables.rows import Container, Drug

# X12 CTP05-1: each, milliliter, milligram, gram, international unit.
EACH, MILLILITRE, MILLIGRAM, GRAM, INTERNATIONAL_UNIT = "UN", "ML", "ME", "GR", "F2"
MASSES: Final = {MILLIGRAM: "mg", GRAM: "g"}
COUNTED: Final = frozenset({"iu", "unit"})
PLACES_OF_TABLE: Final = 2
LAST_PLACE: Final = Decimal("0.0005")  # half of the third decimal, the last that a quantity has
LAST_PLACE_OF_TABLE: Final = Decimal("0.005")  # the crosswalk rounds the units of some containers to two
MOST_DILUENT: Final = Decimal(50)
"""Milliliters; vials of powder are dissolved in 20 or less, a few in 50."""
MOST_OF_A_SYRINGE: Final = Decimal(3)
"""Milliliters that a label has injected at one place."""
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


def is_package(quantity: Decimal, measure: str, container: Container, billed: Decimal) -> bool:
    """Whether a quantity counts whole packages of several containers, such as a kit of two vials."""
    item, items = container.units_per_item, container.package_qty
    return bool(measure == EACH and item and items and quantity * item * items == billed)


def is_volume_of_label(quantity: Decimal, measure: str, container: Container, billed: Decimal) -> bool:
    """Whether a quantity can be the volume of whole containers that the crosswalk lists without one.

    120 mg of denosumab are 1.7 mL by the label and of size 1 by the crosswalk. A part of a milliliter is read off a
    label; who counts vials, or dissolves a powder, comes to whole ones.
    """
    item = container.units_per_item
    if measure != MILLILITRE or container.package_size != NO_VOLUME or not item or billed < item or billed % item:
        return False
    of_one = quantity * item / billed
    return 1 < of_one < MOST_OF_A_SYRINGE and of_one % 1 != 0


def is_certain(quantity: Decimal, measure: str, container: Container, billed: Decimal) -> bool:
    """Whether the measure leaves no doubt: vials are vials, milliliters are those of a liquid.

    Milliliters of a container of size 1 may be those of a powder after it was dissolved, unless nobody dissolves one in
    as much as the units billed would take.
    """
    if measure == EACH:
        return True
    if measure != MILLILITRE or container.package_size is None:
        return False
    if container.package_size != NO_VOLUME:
        return True
    return billed > 0 and quantity * (container.units_per_item or Decimal(0)) / billed > MOST_DILUENT


def tolerance(units: Decimal, quantity: Decimal, container: Container) -> Decimal:
    """How far apart equal amounts may be: less than a unit by rounding, and what the last places do not hold.

    A part of a container is rounded to the third decimal, which need not be written: 0.5904 UN are sent as 0.59.
    """
    item = container.units_per_item or Decimal(1)
    of_quantity = units * LAST_PLACE / quantity if units % item else Decimal(0)
    of_table = units / item * LAST_PLACE_OF_TABLE if _places(item) >= PLACES_OF_TABLE else Decimal(0)
    return 1 + of_quantity + of_table


def _places(number: Decimal) -> int:
    return -int(number.normalize().as_tuple().exponent)


def counts_containers(billed: Decimal, quantity: Decimal, units: Decimal, container: Container) -> bool:
    """Whether the units billed are the number of containers, or of milliliters, instead of billing units."""
    return billed in {quantity, units / (container.units_per_item or Decimal(1))}
