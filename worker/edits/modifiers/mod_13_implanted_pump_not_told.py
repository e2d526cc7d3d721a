from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.correction import modifier_added, unsafe
from worker.edits.rules.medicare_duty import MedicareDuty, is_required

THROUGH_EQUIPMENT: Final = "KD"
REFILLS: Final = frozenset({"62367", "62368", "62369", "62370", "95990", "95991", "96522"})
"""Analysis and refill of an implanted pump: numbers of CPT codes."""
FOR_PUMPS: Final = frozenset({"J0475", "J2274", "J2275", "J7799"})
"""Baclofen and morphine as they are filled into implanted pumps, and compounds given through equipment."""
SOMETIMES: Final = frozenset({"J0735", "J1170", "J1171", "J2278", "J3010", "J3490"})
"""Drugs that are filled into pumps, and given in other ways as well. First Coast asks no KD for J2278."""
ASKED_FROM: Final = date(2015, 10, 1)


class ImplantedPump(MedicareDuty):
    """Whether a payer other than Medicare wants KD."""


@drug_line_edit(
    "MOD-13",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("N822",)),
    citation=Citation(
        source="Medicare billing and coding article A54100, drugs used in an implantable infusion pump, 2019-11-21",
        effective=ASKED_FROM,
    ),
    options=ImplantedPump,
    about=lambda code, _: code in FOR_PUMPS | SOMETIMES,
    fixes=("unsafe",),
)
def implanted_pump_not_told(line: LineFacts, context: Context) -> Verdict | None:
    """A drug is billed beside the refill of an implanted pump without KD, which says that the pump gives it.

    Why: a drug in an implanted pump is covered with the pump, as equipment, and priced that way. Contractors want KD on
    every such drug, compounded or not.

    Flagged: J0475 (baclofen), J2274 (morphine) or J7799 without KD on the day of 62370 or 95991. A warning for drugs
    that may have been given in another way that day: J0735, J1171, J2278, J3010, J3490, and any of them beside another
    drug with KD, which explains the refill.

    Accepted: J0475-KD; the same drugs on a day without a refill; the JW line of what was left over; a payer other than
    Medicare, unless its profile says `required: true`.

    To do: Add KD if the pump gives the drug; leave the line as it is if it was given in another way.
    """
    wanted = is_required(context, ImplantedPump)
    if not wanted or line.is_waste or line.on is None or line.on < ASKED_FROM:
        return DoesNotApply()
    refill = next((each for each in context.claim.lines if each.hcpcs in REFILLS and each.covers(line.on)), None)
    if refill is None:
        return DoesNotApply()
    if THROUGH_EQUIPMENT in line.modifiers:
        return None
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    is_explained = any(
        THROUGH_EQUIPMENT in each.modifiers and each.hcpcs != line.hcpcs and each.on == line.on
        for each in context.claim.drug_lines
    )
    added = modifier_added(line, THROUGH_EQUIPMENT)
    return Flaw(
        message=f"{line.hcpcs} is billed with {refill.hcpcs}, the care of an implanted pump, but without KD.",
        hint="Add KD if the pump gives the drug; leave the line as it is if it was given in another way.",
        at=in_line(line, "procedureModifiers"),
        facts={"procedureCode": line.hcpcs, "refill": refill.hcpcs},
        severity=Severity.WARN if line.hcpcs in SOMETIMES or is_explained else None,
        fix=unsafe(added) if added else None,
    )
