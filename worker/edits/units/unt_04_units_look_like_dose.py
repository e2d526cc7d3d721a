import re
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words, units_administered
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import MILLIGRAMS, Unknown, convert
from worker.edits.facts.traits import Trait

DOSE: Final = re.compile(r"(?<![\d.,/])(\d{1,6}(?:\.\d{1,3})?)\s*(mcg|mg|g)\b(?!\s*(?:/|per))", re.IGNORECASE)


@drug_line_edit(
    "UNT-04",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("476",), carc=("16",), rarc=("M53",)),
    citation=Citation(
        source="First Coast Service Options, claim submission guidelines: drug units, 2024-06-07",
        url="https://medicare.fcso.com/Claim_submission_guidelines/0508052.asp",
    ),
    needs=Trait.TEXT,
    kinds=BOTH_KINDS,
)
def units_look_like_dose(line: LineFacts, context: Context) -> Verdict | None:
    """The units billed are the number of milligrams, under a code that counts in larger steps.

    Why: where a unit is 5 mg or 10 mg, milligrams entered as units bill the dose five or ten times.

    Flagged: J2357 (5 mg) x 150 with "omalizumab 150 mg" in the text of the line: 150 mg are 30 units.

    Accepted: x 30; a text with two amounts, a strength per mL or no amount at all. A dose in the record is compared by
    UNT-02 and WST-06, the quantity of the package by UNT-07.

    To do: Bill … if the dose in the text is right.
    """
    drug = line.drug
    if drug is None or line.is_waste or drug.unit_up_to or drug.unit not in MILLIGRAMS or drug.unit_amount in {None, 1}:
        return DoesNotApply()
    days = [day for day in context.claim.drug_days if any(each is line for each in day.lines)]
    if any(not isinstance(day.dose_given, Unknown) for day in days):
        return DoesNotApply()
    texts = (line.line.service.description, line.line.additional_notes)
    amounts = {found.groups() for text in texts if text for found in DOSE.finditer(text)}
    if len(amounts) != 1 or line.units is None or drug.unit_amount is None:
        return NoData("dose in the record or one dose in the text of the line", line.number)
    ((number, measure),) = amounts
    dose = convert(number, measure, drug.unit) or Decimal(0)
    expected = units_administered(dose, drug.unit_amount)
    if dose == drug.unit_amount:
        return NoData("dose in the text of the line, which names the billing unit", line.number)
    if line.units == dose != expected:
        return Flaw(
            message=f"{line.hcpcs} is billed per {drug.unit_amount} {drug.unit}: {number} {measure} is "
            f"{in_words(expected)}, not {line.units:f}.",
            hint=f"Bill {in_words(expected)} if the dose in the text is right.",
            at=in_line(line, "serviceUnitCount"),
            facts={
                "procedureCode": line.hcpcs,
                "dose": f"{number} {measure}",
                "expectedUnits": expected,
                "billedUnits": line.units,
            },
        )
    return None
