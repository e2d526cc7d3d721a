from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

RETURNED: Final = 20
LONGEST: Final = 38


@claim_edit(
    "FMT-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("478",), carc=("16",), rarc=("MA130",)),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), CLM01; X12, request for interpretation 525 (2007-05-07)",
        url="http://rfi.x12.org/Request/Details/525",
    ),
    kinds=BOTH_KINDS,
)
def patient_control_number_too_long(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The patient control number is longer than the 20 characters that every payer must return.

    Why: the remittance names the claim by this number. Payers need not keep more than its first 20 characters, so a
    longer one may come back cut off and match no account, or several. X12 says that a payer must not reject the claim
    for it, so this is a warning; a payer whose front end does so can be set to `reject` in its profile.

    Flagged: 21 characters.

    Accepted: 20 characters. More than 38, and characters that an 837P cannot carry, are reported by FMT-03, a missing
    number by FMT-02. Earlier use of a number cannot be seen in one claim.

    To do: Send a number that is unique within its first … characters, and no longer.
    """
    number = claim.claim.claim_information.patient_control_number or ""
    if RETURNED < len(number) <= LONGEST:
        return Flaw(
            message=f"The patient control number has {len(number)} characters; payers return only {RETURNED}.",
            hint=f"Send a number that is unique within its first {RETURNED} characters, and no longer.",
            at=in_claim("patientControlNumber"),
            facts={"characters": len(number), "limit": RETURNED},
        )
    return None
