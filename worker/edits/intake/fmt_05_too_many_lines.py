from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

MOST_LINES: Final = 50


@claim_edit(
    "FMT-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("121",), carc=("16",), rarc=("MA130",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), loop 2400, which repeats at most 50 times"),
)
def too_many_lines(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The claim has more than 50 service lines.

    Why: a professional claim holds at most 50 lines; a longer one is returned as a whole.

    Flagged: 51 lines.

    Accepted: 50 lines.

    To do: Split it into claims of at most 50 lines; keep a drug, its JW line and its administration together.
    """
    lines = len(claim.lines)
    if lines > MOST_LINES:
        return Flaw(
            message=f"The claim has {lines} service lines; {MOST_LINES} are allowed.",
            hint="Split it into claims of at most 50 lines; keep a drug, its JW line and its administration together.",
            at=in_claim("serviceLines"),
            facts={"lines": lines, "limit": MOST_LINES},
        )
    return None
