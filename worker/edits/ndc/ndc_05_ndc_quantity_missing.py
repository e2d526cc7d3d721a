from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from schemas.values import as_quantity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

MOST_DECIMALS: Final = 3


@line_edit(
    "NDC-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("724",), carc=("16",), rarc=("N815",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2410 CTP04; NUCC 1500 claim form instructions, item 24"),
    needs=Trait.PACKAGE,
    looks_for=Trait.DOUBTFUL_PACKAGE,
    kinds=BOTH_KINDS,
)
def ndc_quantity_missing(line: LineFacts, _: Context) -> Verdict | None:
    """An NDC is sent without a quantity, with zero or less, or with one finer than a thousandth.

    Why: the payer multiplies the quantity by the price or the rebate of the package; without it the NDC is useless.

    Flagged: no quantity; 0; -1; 0.0005.

    Accepted: 0.05; 1.5000, which is 1.5. A quantity that cannot be read is reported by FMT-03.

    To do: Send how much of the package was used, above 0 and with at most … decimals.
    """
    package = line.line.drug_identification
    if package is None or not package.national_drug_code:
        return DoesNotApply()
    quantity = as_quantity(package.national_drug_unit_count)
    if quantity is None:
        problem, shown = "is missing", "none"
    elif not isinstance(quantity, Decimal):
        return None
    elif quantity <= 0:
        problem, shown = f"is {quantity:f}", f"{quantity:f}"
    elif quantity != round(quantity, MOST_DECIMALS):
        problem, shown = f"has more than {MOST_DECIMALS} decimals", f"{quantity:f}"
    else:
        return None
    return Flaw(
        message=f"{line.hcpcs}: the NDC quantity {problem}.",
        hint=f"Send how much of the package was used, above 0 and with at most {MOST_DECIMALS} decimals.",
        at=in_line(line, "nationalDrugUnitCount"),
        facts={"procedureCode": line.hcpcs, "quantity": shown},
    )
