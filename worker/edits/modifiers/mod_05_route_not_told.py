from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import BILLED_TO_BE_DENIED
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
from worker.edits.rules.self_administered import LIST, Exclusion, exclusion_of, without_list

ROUTES: Final = frozenset({"JA", "JB"})


@drug_line_edit(
    "MOD-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("453", "223"), carc=("16",), rarc=("N822",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, self-administered drug exclusion list: modifiers JA and JB"
    ),
    lacks=without_list,
    kinds=BOTH_KINDS,
)
def route_not_told(line: LineFacts, context: Context) -> Verdict | None:
    """A drug that Medicare covers only when given into a vein is billed without its route.

    Why: for a code on the contractor's list of self-administered drugs of which only the subcutaneous form is excluded,
    JA (into a vein) or JB (under the skin) decides whether it is paid. Without either the line is returned.

    Flagged: a code of which the contractor excludes the subcutaneous form (options of HCP-07), with neither JA nor JB.

    Accepted: JA or JB; GA, GX, GY or GZ, which state that a denial is expected; a code that is not on the list; payers
    other than Medicare. JA with JB is reported by MOD-03, JB on such a code by HCP-07.

    To do: Add JA if it was given into a vein, JB if under the skin.
    """
    if not context.profile.medicare:
        return DoesNotApply()
    exclusion = exclusion_of(line, context)
    if exclusion is Exclusion.NOT_KNOWN:
        return NoData(LIST, line.number)
    if exclusion is not Exclusion.WHEN_SUBCUTANEOUS:
        return DoesNotApply()
    if denied := BILLED_TO_BE_DENIED.intersection(line.modifiers):
        return Bypassed(f"modifier {min(denied)}", line.number)
    if not ROUTES.intersection(line.modifiers):
        return Flaw(
            message=f"{line.hcpcs} is covered only when given into a vein, but the line does not state the route.",
            hint="Add JA if it was given into a vein, JB if under the skin.",
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers},
        )
    return None
