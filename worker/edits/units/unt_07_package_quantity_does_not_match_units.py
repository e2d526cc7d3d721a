from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from schemas.values import as_quantity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.containers import ONE_UNIT, add_up, is_by_lot, may_be_by_lot, sizes_of
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.units._ndc_quantity import (
    NO_VOLUME,
    counts_containers,
    is_certain,
    is_package,
    is_volume_of_label,
    other_readings,
    tolerance,
    units_of,
)
from worker.reference.tables.rows import Container

PLACES: Final = Decimal("0.001")


@drug_line_edit(
    "UNT-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("724", "218"), carc=("16",), rarc=("N815",)),
    citation=Citation(
        source="CMS, ASP NDC-HCPCS crosswalk of the quarter; NUCC 1500 claim form instructions, NDC units"
    ),
    needs=Trait.PACKAGE,
    kinds=BOTH_KINDS,
    tables=("containers",),
)
def package_quantity_does_not_match_units(line: LineFacts, context: Context) -> Verdict | None:
    """The quantity of the package (NDC) does not match the units billed.

    Why: payers convert the NDC quantity into billing units and compare.

    Flagged: J0897 x 60 with 60 UN of a syringe that holds 60 units, which are 3,600; J0897 x 1 with 1 UN, the syringe
    billed as one unit. A warning when the quantity would be right in another measure (J9271 x 100, 1 ML instead of 1
    UN), where the crosswalk does not show a powder, where other containers of the code may hold the rest of the units,
    and where more than half of a container is left, but neither JW nor JZ is there: a part may have been given.

    Accepted: the quantity given, that of the whole containers opened, or that of all lines of the drug and day; less
    than a unit of difference; a kit counted as one; 1.7 ML of a vial whose volume the crosswalk does not list. Beside a
    JW line and without JZ, less than a container. No data: quarters not in our table, and vials whose content differs
    from lot to lot.

    To do: Bill the units of the dose, not the containers or milliliters: one container holds … billing units.

    To do: Correct the quantity (… for the units billed), or the units.
    """
    package, drug = line.line.drug_identification, line.drug
    if package is None or drug is None or line.on is None or package.service_id_qualifier != NDC_QUALIFIER:
        return DoesNotApply()
    quantity = as_quantity(package.national_drug_unit_count)
    measure, ndc = package.measurement_unit_code, package.national_drug_code
    if not isinstance(quantity, Decimal) or quantity <= 0 or not measure or not is_billable_form(ndc or ""):
        return DoesNotApply()
    listed = line.code.rows_of(ndc or "")
    by_lot = may_be_by_lot(drug) and any(is_by_lot(each, drug) for each in listed)
    if not listed or by_lot or drug.unit_up_to or line.units is None:
        return NoData(f"units in a package of {line.hcpcs} on {line.on}", line.number)
    read = [units_of(quantity, measure.upper(), each, drug) for each in listed]
    if None in read:
        return NoData("NDC quantity in a measure that converts into billing units", line.number)
    if line.units in read:  # as on nearly every line
        return None
    readings = [_Reading(quantity, units, each) for each, units in zip(listed, read, strict=True) if units is not None]
    beside = _beside(line, context)
    if any(_fits(reading, line, beside) for reading in readings):
        return None
    if any(
        explains(quantity, measure.upper(), each, line.units)
        for each in listed
        for explains in (is_package, is_volume_of_label)
    ):
        return None
    comes_to = readings[0].units.quantize(PLACES).normalize()
    certain = all(
        is_certain(quantity, measure.upper(), reading.container, line.units) and _is_wrong(reading, line, beside)
        for reading in readings
    )
    return Flaw(
        message=f"{line.hcpcs}: {quantity.normalize():f} {measure} of the NDC is "
        f"{in_words(comes_to, 'billing unit')}, not the {line.units:f} billed.",
        hint=_hint(readings[0], line.units),
        at=in_line(line, "nationalDrugUnitCount"),
        facts={
            "procedureCode": line.hcpcs,
            "nationalDrugCode": ndc,
            "quantity": f"{quantity.normalize():f} {measure}",
            "unitsOfQuantity": comes_to,
            "billedUnits": line.units,
        },
        severity=None if certain else Severity.WARN,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """An NDC quantity and the billing units that it is, by one row of the crosswalk."""

    quantity: Decimal
    units: Decimal
    container: Container


def _beside(line: LineFacts, context: Context) -> tuple[LineFacts, ...]:
    return tuple(each for each in context.claim.drug_lines if (each.hcpcs, each.on) == (line.hcpcs, line.on))


def _equals(reading: _Reading, line: LineFacts, beside: Sequence[LineFacts]) -> bool:
    """Whether a quantity is that of the line or of all lines of the day."""
    of_day = sum((each.units or Decimal(0) for each in beside), Decimal(0))
    allowed = tolerance(reading.units, reading.quantity, reading.container)
    return any(abs(reading.units - billed) < allowed for billed in (line.units, of_day) if billed is not None)


def _fits(reading: _Reading, line: LineFacts, beside: Sequence[LineFacts]) -> bool:
    """Whether a quantity is that of the line or of the day, up to what may be left in the last container."""
    if _equals(reading, line, beside):
        return True
    if line.attests_no_waste or line.units is None:
        return False
    item = reading.container.units_per_item or Decimal(1)
    of_day = sum((each.units or Decimal(0) for each in beside), Decimal(0))
    left = min((reading.units - billed for billed in (line.units, of_day) if billed < reading.units), default=None)
    if left is None:
        return False
    return left < item if any(each.is_waste for each in beside) else left <= item / 2


def _is_wrong(reading: _Reading, line: LineFacts, beside: Sequence[LineFacts]) -> bool:
    """Whether neither another measure, nor another container, nor a part of one explains the difference."""
    billed, item = line.units or Decimal(0), reading.container.units_per_item or Decimal(1)
    others = other_readings(reading.quantity, reading.container)
    if any(_equals(replace(reading, units=units), line, beside) for units in others):
        return False
    if reading.units < billed:
        sizes = sizes_of(line.code.marketed)
        rest = billed - reading.units
        return not add_up(sizes, rest, ONE_UNIT) if len(sizes) > 1 else True
    if counts_containers(billed, reading.quantity, reading.units, reading.container) or line.attests_no_waste:
        return True
    return reading.units - billed >= item


def _hint(reading: _Reading, billed: Decimal) -> str:
    item, size = reading.container.units_per_item or Decimal(1), reading.container.package_size
    if billed < item and counts_containers(billed, reading.quantity, reading.units, reading.container):
        holds = in_words(item.normalize(), "billing unit")
        return f"Bill the units of the dose, not the containers or milliliters: one container holds {holds}."
    vials = (billed / item).quantize(PLACES).normalize()
    volume = (
        "" if size in {None, NO_VOLUME} else f" or {(billed / item * (size or 0)).quantize(PLACES).normalize():f} ML"
    )
    return f"Correct the quantity ({vials:f} UN{volume} for the units billed), or the units."
