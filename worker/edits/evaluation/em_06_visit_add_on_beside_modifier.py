from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.administrations import GIVING
from worker.edits.codes.correct_coding import of_one_provider
from worker.edits.codes.preventive import PREVENTIVE
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.codes.services import may_be_drug
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

VISIT_ADD_ON: Final = "G2211"
SEPARATE_VISIT: Final = "25"
BASES: Final[tuple[CodeRange, ...]] = (("99202", "99205"), ("99211", "99215"), ("99341", "99350"))
PROCEDURES: Final[tuple[CodeRange, ...]] = (
    *GIVING,
    ("20526", "20612"),  # into joints, tendons and trigger points
    ("51700", "51720"),  # into the bladder
    ("64400", "64530"),  # nerve blocks
    ("64612", "64617"),  # botulinum toxin
    ("67028", "67028"),  # into the eye
)
"""Procedures of which none is preventive."""
PAID_FROM, PREVENTIVE_FROM = date(2024, 1, 1), date(2025, 1, 1)


@line_edit(
    "EM-06",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("454", "453"), carc=("97",), rarc=("M15",)),
    citation=Citation(
        source="CMS, Medicare Physician Fee Schedule final rules for 2024 (88 FR 78818) and 2025 (89 FR 97710), G2211",
        effective=PAID_FROM,
    ),
    about=lambda code, _: code == VISIT_ADD_ON,
)
def visit_add_on_beside_modifier(line: LineFacts, context: Context) -> Verdict | None:
    """G2211 is billed with a visit that carries modifier 25.

    Why: G2211 pays for a lasting relation with the patient, which CMS does not pay on a day on which the visit was
    separate from a procedure. Since 2025 it does where that is a vaccination, the annual wellness visit or another
    preventive service of Part B.

    Flagged: G2211 with 99214-25 and 96372; in 2024 with any visit that carries 25. Since 2025 a warning where the claim
    shows no procedure, or a service that we do not know, either of which may be preventive.

    Accepted: G2211 with 99214; since 2025-01-01 with 99214-25 and G0008 or G0439 of the same provider. G2211 without a
    visit is reported by BND-02.

    To do: Remove G2211, or 25 if the visit was not separate from a procedure of that day.
    """
    claim = context.claim
    if line.on is None or line.on < PAID_FROM:
        return DoesNotApply()
    of_day = [other for other in claim.lines if other.on == line.on and of_one_provider(claim, line, other)]
    visits = [other for other in of_day if within(other.hcpcs, BASES)]
    separate = next((visit for visit in visits if SEPARATE_VISIT in visit.modifiers), None)
    if separate is None:
        return None
    preventive = next((other for other in of_day if within(other.hcpcs, PREVENTIVE)), None)
    if preventive and line.on >= PREVENTIVE_FROM:
        return Bypassed(f"preventive service {preventive.hcpcs}", line.number)
    is_sure = line.on < PREVENTIVE_FROM or _are_procedures(of_day, separate)
    return Flaw(
        message=f"G2211 is not paid with {separate.hcpcs}-25 of {line.on}.",
        hint="Remove G2211, or 25 if the visit was not separate from a procedure of that day.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "visit": separate.hcpcs, "serviceDate": line.on},
        severity=None if is_sure else Severity.WARN,
    )


def _are_procedures(of_day: list[LineFacts], visit: LineFacts) -> bool:
    """Whether there are other services, and all of them are procedures of which none is preventive.

    The list of preventive services is remembered and may lack some.
    """
    others = [other for other in of_day if other.hcpcs not in {VISIT_ADD_ON, visit.hcpcs} and not may_be_drug(other)]
    return bool(others) and all(within(other.hcpcs, PROCEDURES) for other in others)
