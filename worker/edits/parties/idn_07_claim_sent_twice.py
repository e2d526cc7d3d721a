from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.facts.traits import Trait
from worker.edits.rules.earlier import earlier_claims, named, of_duplicate, unless_known, without_memory
from worker.history.view import REPLACES


@claim_edit(
    "IDN-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("746",), carc=("18",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1: detection of duplicate claims",
        section="section 120",
    ),
    looks_for=Trait.EARLIER_DAY | Trait.REPLACES,
    lacks=without_memory,
    kinds=BOTH_KINDS,
)
def claim_sent_twice(claim: ClaimFacts, context: Context) -> Verdict | None:
    """The same provider sent the same claim before.

    Why: a file that was sent twice would be paid or denied twice, and each answer is read by somebody.

    Flagged: a claim with the control number and the content of one that was accepted last week. A warning after 30
    days, when the payer may have returned the first one, unless it is known to be decided.

    Accepted: the same control number with other content, such as a corrected claim; a replacement or void; a claim that
    the payer is known to have returned undecided.

    To do: Do not send it again; ask the payer for the status of the first one, or correct it by a replacement.
    """
    earlier = earlier_claims(context)
    if earlier.frequency in REPLACES:
        return DoesNotApply()
    before = earlier.sent_before
    if before is None:
        return unless_known(context, claim.first_service)
    return Flaw(
        message=f"The claim is the same as one received on {before.received_on}, with its control number.",
        hint="Do not send it again; ask the payer for the status of the first one, or correct it by a replacement.",
        at=in_claim("patientControlNumber"),
        facts=named(before),
        severity=of_duplicate(before, context),
    )
