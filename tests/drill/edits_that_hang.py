"""An edit that stands still on one claim, as a defect or a pathological input would have it."""

import time
from collections.abc import Iterator

from worker.api import Citation, ClaimFacts, Context, Severity, Verdict, claim_edit, predicts

HANGS_ON = "DRILL-HANGS"


@claim_edit(
    "USR-99",
    severity=Severity.PEND,
    predicted=predicts(category="A6", status=("583",), carc=("16",), rarc=("M79",)),
    citation=Citation(source="the drill", section="a stalled agent"),
)
def hangs_on_one_claim(claim: ClaimFacts, _: Context) -> Iterator[Verdict]:
    """The claim is the one on which the drill has the worker hang.

    Why: to see that the alert speaks.

    Flagged: never; it does not come back.

    Accepted: every other claim.
    """
    if claim.claim.claim_information.patient_control_number == HANGS_ON:
        time.sleep(3600)
    yield from ()
