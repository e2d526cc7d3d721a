from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.facts.traits import Trait


@claim_edit(
    "DOC-11",
    severity=Severity.REJECT,
    predicted=predicts(category="R4", status=("294",), carc=("252",), rarc=("N706",)),
    citation=Citation(
        source="Medicare Program Integrity Manual (Pub. 100-08), chapter 3", section="sections 3.2.3.2 and 3.2.3.8"
    ),
    needs=Trait.LATE,
    kinds=BOTH_KINDS,
)
def documentation_never_came(_: ClaimFacts, context: Context) -> Verdict | None:
    """The claim was pended, and no documentation came that lets it go in the days in which it is waited for.

    Why: a payer that asks for documents waits for 45 days, and then denies the claim. A claim that waits here for
    longer is forgotten by everybody, until its filing limit has passed.

    Flagged: a claim that is still pended 45 days after it came (CLAIMSCRUB_PENDED_DAYS).

    Accepted: documentation that came in time and holds what was missing.

    To do: Send the claim anew with its documentation, within its filing limit.
    """
    if context.waited_days is None:
        return None
    return Flaw(
        message=f"The claim was pended, and in {context.waited_days} days no documentation came that lets it go.",
        hint="Send the claim anew with its documentation, within its filing limit.",
        at=in_claim("documentation"),
        facts={"waitedDays": context.waited_days, "receivedOn": context.received_on},
    )
