from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import BILLED_TO_BE_DENIED
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.self_administered import LIST, Exclusion, ExclusionList, exclusion_of

SUBCUTANEOUS: Final = "JB"


@drug_line_edit(
    "HCP-07",
    severity=Severity.REJECT,
    predicted=predicts(category="F2", status=("585",), carc=("96",), rarc=("N130", "N425")),
    citation=Citation(source="Medicare Benefit Policy Manual (Pub. 100-02), chapter 15", section="section 50.2"),
    options=ExclusionList,
)
def drug_self_administered(line: LineFacts, context: Context) -> Verdict | None:
    """The drug is on the Medicare contractor's list of drugs that patients usually inject themselves.

    Why: Part B does not pay for such drugs, even when the office injected this dose. The lists differ by contractor:
    the profile names its own in the option `contractor`, or holds the list in `excluded` and
    `excluded_when_subcutaneous`. Our table has part of each list: a code that is not in it is not decided. Where the
    profile says nothing, only a code that all contractors list is decided.

    Flagged: J0135 on the list; a code of which the list excludes the subcutaneous form, with JB; J1438, J3357 and J9216
    whoever the contractor is.

    Accepted: the same code with JA, given into a vein; GA, GX, GY or GZ, which state that a denial is expected; payers
    other than Medicare. A code given both ways without JA or JB is reported by MOD-05.

    To do: Bill the patient's drug plan (Part D); for a denial on purpose add GY.
    """
    if not context.profile.medicare:
        return DoesNotApply()
    exclusion = exclusion_of(line, context)
    if exclusion is Exclusion.NOT_KNOWN:
        return NoData(LIST, line.number)
    is_excluded = exclusion is Exclusion.ALWAYS or (
        exclusion is Exclusion.WHEN_SUBCUTANEOUS and SUBCUTANEOUS in line.modifiers
    )
    if is_excluded and (denied := BILLED_TO_BE_DENIED.intersection(line.modifiers)):
        return Bypassed(f"modifier {min(denied)}", line.number)
    if is_excluded:
        return Flaw(
            message=f"{line.hcpcs} is on the contractor's list of self-administered drugs; Part B does not pay for it.",
            hint="Bill the patient's drug plan (Part D); for a denial on purpose add GY.",
            at=in_line(line, "procedureCode"),
            facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers},
        )
    return None
