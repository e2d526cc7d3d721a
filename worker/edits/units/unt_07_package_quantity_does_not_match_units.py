from datetime import date
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from schemas.values import as_quantity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.containers import CONTENT_BY_LOT, CONTENT_BY_LOT_CLASS, sizes_of
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.units._ndc_quantity import is_certain, other_readings, units_of
from worker.reference.tables.answer import Found
from worker.reference.tables.rows import Container

ROUNDED: Final = Decimal("0.02")  # the crosswalk rounds the units of some containers to two places
LAST_PLACE: Final = Decimal("0.0005")  # a quantity has three decimals


@drug_line_edit(
    "UNT-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("724", "218"), carc=("16",), rarc=("N815",)),
    citation=Citation(
        source="CMS, ASP NDC-HCPCS crosswalk of the quarter; NUCC 1500 claim form instructions, NDC units"
    ),
    needs=Trait.PACKAGE,
    kinds=BOTH_KINDS,
)
def package_quantity_does_not_match_units(line: LineFacts, context: Context) -> Verdict | None:
    """The quantity of the package (NDC) does not match the units billed.

    Why: payers convert the NDC quantity into billing units and compare.

    Flagged: J0897 x 60 with 60 UN of a syringe that holds 60 units, which are 3,600. A warning when the quantity would
    be right in another measure (J9271 x 100, 1 ML instead of 1 UN), where the crosswalk does not show a powder, and
    where it is too small for a code of several container sizes, of which the line may name one.

    Accepted: the quantity given, that of the whole containers opened, or that of all lines of the drug and day; less
    than a unit of difference. No data: quarters not in our table, and vials whose content differs from lot to lot.
    """
    package, drug = line.line.drug_identification, line.drug
    if package is None or drug is None or line.on is None or package.service_id_qualifier != NDC_QUALIFIER:
        return DoesNotApply()
    quantity = as_quantity(package.national_drug_unit_count)
    measure, ndc = package.measurement_unit_code, package.national_drug_code
    if not isinstance(quantity, Decimal) or quantity <= 0 or not measure or not is_billable_form(ndc or ""):
        return DoesNotApply()
    answer = context.snapshot.container(ndc or "", line.on)
    listed = [each for each in answer.row if each.hcpcs == line.hcpcs] if isinstance(answer, Found) else []
    by_lot = drug.drug_class == CONTENT_BY_LOT_CLASS or drug.hcpcs in CONTENT_BY_LOT
    if not listed or by_lot or drug.unit_up_to or line.units is None:
        return NoData(f"units in a package of {line.hcpcs} on {line.on}", line.number)
    stated = [units_of(quantity, measure.upper(), each, drug) for each in listed]
    known = [units for units in stated if units is not None]
    if len(known) != len(stated):
        return NoData("NDC quantity in a measure that converts into billing units", line.number)
    if not any(_fits(units, quantity, line, context, each) for units, each in zip(known, listed, strict=True)):
        guesses = [units for each in listed for units in other_readings(quantity, each)]
        doubtful = any(_fits(units, quantity, line, context, each) for each in listed for units in guesses)
        doubtful |= max(known) < line.units and _has_sizes(line, line.on, context)
        certain = not doubtful and all(is_certain(measure.upper(), each) for each in listed)
        comes_to = known[0].quantize(Decimal("0.001")).normalize()
        return Flaw(
            message=f"{line.hcpcs}: {quantity.normalize():f} {measure} of the NDC is "
            f"{in_words(comes_to, 'billing unit')}, not the {line.units:f} billed.",
            hint="Correct the quantity or its measure (UN for vials and syringes, ML for liquids), or the units.",
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
    return None


def _has_sizes(line: LineFacts, on: date, context: Context) -> bool:
    """Whether the code has containers of several sizes, so that the line may name one NDC of two."""
    answer = context.snapshot.containers_of(line.hcpcs, on)
    return isinstance(answer, Found) and len(sizes_of(answer.row)) > 1


def _beside(line: LineFacts, context: Context) -> tuple[LineFacts, ...]:
    return tuple(each for each in context.claim.drug_lines if (each.hcpcs, each.on) == (line.hcpcs, line.on))


def _fits(units: Decimal, quantity: Decimal, line: LineFacts, context: Context, container: Container) -> bool:
    """Whether a quantity is that of the line or of the day, up to the rest of the last container."""
    rest, slack = max(container.units_per_item or Decimal(1), Decimal(1)), 1 + units * (ROUNDED + LAST_PLACE / quantity)
    most = max(rest, slack)
    if line.units is not None and -slack < units - line.units < most:
        return True
    of_day = sum((each.units or Decimal(0) for each in _beside(line, context)), Decimal(0))
    return -slack < units - of_day < most
