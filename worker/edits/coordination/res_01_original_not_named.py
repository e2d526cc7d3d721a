from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.rules.filing_limit import REPLACES_A_CLAIM


@claim_edit(
    "RES-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("464",), carc=("16",), rarc=("M47",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2300 CLM05-3 and REF*F8"),
    kinds=BOTH_KINDS,
)
def original_not_named(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The claim replaces or voids another one, but does not name it.

    Why: the payer finds the original by its own control number, which is on the remittance. Without it the claim
    is a duplicate of the original, or is returned.

    Flagged: frequency 7 (replacement) or 8 (void) without the payer's claim control number (REF*F8).

    Accepted: 7 or 8 with the number; frequency 1.

    To do: Send the payer's control number of the original claim (REF*F8), or frequency 1 for a first claim.
    """
    information = claim.claim.claim_information
    if information.claim_frequency_code not in REPLACES_A_CLAIM:
        return DoesNotApply()
    numbers = information.claim_supplemental_information
    if numbers is None or not numbers.claim_control_number:
        return Flaw(
            message=f"The claim has frequency {information.claim_frequency_code}, but names no original claim.",
            hint="Send the payer's control number of the original claim (REF*F8), or frequency 1 for a first claim.",
            at=in_claim("claimControlNumber"),
            facts={"claimFrequency": information.claim_frequency_code},
        )
    return None
