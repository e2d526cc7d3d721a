from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, EditStatus, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts


@claim_edit(
    "RES-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("464",), carc=("16",), rarc=("M47",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2300 CLM05-3 and REF*F8"),
    status=EditStatus.PLANNED,
    kinds=BOTH_KINDS,
)
def original_still_pending(_subject: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """The claim replaces one that the payer has not decided yet.

    Why: a payer can only replace a claim that it has finished; before that the replacement is returned.

    Flagged: frequency 7 for a claim that was accepted yesterday and has no remittance.

    Accepted: a replacement of a claim that was paid or denied.

    Planned: it compares the claim with those before it, which are not kept. It is listed, and evaluated on no claim.
    """
    return None
