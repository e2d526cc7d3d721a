from typing import Annotated

from pydantic import StringConstraints

from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList
from worker.edits.codes.ranges import within
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts, unless_given
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line

CodeOrRange = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}(-[A-Z0-9]{5})?$")]


class Authorization(CodeList):
    """The codes for which the payer wants a prior authorization: `J0897`, or a range `J9000-J9999`."""


@claim_edit(
    "AUT-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("252",), carc=("197",), rarc=("M62",)),
    citation=Citation(source="ASC X12N 005010X222A1", section="2300 and 2400 REF*G1, prior authorization number"),
    options=Authorization,
    lacks=unless_given(Authorization, "the payer's prior authorization list", "codes"),
    kinds=BOTH_KINDS,
)
def authorization_missing(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A code for which the payer wants a prior authorization is billed without an authorization number.

    Why: payers approve many drugs before they are given and look for the number of that approval on the claim. Which
    codes need one is the payer's choice: it is in the payer profile, as this edit's option `codes`.

    Flagged: J0897 on the payer's list, and neither the claim nor the line has a number.

    Accepted: a number on the claim, which covers all lines, or on a line of the code on that date.

    To do: Enter the authorization number of the claim or of the line; without one, ask the payer first.
    """
    codes = context.options(Authorization).codes or ()
    whole = claim.claim.claim_information.claim_supplemental_information
    if whole and whole.prior_authorization_number:
        return None
    ranges = tuple((code[:5], code[-5:]) for code in codes)
    listed = [line for line in claim.lines if within(line.hcpcs, ranges)]
    authorized = {(line.hcpcs, line.on) for line in listed if _has_number(line)}
    lacking = {(line.hcpcs, line.on): line for line in reversed(listed) if (line.hcpcs, line.on) not in authorized}
    return [
        Flaw(
            message=f"{line.hcpcs} needs a prior authorization with this payer; the claim carries no number for it.",
            hint="Enter the authorization number of the claim or of the line; without one, ask the payer first.",
            at=in_line(line, "priorAuthorization"),
            facts={"procedureCode": line.hcpcs},
        )
        for line in reversed(lacking.values())
    ]


def _has_number(line: LineFacts) -> bool:
    references = line.line.service_line_reference_information
    return bool(
        references and any(each.prior_authorization_or_referral_number for each in references.prior_authorization)
    )
