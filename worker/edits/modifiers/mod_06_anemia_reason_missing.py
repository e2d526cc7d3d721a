from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.anemia import OUTSIDE_DIALYSIS, REASONS
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.medicare_duty import MedicareDuty, is_required

REQUIRED_FROM: Final = date(2008, 1, 1)


class AnemiaReason(MedicareDuty):
    """Whether a payer other than Medicare wants EA, EB or EC."""


@drug_line_edit(
    "MOD-06",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("MA130",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 17; Palmetto GBA, HCPCS modifiers EB and EC, "
        "2020-07-16",
        section="section 80.9",
        effective=REQUIRED_FROM,
    ),
    options=AnemiaReason,
    about=lambda code, _: code in OUTSIDE_DIALYSIS,
    kinds=BOTH_KINDS,
)
def anemia_reason_missing(line: LineFacts, context: Context) -> Verdict | None:
    """A drug for anemia, for a patient not on dialysis, is billed without the cause of the anemia.

    Why: Medicare covers these drugs by cause, which EA (chemotherapy), EB (radiotherapy) or EC (neither) states. A line
    without one is returned.

    Flagged: J0881, J0885 or Q5106 with none of the three; a warning on a JW line, for which we found no instruction.

    Accepted: one of the three; J0882, Q4081 and Q5105, which are for dialysis; payers other than Medicare, unless the
    payer profile says `required: true`. More than one of the three is reported by MOD-03.

    To do: Add EA for anemia from chemotherapy, EB from radiotherapy, EC for any other.
    """
    if line.on is None or line.on < REQUIRED_FROM:
        return DoesNotApply()
    required = is_required(context, AnemiaReason)
    if required is None:
        return NoData("whether the payer wants EA, EB or EC", line.number)
    if not required or REASONS.intersection(line.modifiers):
        return None
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    return Flaw(
        message=f"{line.hcpcs} carries none of EA, EB and EC, which state the cause of the anemia.",
        hint="Add EA for anemia from chemotherapy, EB from radiotherapy, EC for any other.",
        at=in_line(line, "procedureModifiers"),
        facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers},
        severity=Severity.WARN if line.is_waste else None,
    )
