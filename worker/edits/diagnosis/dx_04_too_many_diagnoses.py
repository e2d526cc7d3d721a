from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_diagnosis
from worker.edits.facts.traits import Trait

MOST: Final = 12


@claim_edit(
    "DX-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("255",), carc=("16",), rarc=("M76",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), HI01 to HI12; CMS-1500 (02/12), box 21 A to L"),
    looks_for=Trait.UNUSUAL_DIAGNOSES,
)
def too_many_diagnoses(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The claim has more than 12 diagnoses.

    Why: a professional claim has room for 12; a longer list is returned or cut off, and pointers then miss.

    Flagged: 13 diagnoses.

    Accepted: 12 diagnoses.

    To do: Keep those that the lines point to, at most 12; the others may go on a second claim.
    """
    count = sum(1 for code in claim.diagnoses if code)
    if count > MOST:
        return Flaw(
            message=f"The claim has {count} diagnoses; {MOST} are allowed.",
            hint="Keep those that the lines point to, at most 12; the others may go on a second claim.",
            at=in_diagnosis(MOST + 1),
            facts={"diagnoses": count, "limit": MOST},
        )
    return None
