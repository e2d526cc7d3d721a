from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

AFTER_ANOTHER_PAYER: Final = frozenset("STABCDEFGH")


@claim_edit(
    "COB-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("286",), carc=("22",), rarc=("N4",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2000B SBR01 and loop 2320"),
    kinds=BOTH_KINDS,
)
def other_coverage_missing(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The claim goes to a payer that is not the first to pay, but does not name the payer before it.

    Why: a second payer pays what the first one left; without the first payer's coverage and decision it cannot.

    Flagged: payment responsibility S (secondary) without other subscriber information.

    Accepted: P (primary), with or without other coverage; S or T with it. Whether a primary payer should be secondary
    is known from the payer's files, not from the claim.

    To do: Send the payer before this one with payment and adjustments (2320, 2430), or correct SBR01 to P.
    """
    information, subscriber = claim.claim.claim_information, claim.claim.subscriber
    level = subscriber.payment_responsibility_level_code if subscriber else None
    if not level:
        return NoData("payment responsibility (SBR01)")
    if level.upper() not in AFTER_ANOTHER_PAYER:
        return DoesNotApply()
    if not information.other_subscriber_information:
        return Flaw(
            message=f"The payer is not the first to pay (responsibility {level}), but no other coverage is sent.",
            hint="Send the payer before this one with payment and adjustments (2320, 2430), or correct SBR01 to P.",
            at=in_claim("otherSubscriberInformation"),
            facts={"paymentResponsibility": level},
        )
    return None
