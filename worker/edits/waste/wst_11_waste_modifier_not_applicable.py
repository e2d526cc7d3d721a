from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.bill_types import BILL_TYPES, DrugPayment
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import (
    BOTH_KINDS,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING, WASTE, Trait
from worker.edits.waste._duty import PACKAGED, payment_of
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.snapshot import Snapshot

STATUS_READ_TO: Final = date(2025, 12, 31)  # the copy of January 2026 may repeat the indicators of October 2025
VACCINES: Final[tuple[CodeRange, ...]] = (("90476", "90759"),)


def _is_supply(hcpcs: str, on: date, snapshot: Snapshot) -> bool:
    answer = snapshot.skin_substitute(hcpcs, on)
    last = answer.row.waste_modifiers_to if isinstance(answer, (Found, NotInForce)) else None
    return last is not None and on > last


def _where_not_paid(code: CodeOnDay, known: Configuration) -> int:
    is_outside = code.on is None or within(code.hcpcs, VACCINES) or _is_supply(code.hcpcs, code.on, known.snapshot)
    return ANYTHING if is_outside else Trait.ELSEWHERE


@line_edit(
    "WST-11",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(
        source="CMS, Discarded Drugs and Biologicals: JW Modifier and JZ Modifier Policy; Noridian, skin substitutes",
        effective=date(2017, 1, 1),
        url="https://www.cms.gov/medicare/payment/part-b-drugs/discarded-drugs",
    ),
    needs=Trait.WASTE_MODIFIER,
    looks_for=_where_not_paid,
    kinds=BOTH_KINDS,
)
def waste_modifier_not_applicable(line: LineFacts, context: Context) -> Verdict | None:
    """JW or JZ is on something that is not paid separately as a drug.

    Why: both apply to separately payable drugs. Inpatient stays and the rates of federally qualified and rural health
    clinics cover the drug; a packaged drug has no payment of its own; skin substitutes are supplies since 2026.

    Flagged: JZ in place 21 or 72, or on a bill of type 11x, 71x or 77x, a warning on 18x, 21x, 81x, 82x
    and 87x, whose rule is only remembered; JZ on a drug with OPPS status N in place
    22, a warning from 2026, where our status may be old; JW on Q4101 on 2026-01-01; a warning on a vaccine, which rests
    on common practice, not on a retrieved source.

    Accepted: JZ on a drug with status K, also on the Part B bill of an inpatient (12x), or in an office; Q4101-JW on
    2025-12-31. Multi-dose containers are WST-09's.

    To do: Remove …, and bill only what was used.

    To do: Remove ….
    """
    carried = tuple(modifier for modifier in WASTE if modifier in line.modifiers)
    if not carried or line.on is None:
        return DoesNotApply()
    payment = payment_of(line)
    if _is_supply(line.hcpcs, line.on, context.snapshot):
        return _flaw(line, carried, "skin substitutes are supplies since 2026, without JW, JZ or payment for waste")
    if within(line.hcpcs, VACCINES):
        return _flaw(line, carried, "vaccines are outside the policy", Severity.WARN)
    if payment is DrugPayment.IN_A_RATE:
        bill = BILL_TYPES.get(line.facility or "")
        where = f"on {bill.name}" if bill else f"in place {line.place}"
        mild = Severity.WARN if bill and bill.is_remembered else None
        return _flaw(line, carried, f"{where} a rate covers the drug", mild)
    if payment is None:
        return NoData("whether Medicare pays the drug separately on this type of bill", line.number)
    if payment is DrugPayment.BY_OPPS_STATUS:
        status = line.code.opps_status
        if not isinstance(status, Found):
            return NoData("whether OPPS pays the drug separately", line.number)
        if status.row.status == PACKAGED:
            stale = Severity.WARN if line.on > STATUS_READ_TO else None
            return _flaw(line, carried, "OPPS packages the drug (status N)", stale)
    return None


def _flaw(line: LineFacts, carried: tuple[str, ...], why: str, severity: Severity | None = None) -> Flaw:
    modifiers = " and ".join(carried)
    return Flaw(
        message=f"{line.hcpcs} carries {modifiers}, but {why}.",
        hint=f"Remove {modifiers}" + (", and bill only what was used." if "JW" in carried else "."),
        at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(carried[0])),
        facts={"procedureCode": line.hcpcs, "modifiers": carried, "serviceDate": line.on},
        severity=severity,
    )
