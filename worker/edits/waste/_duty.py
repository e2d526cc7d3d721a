"""Whether Medicare wants JW or JZ on a drug line."""

from datetime import date
from typing import Final

from worker.edits.codes.bill_types import BILL_TYPES, DrugPayment
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.places import ALL_INCLUSIVE_CLINICS, INPATIENT, PAID_UNDER_OPPS
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.record import Unknown
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import WasteDuty

PAID_SEPARATELY: Final = frozenset({"G", "K", "K1"})
"""OPPS status: with pass-through payment, without it, and without opioids for pain (from 2025-01-01)."""
PACKAGED: Final = "N"
OUTSIDE_POLICY: Final = frozenset({"contrast", "radiopharm_or_contrast", "vaccine_or_ig_cpt"})
"""Kinds of drugs to which the policy does not apply: imaging agents and radiopharmaceuticals, and vaccines."""
NOT_LISTED: Final = Unknown("whether all containers of the code are single-dose (it is not on the CMS list)")


def payment_of(line: LineFacts) -> DrugPayment | None:
    """How Medicare pays for a drug where the line was done; None for a type of bill whose rule is not known."""
    if line.is_institutional:
        bill = BILL_TYPES.get(line.facility or "")
        return bill.payment if bill else None
    if line.place in INPATIENT | ALL_INCLUSIVE_CLINICS:
        return DrugPayment.IN_A_RATE
    return DrugPayment.BY_OPPS_STATUS if line.place in PAID_UNDER_OPPS else DrugPayment.BY_ITSELF


def waste_duty(line: LineFacts, on: date) -> WasteDuty | Unknown | None:
    """The dates of the duty to report JW or JZ; None when there is no duty, Unknown when that is not known.

    Source: CMS, JW and JZ modifier policy: every separately payable Part B drug from single-dose containers, but not
    for inpatients and not in federally qualified and rural health clinics.
    """
    answer = line.code.waste_duty
    if isinstance(answer, NotInForce):
        return None
    due_here = due_where_done(line, on)
    if not due_here:
        return None
    if not isinstance(answer, Found):
        return NOT_LISTED
    return due_here if isinstance(due_here, Unknown) else answer.row


def due_where_done(line: LineFacts, on: date) -> bool | Unknown:
    """Whether the policy applies where the line was done: the drug is then paid separately."""
    payment = payment_of(line)
    if payment is DrugPayment.IN_A_RATE or NOT_COVERED_BY_LAW in line.modifiers:
        return False
    if payment is None:
        return Unknown("whether Medicare pays the drug separately on this type of bill")
    if payment is DrugPayment.BY_OPPS_STATUS:
        answer = line.code.opps_status
        status = answer.row.status if isinstance(answer, Found) else None
        if status == PACKAGED:
            return False
        return True if status in PAID_SEPARATELY else Unknown("whether OPPS pays the drug separately")
    bill = BILL_TYPES.get(line.facility or "") if line.is_institutional else None
    return not (bill and bill.waste_from and on < bill.waste_from)
