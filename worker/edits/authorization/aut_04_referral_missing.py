from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList
from worker.edits.codes.ranges import listed
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts, unless_given
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line


class Referrals(CodeList):
    """The codes for which the payer wants a referral: `96413`, or `00100-ZZZZZ` for all; an empty list means none."""


@claim_edit(
    "AUT-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("761",), carc=("288",), rarc=("N489",)),
    citation=Citation(source="ASC X12N 005010X222A1", section="2300 and 2400 REF*9F, referral number"),
    options=Referrals,
    about=lambda _, configuration: bool(configuration.options(Referrals).codes),
    lacks=unless_given(Referrals, "the payer's referral list", "codes"),
    kinds=BOTH_KINDS,
)
def referral_missing(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A managed care payer wants a referral for a service, and the claim carries no referral number.

    Why: such plans pay a specialist only when the patient's own physician referred the patient. Which codes need one
    is the plan's choice: it is in the payer profile, as this edit's option `codes`.

    Flagged: 96413 on the payer's list, and neither the claim nor the line has a number.

    Accepted: a number on the claim, which covers all lines, or on the line. Medicare wants none, as its profile
    states.

    To do: Enter the referral number of the claim or of the line; without one, ask the referring physician.
    """
    codes = context.options(Referrals).codes or ()
    whole = claim.claim.claim_information.claim_supplemental_information
    wanted = [line for line in claim.lines if listed(line.hcpcs, codes)]
    if not wanted:
        return DoesNotApply()
    if whole and whole.referral_number:
        return None
    lacking = {line.hcpcs: line for line in reversed(wanted) if not _has_number(line)}
    return [
        Flaw(
            message=f"{line.hcpcs} needs a referral with this payer; the claim carries no referral number.",
            hint="Enter the referral number of the claim or of the line; without one, ask the referring physician.",
            at=in_line(line, "referralNumber"),
            facts={"procedureCode": line.hcpcs},
        )
        for line in reversed(lacking.values())
    ]


def _has_number(line: LineFacts) -> bool:
    references = line.line.service_line_reference_information
    return bool(references and any(references.referral_number))
