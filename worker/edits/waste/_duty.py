"""Whether Medicare wants JW or JZ on a drug line."""

from datetime import date
from typing import Final

from worker.edits.codes.places import ALL_INCLUSIVE_CLINICS, INPATIENT, PAID_UNDER_OPPS
from worker.edits.edit import Context
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.record import Unknown
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import WasteDuty

NOT_COVERED_BY_LAW: Final = "GY"  # such a line is billed to be denied, so no drug on it is paid separately
PAID_SEPARATELY, PACKAGED = frozenset({"G", "K"}), "N"


def waste_duty(line: LineFacts, on: date, context: Context) -> WasteDuty | Unknown | None:
    """The dates of the duty to report JW or JZ; None when there is no duty, Unknown when that is not known.

    Source: CMS, JW and JZ modifier policy: every separately payable Part B drug from single-dose containers, but not
    for inpatients and not in federally qualified and rural health clinics.
    """
    place = line.place or ""
    answer = context.snapshot.waste_duty(line.hcpcs, on)
    if place in INPATIENT | ALL_INCLUSIVE_CLINICS or NOT_COVERED_BY_LAW in line.modifiers:
        return None
    if isinstance(answer, NotInForce):
        return None
    if not isinstance(answer, Found):
        return Unknown("whether all containers of the code are single-dose (it is not on the CMS list)")
    if place in PAID_UNDER_OPPS:
        return _where_packaged(answer.row, on, context)
    return answer.row


def _where_packaged(duty: WasteDuty, on: date, context: Context) -> WasteDuty | Unknown | None:
    answer = context.snapshot.opps_status(duty.hcpcs, on)
    status = answer.row.status if isinstance(answer, Found) else None
    if status == PACKAGED:
        return None
    return duty if status in PAID_SEPARATELY else Unknown("whether OPPS pays the drug separately")
