from decimal import Decimal

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words, is_whole, units_administered, units_discarded
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.correction import overwritten, unsafe


@drug_line_edit(
    "UNT-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("16",), rarc=("M53",)),
    citation=Citation(
        source="First Coast Service Options, claim submission guidelines: drug units, 2024-06-07",
        url="https://medicare.fcso.com/Claim_submission_guidelines/0508052.asp",
    ),
    looks_for=Trait.ODD_AMOUNT,
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
)
def units_not_whole(line: LineFacts, _: Context) -> Verdict | None:
    """The unit count of a drug line has decimals.

    Why: a drug is billed in whole billing units. A begun unit of the dose given is rounded up, a begun unit of the
    amount discarded is not billed.

    Flagged: J1745 x 30.5.

    Accepted: J1745 x 31 for the dose given; J1745-JW x 9 for 9.5 units discarded; 40.0, which is 40.

    To do: Bill …: discarded amounts are rounded down; without a whole unit there is no JW line.

    To do: Bill …: every begun unit of the dose given counts.

    To do: Bill …: discarded amounts are rounded down.

    To do: Remove the JW line: discarded amounts are rounded down, and less than a unit is not billed.
    """
    units = line.units
    if units is None or units <= 0 or is_whole(units):
        return None
    rounded = (units_discarded if line.is_waste else units_administered)(units, unit=Decimal(1))
    return Flaw(
        message=f"{line.hcpcs} is billed with {units} units; drug units are whole numbers.",
        hint=(
            "Remove the JW line: discarded amounts are rounded down, and less than a unit is not billed."
            if line.is_waste and not rounded
            else f"Bill {in_words(rounded)}: discarded amounts are rounded down."
            if line.is_waste
            else f"Bill {in_words(rounded)}: every begun unit of the dose given counts."
        ),
        at=in_line(line, "serviceUnitCount"),
        facts={"procedureCode": line.hcpcs, "billedUnits": units},
        fix=unsafe(overwritten(line, "serviceUnitCount", f"{rounded:f}")) if rounded else None,
    )
