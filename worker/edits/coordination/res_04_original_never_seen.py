from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.facts.traits import Trait
from worker.edits.rules.earlier import earlier_claims, unless_known, without_memory
from worker.history.view import REPLACES


@claim_edit(
    "RES-04",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("464",), carc=("16",), rarc=("M47",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2300 CLM05-3 and REF*F8"),
    needs=Trait.REPLACES,
    lacks=without_memory,
    kinds=BOTH_KINDS,
)
def original_never_seen(claim: ClaimFacts, context: Context) -> Verdict | None:
    """The claim replaces or voids one of which nothing is known.

    Why: a payer finds the original by its own control number. A replacement of a claim that it never got, or under the
    number of another patient, is returned.

    Flagged: frequency 7 where no claim of the patient and provider has the control number, or bills a service of it.

    Accepted: a replacement of a claim that went out, also under another control number; one whose original may have
    been sent before the memory of claims begins, or another way. A missing number of the original is RES-01's.

    To do: Verify the payer's control number of the original claim (REF*F8) and the patient; send a first claim with
    frequency 1.
    """
    earlier = earlier_claims(context)
    if earlier.frequency not in REPLACES:
        return DoesNotApply()
    if earlier.originals:
        return None
    if unknown := unless_known(context, claim.first_service):
        return unknown
    return Flaw(
        message=f"The claim has frequency {earlier.frequency}, and no claim is known that it could be about.",
        hint="Verify the payer's control number of the original claim (REF*F8) and the patient; send a first claim "
        "with frequency 1.",
        at=in_claim("claimFrequencyCode"),
        facts={"claimFrequency": earlier.frequency},
    )
