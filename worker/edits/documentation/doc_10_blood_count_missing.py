from datetime import date
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from schemas.values import as_quantity
from worker.edits.codes.anemia import ON_DIALYSIS, OUTSIDE_DIALYSIS
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_claim, in_line
from worker.edits.rules.medicare_duty import MedicareDuty, is_required

RESULTS: Final = frozenset({"R1", "R2"})
"""MEA02 of a hemoglobin and a hematocrit."""
VALUES: Final = frozenset({"48", "49"})
"""The value codes of a hemoglobin and a hematocrit on a facility's bill."""
REQUIRED_FROM: Final = date(2008, 1, 1)


class BloodCount(MedicareDuty):
    """Whether a payer other than Medicare wants the blood count."""


@drug_day_edit(
    "DOC-10",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("300",), carc=("16",), rarc=("MA130", "N764")),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 17; Palmetto GBA, HCPCS modifier EC",
        section="section 80.8",
        effective=REQUIRED_FROM,
    ),
    options=BloodCount,
    about=lambda code, _: code in OUTSIDE_DIALYSIS | ON_DIALYSIS,
    kinds=BOTH_KINDS,
)
def blood_count_missing(day: DrugDay, context: Context) -> Verdict | None:
    """A drug that raises the red blood count is billed without the patient's last hemoglobin or hematocrit.

    Why: Medicare pays epoetin and darbepoetin by the blood count. A claim without one is returned.

    Flagged: J0885 without a test result on its line (MEA*TR*R1 or R2); on a facility's bill, without value code 48 or
    49; a result that is not a number.

    Accepted: MEA*TR*R1*9.8; value code 49 with 31.2; the JW line beside a line that has it; GY; a payer other than
    Medicare, unless its profile says `required: true`.

    To do: Send value code 48 (hemoglobin) or 49 (hematocrit) with the result.

    To do: Send the result on the line (MEA): TR with R1 for hemoglobin or R2 for hematocrit, for instance 9.8.
    """
    if not day.given or day.on < REQUIRED_FROM:
        return DoesNotApply()
    required = is_required(context, BloodCount)
    line = day.given[0]
    if required is None:
        return NoData("whether the payer wants the blood count", line.number)
    if not required:
        return DoesNotApply()
    if all(NOT_COVERED_BY_LAW in each.modifiers for each in day.given):
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    values = context.claim.claim.claim_information.value_information_list
    told = [value.value_code_amount for group in values for value in group if value.value_code in VALUES]
    if not line.is_institutional:
        results = (result for each in day.lines for result in each.line.test_results)
        told = [result.test_results for result in results if result.measurement_qualifier in RESULTS]
    if any(isinstance(as_quantity(each), Decimal) for each in told):
        return None
    return Flaw(
        message=f"{day.hcpcs} is billed without the last hemoglobin or hematocrit"
        + (", or with one that is not a number." if told else "."),
        hint="Send value code 48 (hemoglobin) or 49 (hematocrit) with the result."
        if line.is_institutional
        else "Send the result on the line (MEA): TR with R1 for hemoglobin or R2 for hematocrit, for instance 9.8.",
        at=in_claim("valueInformationList") if line.is_institutional else in_line(line, "testResults"),
        facts={"procedureCode": day.hcpcs, "serviceDate": day.on},
    )
