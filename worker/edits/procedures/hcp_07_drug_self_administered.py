from collections.abc import Iterator
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.code_ranges import listed
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts import LineFacts
from worker.edits.locate import in_line
from worker.edits.self_administered import ExclusionList

SUBCUTANEOUS: Final = "JB"
BILLED_TO_BE_DENIED: Final = frozenset({"GA", "GX", "GY", "GZ"})


@drug_line_edit(
    "HCP-07",
    severity=Severity.REJECT,
    predicted=predicts(category="F2", status=("585",), carc=("96",), rarc=("N130", "N425")),
    citation=Citation(source="Medicare Benefit Policy Manual (Pub. 100-02), chapter 15", section="section 50.2"),
    options=ExclusionList,
)
def drug_self_administered(line: LineFacts, context: Context) -> Iterator[Verdict]:
    """The drug is on the Medicare contractor's list of drugs that patients usually inject themselves.

    Why: Part B does not pay for such drugs, even when the office injected this dose. The lists differ by contractor, so
    the list of the profile's contractor stands in this edit's options `excluded` and `excluded_when_subcutaneous`.

    Flagged: J0135 on the list; a code of which the list excludes the subcutaneous form, with JB.

    Accepted: the same code with JA, given into a vein; GA, GX, GY or GZ, which say that a denial is expected; payers
    other than Medicare. A code given both ways without JA or JB is told by MOD-05.
    """
    lists = context.options(ExclusionList)
    if not context.profile.medicare:
        yield DoesNotApply()
        return
    if lists.excluded is None and lists.excluded_when_subcutaneous is None:
        yield NoData("self-administered drug exclusion list of the contractor", line.number)
        return
    is_excluded = listed(line.hcpcs, lists.excluded or ()) or (
        SUBCUTANEOUS in line.modifiers and listed(line.hcpcs, lists.excluded_when_subcutaneous or ())
    )
    if is_excluded and (denied := BILLED_TO_BE_DENIED.intersection(line.modifiers)):
        yield Bypassed(f"modifier {min(denied)}", line.number)
    elif is_excluded:
        yield Flaw(
            message=f"{line.hcpcs} is on the contractor's list of self-administered drugs; Part B does not pay for it.",
            hint="Bill the patient's drug plan (Part D); for a denial on purpose add GY.",
            at=in_line(line, "procedureCode"),
            facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers},
        )
