from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, EditStatus, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts


@line_edit(
    "DUP-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("54",), carc=("18",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 1: duplicate claims"),
    status=EditStatus.PLANNED,
    kinds=BOTH_KINDS,
)
def line_accepted_before(_subject: LineFacts, _: Context) -> Verdict | list[Verdict] | None:
    """The same line was accepted on an earlier claim.

    Why: a payer denies a second line with the same patient, day, code, modifiers, units and provider as a
    duplicate.

    Flagged: J1745-JZ x 40 of a day, accepted yesterday on another claim.

    Accepted: a JW line beside the line given; another day; a line with modifier 76.

    Planned: it compares the claim with those before it, which are not kept. It is listed, and evaluated on no claim.
    """
    return None
