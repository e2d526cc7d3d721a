from typing import Final

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.codes.places import ALL_INCLUSIVE_CLINICS, DISPENSED_TO
from worker.edits.codes.ranges import CodeOrRange, listed
from worker.edits.edit import Context, DoesNotApply, Flaw, Options, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

APPLIED: Final = "CG"


class PolicyCriteria(Options):
    """The drug codes for which the payer wants CG."""

    codes: tuple[CodeOrRange, ...] = Field(
        default=(), description="procedure codes, or ranges of them", examples=[["J0897", "J9000-J9999"]]
    )


@drug_line_edit(
    "MOD-10",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(source="CMS, HCPCS Level II modifiers: CG, policy criteria applied"),
    options=PolicyCriteria,
    needs=Trait.OTHER_MODIFIER,
)
def policy_criteria_on_drug(line: LineFacts, context: Context) -> Verdict | None:
    """A drug line carries CG, which contractors define for a few services only.

    Why: CG marks the visit in a rural health clinic and some supplies; on a drug it means nothing and may delay the
    line.

    Flagged: J2353-CG in an office.

    Accepted: CG in clinics with an all-inclusive rate, and where suppliers deliver; a code for which the payer wants it
    (option `codes`).

    To do: Remove CG, unless the payer's policy for this drug asks for it.
    """
    if APPLIED not in line.modifiers:
        return DoesNotApply()
    own_use = line.place in ALL_INCLUSIVE_CLINICS | DISPENSED_TO
    if not own_use and not listed(line.hcpcs, context.options(PolicyCriteria).codes):
        return Flaw(
            message=f"{line.hcpcs} carries CG (policy criteria applied), which is not defined for this drug here.",
            hint="Remove CG, unless the payer's policy for this drug asks for it.",
            at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(APPLIED)),
            facts={"procedureCode": line.hcpcs, "modifier": APPLIED},
        )
    return None
