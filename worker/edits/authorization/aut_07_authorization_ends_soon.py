from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.authorization._approvals import Approvals, without_approvals
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.authorization import approval_number
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line


class Renewal(Approvals):
    """The prior authorizations, and how many days before its end one has to be renewed."""

    renew_within_days: int = Field(default=30, ge=0)


@drug_line_edit(
    "AUT-07",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("252",), carc=("198",)),
    citation=Citation(source="Payers' rules on reauthorization; the window is in the payer profile"),
    options=Renewal,
    lacks=without_approvals(Renewal),
    kinds=BOTH_KINDS,
)
def authorization_ends_soon(line: LineFacts, context: Context) -> Verdict | None:
    """The authorization of the drug ends soon, so that the next dose needs a renewed one.

    Why: plans approve a drug for months, and the next dose after the end is denied. What was approved is in the
    payer profile, as this edit's options `approvals` and `renew_within_days`.

    Flagged: a dose on 2026-03-02 under an approval that ends on 2026-04-01, with 30 days in the profile.

    Accepted: one that ends on 2026-04-02. One that has ended is AUT-02's.

    To do: Ask the payer to renew it before the next dose.
    """
    number, options = approval_number(line, context.claim), context.options(Renewal)
    if number is None or line.on is None:
        return DoesNotApply()
    approval = options.named(number)
    if approval is None:
        return NoData("what the payer approved under the authorization number", line.number)
    if 0 <= (approval.last_day - line.on).days <= options.renew_within_days:
        return Flaw(
            message=f"{line.hcpcs}: the authorization ends on {approval.last_day}.",
            hint="Ask the payer to renew it before the next dose.",
            at=in_line(line, "priorAuthorization"),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "approvedTo": approval.last_day},
        )
    return None
