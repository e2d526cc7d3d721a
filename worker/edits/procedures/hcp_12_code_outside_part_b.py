from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import BILLED_TO_BE_DENIED
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
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
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found

OF_OTHER_PAYERS: Final = ("S", "T", "H")
NOT_PAID: Final = frozenset({"I", "M", "S"})
VACCINES: Final[tuple[CodeRange, ...]] = (("90476", "90480"), ("90581", "90759"))
NOT_OF_PREVENTION: Final = frozenset({"90480", "90586"})
"""Giving a vaccine against COVID-19; BCG for the bladder, a treatment of cancer in Medicare's price file."""
PART_B, NEVER_BILLED = "L", frozenset({"E1", "M"})
"""OPPS status indicators of vaccines: paid under Part B; not paid on any outpatient bill, or not billed to a MAC."""
LAST_WITH_VACCINES: Final = date(2025, 12, 31)
"""The status table lists no vaccines of a later quarter. Which of them Part B pays is law, so that they seldom move."""
DRUG_PLAN: Final = "Bill the patient's drug plan (Part D); for a denial on purpose add GY."
OTHER_CODE: Final = (
    "Bill Medicare's own code of what was done, or the payer whose code it is; for a denial on purpose add GY."
)
# Injury, or exposure to a disease: then a vaccine treats, and Part B pays for it.
TREATED: Final = ("S", "T", "Z20", "W53", "W54", "W55")


def _is_of_concern(code: str, _: Configuration) -> bool:
    return code.startswith(OF_OTHER_PAYERS) or (within(code, VACCINES) and code not in NOT_OF_PREVENTION)


@line_edit(
    "HCP-12",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("585",), carc=("96",), rarc=("N425",)),
    citation=Citation(
        source="CMS, HCPCS Level II: coverage code; Medicare Benefit Policy Manual (Pub. 100-02), chapter 15",
        section="section 50.4.4.2",
    ),
    about=_is_of_concern,
    kinds=BOTH_KINDS,
)
def code_outside_part_b(line: LineFacts, context: Context) -> Verdict | None:
    """A code that Part B never takes: an S, T or H code of other payers, or a vaccine of the drug plan (Part D).

    Why: private payers and Medicaid made S, T and H codes for themselves; CMS marks them as not payable. Of the
    vaccines Part B pays for influenza, pneumococcus, hepatitis B and COVID-19; the others belong to Part D, unless
    they treat an injury or an exposure.

    Flagged: S0028 to Medicare; 90750 (OPPS status M). As a warning: 90715, with no injury or exposure among the
    diagnoses; a vaccine in 2026, by its status of 2025.

    Accepted: 90662 (OPPS status L); 90715 with a wound; other payers; GA, GX, GY or GZ, which state that a denial is
    expected. Drug codes that Medicare does not pay are reported by HCP-05.

    To do: Bill the patient's drug plan (Part D); for a denial on purpose add GY.

    To do: Bill Medicare's own code of what was done, or the payer whose code it is; for a denial on purpose add GY.
    """
    if not context.profile.medicare or line.on is None:
        return DoesNotApply()
    denied = BILLED_TO_BE_DENIED.intersection(line.modifiers)
    if line.hcpcs.startswith(OF_OTHER_PAYERS):
        code = context.snapshot.hcpcs_code(line.hcpcs, line.on)
        if not isinstance(code, Found):
            return NoData("coverage code of HCPCS", line.number)
        if code.row.coverage_code not in NOT_PAID:
            return None
        flaw = _flaw(
            line, f"{line.hcpcs} is a code of other payers (coverage code {code.row.coverage_code}).", OTHER_CODE
        )
    else:
        answer, is_of_day = line.code.opps_status, True
        if not isinstance(answer, Found) and line.on > LAST_WITH_VACCINES:
            answer, is_of_day = context.snapshot.opps_status(line.hcpcs, LAST_WITH_VACCINES), False
        if not isinstance(answer, Found):
            return NoData("OPPS status of vaccines", line.number)
        status = answer.row.status
        treats = any(diagnosis.startswith(TREATED) for diagnosis in context.claim.diagnoses)
        if status == PART_B or (treats and status not in NEVER_BILLED):
            return None
        mild = None if status in NEVER_BILLED and is_of_day else Severity.WARN
        flaw = _flaw(
            line, f"{line.hcpcs} is a vaccine of Part D (OPPS status {status}), not of Part B.", DRUG_PLAN, mild
        )
    return Bypassed(f"modifier {min(denied)}", line.number) if denied else flaw


def _flaw(line: LineFacts, message: str, hint: str, severity: Severity | None = None) -> Flaw:
    return Flaw(
        message=message,
        hint=hint,
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "serviceDate": line.on},
        severity=severity,
    )
