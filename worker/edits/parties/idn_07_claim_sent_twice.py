from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, EditStatus, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts


@claim_edit(
    "IDN-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("746",), carc=("18",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2300 CLM01 and REF*D9"),
    status=EditStatus.PLANNED,
    kinds=BOTH_KINDS,
)
def claim_sent_twice(_subject: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """The same submitter sent the same claim before.

    Why: a file that was sent twice would be paid or denied twice, and each answer is read by somebody.

    Flagged: a claim with the control number and the content of one that was accepted last week.

    Accepted: the same control number with other content, such as a corrected claim.

    Planned: it compares the claim with those before it, which are not kept. It is listed, and evaluated on no claim.
    """
    return None
