from decimal import Decimal

from schemas.outcome import Citation, Severity
from worker.edits.authorization._approvals import Approvals, without_approvals
from worker.edits.codes.ranges import listed
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.authorization import approval_number
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line


@drug_line_edit(
    "AUT-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("252", "674"), carc=("198", "302"), rarc=("N54",)),
    citation=Citation(source="ASC X12N 005010X222A1", section="2300 and 2400 REF*G1, prior authorization number"),
    options=Approvals,
    lacks=without_approvals(Approvals),
    kinds=BOTH_KINDS,
)
def authorization_does_not_cover_line(line: LineFacts, context: Context) -> Verdict | None:
    """The authorization whose number is on the claim is for another code, for other days or for fewer units.

    Why: payers compare code, date and units with what they approved and deny the rest. What was approved
    is in the payer profile, as this edit's option `approvals`.

    Flagged: J0897 on 2026-03-02 under an approval that ended on 2026-02-28; 120 units of 60 approved.

    Accepted: the first and the last day, exactly the units. A number that the profile does not hold counts as no data;
    a missing number is AUT-01's.

    To do: Enter the authorization that covers the line, or ask the payer to extend it.
    """
    number = approval_number(line, context.claim)
    if number is None or line.on is None:
        return DoesNotApply()
    approval = context.options(Approvals).named(number)
    if approval is None:
        return NoData("what the payer approved under the authorization number", line.number)
    same = [other for other in context.claim.drug_lines if other.hcpcs == line.hcpcs]
    billed = sum((other.units or Decimal(0) for other in same), Decimal(0))
    until = line.until or line.on
    if not listed(line.hcpcs, approval.codes):
        why, carc = f"is for {', '.join(approval.codes)}", "198"
    elif not approval.first_day <= line.on <= until <= approval.last_day:
        why, carc = f"is for {approval.first_day} to {approval.last_day}", "302"
    elif approval.most_units is not None and billed > approval.most_units and same[0] is line:
        why, carc = f"covers {approval.most_units:f} of the {in_words(billed)} billed", "198"
    else:
        return None
    return Flaw(
        message=f"{line.hcpcs} on {line.on}: the authorization {why}.",
        hint="Enter the authorization that covers the line, or ask the payer to extend it.",
        at=in_line(line, "priorAuthorization"),
        facts={
            "procedureCode": line.hcpcs,
            "serviceDate": line.on,
            "approvedFrom": approval.first_day,
            "approvedTo": approval.last_day,
            "billedUnits": billed,
        },
        predicted=predicts(category="A7", status=("252", "674"), carc=(carc,), rarc=("N54",)),
    )
